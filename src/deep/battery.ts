/** The families of the battery for large data, in the order in which they are shown. */
import { BINARY_RANK } from "./families/binary-rank.ts";
import { BIRTHDAYS } from "./families/birthdays.ts";
import { CARRY_RECURRENCE } from "./families/carry-recurrence.ts";
import { FREQUENCIES } from "./families/frequencies.ts";
import { GAPS } from "./families/gaps.ts";
import { LINEAR_COMPLEXITY } from "./families/linear-complexity.ts";
import { PERIODS } from "./families/periods.ts";
import { RECURRENCES } from "./families/recurrences.ts";
import { REPEATS } from "./families/repeats.ts";
import { SIMILAR_BLOCKS } from "./families/similar-blocks.ts";
import { WEIGHTS } from "./families/weights.ts";
import type { Family } from "./family.ts";

export const FAMILIES: readonly Family[] = [
  FREQUENCIES,
  WEIGHTS,
  GAPS,
  LINEAR_COMPLEXITY,
  CARRY_RECURRENCE,
  RECURRENCES,
  BINARY_RANK,
  REPEATS,
  SIMILAR_BLOCKS,
  BIRTHDAYS,
  PERIODS,
];
