/** The C library this process already runs on: no other can be loaded beside it (Linux, macOS). */
import { dlopen, type FFIFunction, type Pointer, read } from "bun:ffi";
import { NativeError } from "../errors.ts";
import { reason } from "./library.ts";

/** Binds functions by name; see `Library` for what that costs. @throws NativeError if there is no such library, or one is missing in it */
export function bindCLibrary<S extends Readonly<Record<string, FFIFunction>>>(signatures: S) {
  const musl = process.arch === "arm64" ? "libc.musl-aarch64.so.1" : "libc.musl-x86_64.so.1";
  const failures: string[] = [];
  for (const name of ["libc.so.6", musl, "libSystem.B.dylib"]) {
    try {
      return dlopen(name, signatures).symbols;
    } catch (error) {
      failures.push(reason(error));
    }
  }
  throw new NativeError(`no C library: ${failures.join("; ")}`);
}

/** glibc and musl have the place of errno in this function. */
export const ERRNO = { __errno_location: { args: [], returns: "ptr" } } as const;

/** Reads the errno of the call before, on this thread. @param place what `__errno_location` returned */
export function errnoAt(place: Pointer | bigint | null): number {
  return place === null ? 0 : read.i32(place as Pointer, 0);
}
