export {
  type Assessment,
  type AssessOptions,
  assess,
  ESTIMATORS,
  type EstimatorId,
  type Track,
} from "./assess.ts";
export { type MapDownOptions, type MappedSymbols, mapDown, type WideSamples } from "./map-down.ts";
export { type RestartResult, restartTest } from "./restart.ts";
