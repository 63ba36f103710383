/** The families of the battery for large data, in the order in which they are shown. */
import type { Family } from "./family.ts";

export const FAMILIES: readonly Family[] = [];
