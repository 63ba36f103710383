/** The families of the battery for large data, in the order in which they are shown. */
import { BIRTHDAYS } from "./families/birthdays.ts";
import { REPEATS } from "./families/repeats.ts";
import type { Family } from "./family.ts";

export const FAMILIES: readonly Family[] = [REPEATS, BIRTHDAYS];
