export { assessIid, type IidAssessment } from "./assess-iid.ts";
export type { ChiSquareResult } from "./chi-square-bins.ts";
export { type IidData, iidData } from "./iid-data.ts";
export type { LongestRepeatResult } from "./longest-repeat-test.ts";
export { type Outcomes, type PermutationCounts, PermutationTally } from "./permutation-tally.ts";
export type {
  PermutationOptions,
  PermutationProgress,
  PermutationResult,
  StatisticResult,
} from "./permutation-test.ts";
export { DEFAULT_SEED, PERMUTATIONS_PER_CHUNK, Permutations } from "./permutations.ts";
export { STATISTICS, type StatisticId } from "./statistics.ts";
