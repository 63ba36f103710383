export { alphabetSizeOf } from "./alphabet.ts";
export {
  ALL_EQUAL,
  type Assessment,
  type AssessOptions,
  assess,
  assessConditioned,
  type ConditionedAssessment,
} from "./assess.ts";
export { byEstimator, ESTIMATORS, type EstimatorId, TRACKS, type Track } from "./estimators.ts";
export { type Loops, PLAIN_LOOPS } from "./loops.ts";
export { type RestartResult, restartTest, type TrackName } from "./restart.ts";
export { assessmentResults } from "./results.ts";
export { transpose } from "./transpose.ts";
