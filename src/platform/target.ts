/** What platform packages are named after; without the native library itself, for those who cannot load one. */
export { hostTarget, libraryFile } from "#kit/native/target.ts";
