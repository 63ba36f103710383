/**
 * Finds the native library and loads it. Run from the sources it is the one `build.ts` made; a compiled binary carries it
 * inside and has to get it out, for systems load libraries from files only, and not from every folder.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bindLibrary, type NativeLibrary } from "../../ffi/library.ts";
import { NativeError } from "../errors.ts";
import { embeddedLibrary } from "./embedded.ts";
import { memoryFile } from "./memory-file.ts";
import { privateFile, privateFolders } from "./private-file.ts";
import { reason } from "./reason.ts";
import { hostTarget, libraryFile } from "./target.ts";

export interface LoadOptions {
  /** A library file to load as it is, instead of this program's own: tests with a null clock. */
  readonly path?: string;
}

let own: NativeLibrary | undefined;

/** @throws NativeError saying what was tried and why each way failed */
export function loadLibrary(options: LoadOptions = {}): NativeLibrary {
  if (options.path !== undefined) return bindLibrary(options.path);
  own ??= embeddedLibrary === undefined ? loadBuilt() : loadEmbedded(embeddedLibrary);
  return own;
}

function loadBuilt(): NativeLibrary {
  const target = hostTarget();
  const path = join(import.meta.dirname, "..", "..", "build", "native", target, libraryFile(target));
  if (!existsSync(path))
    throw new NativeError(`native library ${path} has not been built: npm run build -- native`);
  return bindLibrary(path);
}

/** The temporary folder first (Bun's own way), then memory, then folders from which programs may usually be run. */
function loadEmbedded(embedded: string): NativeLibrary {
  const content = readFileSync(embedded);
  const ways: [name: string, path: () => string][] = [["the temporary folder", () => embedded]];
  if (process.platform === "linux") ways.push(["a file in memory", () => memoryFile(content)]);
  for (const folder of privateFolders()) ways.push([folder, () => privateFile(folder, content)]);
  const failures: string[] = [];
  for (const [name, path] of ways) {
    try {
      return bindLibrary(path());
    } catch (error) {
      failures.push(`from ${name}: ${reason(error)}`);
    }
  }
  throw new NativeError(`the native library cannot be loaded ${failures.join("; ")}`);
}
