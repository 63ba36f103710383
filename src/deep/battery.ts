/** The families of the battery for large data, in the order in which they are shown. */
import { binaryRank } from "./families/binary-rank.ts";
import { BIRTHDAYS } from "./families/birthdays.ts";
import { linearComplexity } from "./families/linear-complexity.ts";
import { REPEATS } from "./families/repeats.ts";
import type { Family } from "./family.ts";

export const FAMILIES: readonly Family[] = [linearComplexity, binaryRank, REPEATS, BIRTHDAYS];
