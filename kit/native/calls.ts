/** Arguments and results of C functions: texts, numbers of errors; and results that are kept. */
import { CString, type Pointer, toArrayBuffer } from "bun:ffi";
import { getSystemErrorName } from "node:util";
import { NativeError } from "../errors.ts";

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

/** Shows the memory that a function returned as `ptr`, which must stay mapped. */
export function memoryAt(pointer: Pointer | bigint | null, length: number): Uint8Array<ArrayBuffer> {
  if (pointer === null) throw new NativeError("the native library returned no memory");
  return new Uint8Array(toArrayBuffer(pointer as Pointer, 0, length));
}

/** The message of an error, without its name. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
