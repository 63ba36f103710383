/** The library, which the npm package `esoteric-entropy` exports. See docs/LIBRARY.md. */
export {
  DrbgError,
  EntropyError,
  type ErrorCode,
  InputError,
  InsufficientEntropyError,
  NativeError,
  PoolClosedError,
  SourceError,
  ToolError,
  UsageError,
} from "./errors.ts";
export {
  EntropyPool,
  type IntegerArray,
  type PoolEventMap,
  type PoolOptions,
} from "./faces/library/entropy-pool.ts";
export { type ChoiceOptions, EsotericRandom } from "./faces/library/esoteric-random.ts";
export { type NoiseSource, sources } from "./faces/library/noise-sources.ts";
export type { RandomSource } from "./faces/library/random-words.ts";
export { type BatteryReport, runBattery } from "./faces/library/run-battery.ts";
export type { HealthReport, SourceFailure, SourceHealth } from "./faces/stdio/health-report.ts";
export type { Grade, Snapshot, SourceSnapshot } from "./pool/snapshot.ts";
export type { RbgMode } from "./rbg/generator.ts";
export type { Availability, Effect, Family, SourceInfo } from "./source.ts";
export type { Quality } from "./stats/quality.ts";
export type {
  BoundsResult,
  EstimateResult,
  HypothesisResult,
  NotApplicableResult,
  TestResult,
} from "./stats/result.ts";
export {
  type Assessment,
  type AssessOptions,
  assess,
  assessConditioned,
  type ConditionedAssessment,
} from "./stats/sp800-90b/index.ts";
export { VERSION } from "./version.ts";
