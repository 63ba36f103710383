export { ALL_EQUAL, type Assessment, type AssessOptions, assess } from "./assess.ts";
export { byEstimator, ESTIMATORS, type EstimatorId, TRACKS, type Track } from "./estimators.ts";
export { type RestartResult, restartTest } from "./restart.ts";
export { assessmentResults } from "./results.ts";
