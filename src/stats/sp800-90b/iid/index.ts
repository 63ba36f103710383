export { assessIid, type IidAssessment } from "./assess-iid.ts";
export type { ChiSquareResult } from "./chi-square-bins.ts";
export { type IidData, iidData } from "./iid-data.ts";
export { type IidLoops, PLAIN_IID_LOOPS } from "./iid-loops.ts";
export type { LongestRepeatResult } from "./longest-repeat-test.ts";
export {
  type Measured,
  type PermutationCounts,
  PermutationTally,
  type TallySnapshot,
} from "./permutation-tally.ts";
export {
  countPermutations,
  type Measuring,
  PERMUTATIONS,
  type PermutationOptions,
  type PermutationProgress,
  type PermutationResult,
  type StatisticResult,
} from "./permutation-test.ts";
export { type Chunk, Permutations, type StatisticFlags } from "./permutations.ts";
export { STATISTICS, type StatisticId } from "./statistics.ts";
