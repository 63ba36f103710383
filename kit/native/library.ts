/**
 * A loaded native library and the bindings of its functions. `bun:ffi` is behind this file: a product's own binding says
 * which symbols there are and what their arguments mean.
 */
import { type FFIFunction, linkSymbols } from "bun:ffi";
import { NativeError } from "../errors.ts";
import { reason } from "./calls.ts";
import { addressIn, type Image, loadImage } from "./image.ts";

/** Tells a product's library from any other file. */
export interface LibraryIdentity {
  /** `demo` for libdemo.so and libdemo.dylib. */
  readonly name: string;
  /** The function `uint32_t (void)` that returns the version of the interface; every version of the library has it. */
  readonly versionSymbol: string;
  readonly abiVersion: number;
}

type Signatures = Readonly<Record<string, FFIFunction>>;

/** Bindings cost some 0.1 ms and a kilobyte each, which Bun never gives back: bind what is used, once. */
export class Library {
  private constructor(
    /** The file that it is a copy of, for whoever wants to read it. */
    readonly path: string,
    private readonly image: Image,
    readonly abiVersion: number,
  ) {}

  /** @throws NativeError if the file cannot be loaded, is no library of this product, or has another version */
  static open(path: string, identity: LibraryIdentity): Library {
    return Library.of(
      naming(path, () => loadImage(path)),
      path,
      identity,
    );
  }

  /** Takes an image for what was loaded from `path`. @throws NativeError as `open` */
  static of(image: Image, path: string, { versionSymbol, abiVersion }: LibraryIdentity): Library {
    const version = bind(image, path, { [versionSymbol]: { args: [], returns: "u32" } })[versionSymbol]!;
    const found = Number(version());
    if (found !== abiVersion) {
      throw new NativeError(
        `native library ${path} has ABI version ${found}, this program needs ${abiVersion}`,
      );
    }
    return new Library(path, image, found);
  }

  /** Binds functions by name. @throws NativeError if one is missing */
  bind<S extends Signatures>(signatures: S) {
    return bind(this.image, this.path, signatures);
  }
}

function bind<S extends Signatures>(image: Image, path: string, signatures: S) {
  return naming(path, () => {
    const functions = Object.entries(signatures).map(([name, signature]) => [
      name,
      { ...signature, ptr: addressIn(image, name) },
    ]);
    return linkSymbols(Object.fromEntries(functions) as S).symbols;
  });
}

function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new NativeError(`native library ${path}: ${reason(error)}`, undefined, { cause: error });
  }
}
