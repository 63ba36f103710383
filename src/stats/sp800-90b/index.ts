export {
  type Assessment,
  type AssessOptions,
  assess,
  ESTIMATORS,
  type EstimatorId,
  type Track,
} from "./assess.ts";
export { type RestartResult, restartTest } from "./restart.ts";
