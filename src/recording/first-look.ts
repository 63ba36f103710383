/** A first look at one source's raw samples: distribution, start-up test, a first estimate of the entropy. */
import { quantileSorted } from "simple-statistics";
import { describeFailure, HealthMonitor } from "../health/monitor.ts";
import { claimAt, type SourceInfo } from "../source.ts";
import { assess } from "../stats/sp800-90b/index.ts";
import { type RawTrace, toSymbols } from "../trace.ts";

export interface FirstLook {
  readonly info: SourceInfo;
  readonly trace: RawTrace;
  /** The samples in ascending order. */
  readonly sorted: Float64Array;
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  /** Different values among the samples. */
  readonly distinct: number;
  readonly rateHz: number;
  readonly startup: "passed" | "failed" | "too few samples";
  /** Why the start-up test failed, if it did. */
  readonly failure: string | undefined;
  readonly claimedH: number;
  /** SP 800-90B non-IID estimate of these symbols, bits each; rough where they are few. */
  readonly assessedH: number;
}

/** @param stepNs period of the counter's step, undefined where it is unknown */
export function firstLook(info: SourceInfo, trace: RawTrace, stepNs: number | undefined): FirstLook {
  const symbols = toSymbols(trace, info.symbolBits);
  const claimedH = claimAt(info, stepNs);
  const { state, lastFailure } = new HealthMonitor(claimedH, info.symbolBits).observe(symbols);
  const sorted = Float64Array.from(trace.samples, Number).sort();
  // The function takes any array-like in ascending order; its type says number[].
  const quantile = (p: number) => quantileSorted(sorted as unknown as number[], p);
  return {
    info,
    trace,
    sorted,
    min: sorted[0]!,
    median: quantile(0.5),
    p99: quantile(0.99),
    max: sorted.at(-1)!,
    distinct: new Set(trace.samples).size,
    rateHz: (trace.samples.length / trace.elapsedNs) * 1e9,
    startup: state === "healthy" ? "passed" : state === "failed" ? "failed" : "too few samples",
    failure: lastFailure && describeFailure(lastFailure),
    claimedH,
    assessedH: assess(symbols, info.symbolBits).minEntropy,
  };
}
