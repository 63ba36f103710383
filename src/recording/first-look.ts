/** A first look at one source's raw samples: distribution, start-up test, a first estimate of the entropy. */
import { quantileSorted } from "simple-statistics";
import { describeFailure, HealthMonitor } from "../health/monitor.ts";
import { claimAt, type SourceInfo } from "../source.ts";
import { assess, type Loops } from "../stats/sp800-90b/index.ts";
import { type RawTrace, toSymbols } from "../trace.ts";

/** The samples of which a look is taken, as plain data. */
export interface Looked {
  readonly samples: BigUint64Array;
  readonly symbolBits: number;
  readonly claimedH: number;
}

export interface Figures {
  /** The samples, oldest first; in shared memory. */
  readonly values: Float64Array;
  /** The samples in ascending order; in shared memory. */
  readonly sorted: Float64Array;
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  /** Different values among the samples. */
  readonly distinct: number;
  readonly startup: "passed" | "failed" | "too few samples";
  /** Why the start-up test failed, if it did. */
  readonly failure: string | undefined;
  /** SP 800-90B non-IID estimate of these symbols, bits each; rough where they are few. */
  readonly assessedH: number;
}

export interface FirstLook extends Figures {
  readonly info: SourceInfo;
  readonly trace: RawTrace;
  readonly rateHz: number;
  readonly claimedH: number;
}

/**
 * @param stepNs period of the counter's step, undefined where it is unknown
 * @param measure does what `figuresOf` does, which takes half a minute for millions of samples
 */
export async function firstLook(
  info: SourceInfo,
  trace: RawTrace,
  stepNs: number | undefined,
  measure: (looked: Looked) => Promise<Figures>,
): Promise<FirstLook> {
  const claimedH = claimAt(info, stepNs);
  const figures = await measure({ samples: trace.samples, symbolBits: info.symbolBits, claimedH });
  return { ...figures, info, trace, rateHz: (trace.samples.length / trace.elapsedNs) * 1e9, claimedH };
}

/** @param loops of the estimators; default: the plain ones */
export function figuresOf({ samples, symbolBits, claimedH }: Looked, loops?: Loops): Figures {
  const symbols = toSymbols({ samples }, symbolBits);
  const { state, lastFailure } = new HealthMonitor(claimedH, symbolBits).observe(symbols);
  const ascending = samples.slice().sort();
  const sorted = numbers(ascending);
  // The function takes any array-like in ascending order; its type says number[].
  const quantile = (p: number) => quantileSorted(sorted as unknown as number[], p);
  return {
    values: numbers(samples),
    sorted,
    min: sorted[0]!,
    median: quantile(0.5),
    p99: quantile(0.99),
    max: sorted.at(-1)!,
    distinct: countDistinct(ascending),
    startup: state === "healthy" ? "passed" : state === "failed" ? "failed" : "too few samples",
    failure: lastFailure && describeFailure(lastFailure),
    assessedH: assess(symbols, symbolBits, loops && { loops }).minEntropy,
  };
}

function numbers(samples: BigUint64Array): Float64Array {
  const numbers = new Float64Array(new SharedArrayBuffer(8 * samples.length));
  for (let i = 0; i < numbers.length; i++) numbers[i] = Number(samples[i]);
  return numbers;
}

function countDistinct(ascending: BigUint64Array): number {
  let count = 0;
  for (let i = 0; i < ascending.length; i++) if (i === 0 || ascending[i] !== ascending[i - 1]) count++;
  return count;
}
