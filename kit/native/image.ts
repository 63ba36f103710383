/**
 * A library in the memory of this process, by the system's own loader. bun:ffi's `dlopen` would need the file for each binding, and
 * might find another there.
 */
import type { Pointer } from "bun:ffi";
import { NativeError } from "../errors.ts";
import { bindLoader } from "./c-library.ts";
import { cText, once, textAt } from "./calls.ts";

/** Handle that dlopen(3) returned. It holds in all threads of the process, and is never closed. */
export type Image = Pointer;

const loader = once(() =>
  bindLoader({
    dlopen: { args: ["ptr", "i32"], returns: "ptr" },
    dlsym: { args: ["ptr", "ptr"], returns: "ptr" },
    dlerror: { args: [], returns: "ptr" },
  }),
);

/** RTLD_NOW and RTLD_LOCAL, which is 0 on Linux: all of it works or nothing, and no other library sees its names. */
const FLAGS = process.platform === "darwin" ? 6 : 2;

/** Loads a library. The file is not needed afterwards. @throws NativeError with the loader's words */
export function loadImage(path: string): Image {
  const image = loader().dlopen(cText(path), FLAGS);
  if (image === null) throw new NativeError(textAt(loader().dlerror()));
  return image as Image;
}

/** Finds a function of a library. @throws NativeError if there is none of that name */
export function addressIn(image: Image, name: string): Pointer {
  const address = loader().dlsym(image, cText(name));
  if (address === null) throw new NativeError(`there is no function ${name} in it`);
  return address as Pointer;
}
