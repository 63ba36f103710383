/**
 * The content of a library, or a program, as a file for the system's loader. A compiled program carries these inside, and systems load from
 * files only, and not from every folder. Bun's own way is never taken: a copy in the folder for temporary files, which stays there
 * and is loaded unread by whoever finds one of its name.
 */
import { NativeError } from "../errors.ts";
import { bindCLibrary } from "./c-library.ts";
import { once, reason } from "./calls.ts";
import { memoryFile } from "./memory-file.ts";
import { privateFile, userFolders, writeNew } from "./private-file.ts";

/** Exists until it is disposed of. What was loaded from it stays. */
export interface LoadableFile extends Disposable {
  readonly path: string;
  /** Number of a file in memory: only who has it can open the file. */
  readonly descriptor?: number;
}

export interface LoadableContent {
  /** Name of the file. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** To be executed, not loaded. */
  readonly isProgram?: boolean;
}

/** Where such a file can be. */
export interface Place {
  readonly name: string;
  /** @throws NativeError or Error, as `memoryFile` and `privateFile` */
  put(content: LoadableContent): LoadableFile;
}

/** Lists places, best first: memory (Linux), then a new folder in each that this user may write to. @param write as `writeNew` */
export function loadablePlaces(write = writeNew): readonly Place[] {
  const folders = userFolders().map((folder) => ({
    name: folder,
    put: ({ name, bytes, isProgram }: LoadableContent) => privateFile(folder, name, bytes, write, isProgram),
  }));
  if (process.platform !== "linux") return folders;
  const memory: Place = {
    name: "a file in memory",
    put: ({ name, bytes, isProgram }) => memoryFile(name, bytes, isProgram),
  };
  return [memory, ...folders];
}

/**
 * Calls `load` with a path, in one of `loadablePlaces` after the other, until it throws no more.
 * The file is gone when this returns.
 * @param name of the file
 * @param write as `writeNew`
 * @throws NativeError saying what was tried and why each way failed
 */
export function loadContent<T>(
  content: Uint8Array,
  name: string,
  load: (path: string) => T,
  write = writeNew,
): T {
  // Where no function of C can be called, this says so, and not each place again.
  using _ = withoutSizeSignal();
  const failures: string[] = [];
  for (const place of loadablePlaces(write)) {
    try {
      using file = place.put({ name, bytes: content });
      return load(file.path);
    } catch (error) {
      failures.push(`from ${place.name}: ${reason(error)}`);
    }
  }
  throw new NativeError(failures.join("; "));
}

/** SIGXFSZ on Linux and macOS, which ends a process that writes more than `ulimit -f` allows; and SIG_IGN. */
const SIZE_SIGNAL = 25;
const IGNORE = 1n;

const signals = once(() => bindCLibrary({ signal: { args: ["i32", "i64"], returns: "i64" } }));

/** Makes writing too much an error that can be caught, until it is disposed of. */
export function withoutSizeSignal(): Disposable {
  const { signal } = signals();
  const before = signal(SIZE_SIGNAL, IGNORE);
  return { [Symbol.dispose]: () => void signal(SIZE_SIGNAL, before) };
}
