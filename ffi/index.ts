export type { Kernel, NativeClock, NativeLibrary } from "./library.ts";
export { ABI_VERSION } from "./library.ts";
export { type LoadOptions, loadLibrary } from "./load.ts";
