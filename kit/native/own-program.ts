/**
 * The program that goes with a product's native library, and that library, as files with which the system starts processes: from source,
 * those that kit/make has built; else what the program carries inside, put into one place after the other.
 */
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { NativeError } from "../errors.ts";
import { reason } from "./calls.ts";
import { embeddedLibrary, embeddedProgram } from "./embedded.ts";
import { builtFile } from "./load.ts";
import { type LoadableContent, loadablePlaces, type Place, withoutSizeSignal } from "./loadable-file.ts";
import { executableFile, hostTarget } from "./target.ts";

/** Exist until they are disposed of. */
export interface ProgramFiles extends Disposable {
  /** Absolute path, for whoever starts it. */
  readonly program: string;
  /** Absolute path, as the program sees it. */
  readonly library: string;
  /** Descriptors that the program must get as 3, 4 and so on; `library` may be the path of one. */
  readonly descriptors: readonly number[];
}

/** The descriptor after the standard ones. */
const FIRST_DESCRIPTOR = 3;

/**
 * @param name of the program
 * @param library path of the library as it was loaded here
 * @param tryOut starts the program; throws where it does not run
 * @throws NativeError saying what was tried and why each way failed
 */
export async function placeProgram(
  name: string,
  library: string,
  tryOut: (files: ProgramFiles) => Promise<void>,
): Promise<ProgramFiles> {
  const failures: string[] = [];
  for (const [place, put] of waysFor(name, library)) {
    let files: ProgramFiles | undefined;
    try {
      files = put();
      await tryOut(files);
      return files;
    } catch (error) {
      files?.[Symbol.dispose]();
      failures.push(`from ${place}: ${reason(error)}`);
    }
  }
  throw new NativeError(failures.join("; "));
}

function waysFor(
  name: string,
  library: string,
): readonly (readonly [place: string, put: () => ProgramFiles])[] {
  if (embeddedLibrary === undefined || embeddedProgram === undefined) {
    return [["build/native", () => builtProgram(name, library)]];
  }
  const contents = [
    { name: basename(embeddedLibrary), bytes: readFileSync(embeddedLibrary) },
    { name, bytes: readFileSync(embeddedProgram), isProgram: true },
  ] as const;
  return loadablePlaces().map((place) => [place.name, () => placedIn(place, ...contents)]);
}

function builtProgram(name: string, library: string): ProgramFiles {
  const program = builtFile(executableFile(name, hostTarget()));
  return { program, library: resolve(library), descriptors: [], [Symbol.dispose]() {} };
}

function placedIn(place: Place, library: LoadableContent, program: LoadableContent): ProgramFiles {
  using _ = withoutSizeSignal();
  using placed = new DisposableStack();
  const { path, descriptor } = placed.use(place.put(library));
  const files = placed.use(place.put(program));
  const kept = placed.move();
  return {
    program: files.path,
    library: descriptor === undefined ? path : `/proc/self/fd/${FIRST_DESCRIPTOR}`,
    descriptors: descriptor === undefined ? [] : [descriptor],
    [Symbol.dispose]: () => kept.dispose(),
  };
}
