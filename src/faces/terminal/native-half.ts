/**
 * Path of the terminal library's native half inside a compiled binary; undefined when run from source, where that library finds its
 * own. make/terminal-library.ts puts another module in this one's place.
 */
export const embeddedHalf: string | undefined = undefined;
