/** The C library this process already runs on, and the system's loader in it: no other can be loaded beside it. */
import { dlopen, type FFIFunction, type Pointer, read } from "bun:ffi";
import { NativeError } from "../errors.ts";
import { reason } from "./calls.ts";

type Signatures = Readonly<Record<string, FFIFunction>>;

const NAMES =
  process.platform === "darwin"
    ? ["/usr/lib/libSystem.B.dylib"]
    : ["libc.so.6", process.arch === "arm64" ? "libc.musl-aarch64.so.1" : "libc.musl-x86_64.so.1"];

/** Before 2.34, glibc has dlopen and the like in a library of their own. */
const LOADER_NAMES = [...NAMES, "libdl.so.2"];

/** Binds functions by name; see `Library` for what that costs. @throws NativeError if there is no such library, or one is missing in it */
export function bindCLibrary<S extends Signatures>(signatures: S) {
  return bindFirst(NAMES, signatures);
}

/** Binds functions of dlfcn.h, as `bindCLibrary`. */
export function bindLoader<S extends Signatures>(signatures: S) {
  return bindFirst(LOADER_NAMES, signatures);
}

function bindFirst<S extends Signatures>(libraries: readonly string[], signatures: S) {
  const failures: string[] = [];
  for (const name of libraries) {
    try {
      return dlopen(name, signatures).symbols;
    } catch (error) {
      // The others would say the same.
      if (reason(error) === NO_CODE) throw new NativeError(NO_CODE_TEXT, undefined, { cause: error });
      failures.push(reason(error));
    }
  }
  throw new NativeError(`no C library: ${failures.join("; ")}`);
}

/** The runtime's words where it cannot have memory for machine code, with which it calls C. */
const NO_CODE = "bun:ffi requires the JIT";
const NO_CODE_TEXT =
  "no native function can be called: the system gives the runtime no memory for machine code, as where address space or data is limited (ulimit -v, -d)";

/** glibc and musl have the place of errno in this function. */
export const ERRNO = { __errno_location: { args: [], returns: "ptr" } } as const;

/** Reads the errno of the call before, on this thread. @param place what `__errno_location` returned */
export function errnoAt(place: Pointer | bigint | null): number {
  return place === null ? 0 : read.i32(place as Pointer, 0);
}
