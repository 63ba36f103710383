/**
 * Path of the native library inside a compiled binary; undefined when run from source. kit/make puts another module in this
 * one's place, which imports the library of the right target as a file.
 */
export const embeddedLibrary: string | undefined = undefined;
