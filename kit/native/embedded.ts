/**
 * Paths of files inside a compiled binary: the native library, and the program that goes with it. Undefined when run from source.
 * kit/make puts another module in this one's place, which imports those of the right target as files.
 */
export const embeddedLibrary: string | undefined = undefined;
export const embeddedProgram: string | undefined = undefined;
