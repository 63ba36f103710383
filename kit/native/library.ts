/**
 * A loaded native library and the bindings of its functions. `bun:ffi` is behind this file: a product's own binding says
 * which symbols there are and what their arguments mean.
 */
import { CString, dlopen, type FFIFunction, type Pointer } from "bun:ffi";
import { getSystemErrorName } from "node:util";
import { NativeError } from "../errors.ts";

/** Tells a product's library from any other file. */
export interface LibraryIdentity {
  /** `demo` for libdemo.so, libdemo.dylib and demo.dll. */
  readonly name: string;
  /** The function `uint32_t (void)` that returns the version of the interface; every version of the library has it. */
  readonly versionSymbol: string;
  readonly abiVersion: number;
}

type Signatures = Readonly<Record<string, FFIFunction>>;

/** Bindings cost some 0.1 ms and a kilobyte each, which Bun never gives back: bind what is used, once. */
export class Library {
  private constructor(
    readonly path: string,
    readonly abiVersion: number,
  ) {}

  /** @throws NativeError if the file cannot be loaded, is no library of this product, or has another version */
  static open(path: string, { versionSymbol, abiVersion }: LibraryIdentity): Library {
    const version = bind(path, { [versionSymbol]: { args: [], returns: "u32" } })[versionSymbol]!;
    const found = Number(version());
    if (found !== abiVersion) {
      throw new NativeError(
        `native library ${path} has ABI version ${found}, this program needs ${abiVersion}`,
      );
    }
    return new Library(path, found);
  }

  /** Binds functions by name. @throws NativeError if one is missing */
  bind<S extends Signatures>(signatures: S) {
    return bind(this.path, signatures);
  }
}

function bind<S extends Signatures>(path: string, signatures: S) {
  try {
    return dlopen(path, signatures).symbols;
  } catch (error) {
    throw new NativeError(`native library ${path}: ${reason(error)}`, undefined, { cause: error });
  }
}

/** Defers `make` to the first call and keeps its result. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Keeps the result of `make` for each name. */
export function oncePerName<N extends string, T>(make: (name: N) => T): (name: N) => T {
  const made = new Map<N, T>();
  return (name) => {
    if (!made.has(name)) made.set(name, make(name));
    return made.get(name)!;
  };
}

/** Checks the result of a C function. @throws NativeError if it is a negative errno */
export function checkErrno(what: string, result: number): void {
  if (result >= 0) return;
  throw new NativeError(`${what}: ${getSystemErrorName(result)} (errno ${-result})`, -result);
}

/** Encodes a text for C, with its final zero byte. @throws RangeError for a text that C would take for a shorter one */
export function cText(text: string): Buffer {
  if (text.includes("\0")) throw new RangeError("a text for the native library has a zero byte in it");
  return Buffer.from(`${text}\0`);
}

/** Copies the zero-terminated text that a function returned as `ptr`. */
export function textAt(pointer: Pointer | bigint | null): string {
  if (pointer === null) throw new NativeError("the native library returned no text");
  return new CString(pointer as Pointer).toString();
}

/** The message of an error, without its name. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
