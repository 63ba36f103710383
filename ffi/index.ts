export { type LoadOptions, loadLibrary } from "#kit/native/load.ts";
export type { Kernel, NativeClock, NativeLibrary } from "./library.ts";
export { ABI_VERSION } from "./library.ts";
