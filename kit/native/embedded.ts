/**
 * Where the native library lies inside a compiled binary. Run from the sources there is none: `build.ts` puts another
 * module in this one's place, which imports the library of the right target as a file.
 */
export const embeddedLibrary: string | undefined = undefined;
