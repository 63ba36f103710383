/**
 * Finds a product's native library and loads it. From source, it is the file that kit/make has built. A compiled binary
 * carries it inside and has to extract it: systems load libraries from files only, and not from every folder.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NativeError } from "../errors.ts";
import { embeddedLibrary } from "./embedded.ts";
import { Library, type LibraryIdentity, reason } from "./library.ts";
import { memoryFile } from "./memory-file.ts";
import { privateFile, privateFolders } from "./private-file.ts";
import { hostTarget, libraryFile } from "./target.ts";

export interface OwnLibrary extends LibraryIdentity {
  /** Name of the product's folder below the user's cache, where the library is put if nothing else works. */
  readonly cacheFolder: string;
}

/** @throws NativeError saying what was tried and why each way failed */
export function loadOwnLibrary(own: OwnLibrary): Library {
  return embeddedLibrary === undefined ? loadBuilt(own) : loadEmbedded(embeddedLibrary, own);
}

function loadBuilt(own: OwnLibrary): Library {
  const target = hostTarget();
  const root = join(import.meta.dirname, "..", "..");
  const path = join(root, "build", "native", target, libraryFile(own.name, target));
  if (!existsSync(path)) {
    throw new NativeError(`native library ${path} has not been built: npm run build -- native`);
  }
  return Library.open(path, own);
}

/** Tries the temporary folder first (Bun's own way), then memory, then folders that programs may usually be run from. */
function loadEmbedded(embedded: string, own: OwnLibrary): Library {
  const content = readFileSync(embedded);
  const file = libraryFile(own.name, process.platform);
  const ways: [name: string, path: () => string][] = [["the temporary folder", () => embedded]];
  if (process.platform === "linux") ways.push(["a file in memory", () => memoryFile(file, content)]);
  for (const folder of privateFolders(own.cacheFolder)) {
    ways.push([folder, () => privateFile(folder, file, content)]);
  }
  const failures: string[] = [];
  for (const [name, path] of ways) {
    try {
      return Library.open(path(), own);
    } catch (error) {
      failures.push(`from ${name}: ${reason(error)}`);
    }
  }
  throw new NativeError(`the native library cannot be loaded ${failures.join("; ")}`);
}
