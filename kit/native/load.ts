/** Finds a product's native library and loads it: from source, the file that kit/make has built; else what the program carries inside. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { NativeError } from "../errors.ts";
import { reason } from "./calls.ts";
import { embeddedLibrary } from "./embedded.ts";
import { type Image, loadImage } from "./image.ts";
import { Library, type LibraryIdentity } from "./library.ts";
import { loadContent } from "./loadable-file.ts";
import { hostTarget, libraryFile } from "./target.ts";

/** @throws NativeError saying what was tried and why each way failed */
export function loadOwnLibrary(own: LibraryIdentity): Library {
  return embeddedLibrary === undefined ? loadBuilt(own) : loadEmbedded(embeddedLibrary, own);
}

function loadBuilt(own: LibraryIdentity): Library {
  return Library.open(builtFile(libraryFile(own.name, hostTarget())), own);
}

/** Returns the path of what kit/make has built for this machine. @throws NativeError where it has not */
export function builtFile(name: string): string {
  const path = join(import.meta.dirname, "..", "..", "build", "native", hostTarget(), name);
  if (!existsSync(path)) throw new NativeError(`${path} has not been built: npm run build -- native`);
  return path;
}

/** Takes over the image that the thread which started this one has loaded: what the library remembers is there once. */
function loadEmbedded(embedded: string, own: LibraryIdentity): Library {
  const key = `native library ${own.name}`;
  const known = getEnvironmentData(key) as Image | undefined;
  if (known !== undefined) return Library.of(known, embedded, own);
  try {
    return loadContent(readFileSync(embedded), basename(embedded), (path) => {
      const image = loadImage(path);
      const library = Library.of(image, embedded, own);
      setEnvironmentData(key, image);
      return library;
    });
  } catch (error) {
    throw new NativeError(`the native library cannot be loaded: ${reason(error)}`, undefined, {
      cause: error,
    });
  }
}
