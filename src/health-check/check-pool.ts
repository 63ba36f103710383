/** Runs the health tests anew over the sources of a pool, one after the other, and the known answers of the DRBG. */
import type { Fault } from "../drill/faults.ts";
import type { Host } from "../platform/host.ts";
import { RUNTIME_CIPHER, selfTest } from "../rbg/ctr-drbg.ts";
import { takeSymbols } from "../recording/sample-until.ts";
import { blockSymbols } from "../sampling/probation.ts";
import { claimAt, counterStepNs, type Source, type SourceInfo } from "../source.ts";
import { type Induced, induce, noiseFor } from "./induce.ts";
import { type HealthOutcome, HealthTally, symbolsForAll, type Tested } from "./tally.ts";

export interface PoolHealthOptions {
  /** Longest sampling time of each source. */
  readonly durationMs: number;
  readonly faults: readonly Fault[];
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

export interface SourceHealth extends HealthOutcome, Tested {
  readonly id: string;
  readonly rateHz: number;
  readonly induced: readonly Induced[];
}

export interface Without {
  readonly id: string;
  readonly reason: string;
}

export interface KnownAnswers {
  readonly cipher: "native" | "runtime";
  /** Null where this machine has not got it. */
  readonly passed: boolean | null;
  readonly reason?: string;
}

/** Plain data, as `--json` writes it. */
export interface PoolHealthReport {
  readonly schema: 1;
  readonly sources: readonly SourceHealth[];
  /** Sources that this machine has not. */
  readonly absent: readonly Without[];
  /** Sources that failed while they were sampled. */
  readonly failed: readonly Without[];
  readonly knownAnswers: readonly KnownAnswers[];
  /** False where a test failed, null where one has no verdict, or a source could not be sampled. */
  readonly passed: boolean | null;
}

/** Samples taken at a time: an interrupt waits for their end. */
const PIECE_MS = 100;

/** @throws the signal's reason */
export async function checkPool(
  sources: readonly { readonly source: Source; readonly info: SourceInfo }[],
  options: PoolHealthOptions,
  host: Host,
): Promise<PoolHealthReport> {
  const tested: SourceHealth[] = [];
  const absent: Without[] = [];
  const failed: Without[] = [];
  for (const [i, { source, info }] of sources.entries()) {
    const { id } = info;
    options.onProgress(`${id}, ${i + 1} of ${sources.length}`);
    const availability = await source.availability(host);
    if (!availability.ok) {
      absent.push({ id, reason: availability.reason });
      continue;
    }
    const health = await checkSource(source, info, options, host);
    if ("reason" in health) failed.push(health);
    else tested.push(health);
  }
  const knownAnswers = testAnswers(host);
  const verdicts = tested.map(({ passed }) => passed);
  const hasFailed = [...verdicts, ...knownAnswers.map(({ passed }) => passed)].includes(false);
  const isOpen = verdicts.length === 0 || verdicts.includes(null) || failed.length > 0;
  return {
    schema: 1,
    sources: tested,
    absent,
    failed,
    knownAnswers,
    passed: hasFailed ? false : isOpen ? null : true,
  };
}

async function checkSource(
  source: Source,
  info: SourceInfo,
  { durationMs, faults, signal }: PoolHealthOptions,
  host: Host,
): Promise<SourceHealth | Without> {
  const { id, symbolBits, rateHz } = info;
  const claimed: Tested = {
    claim: claimAt(info, counterStepNs(host)),
    symbolBits,
    block: blockSymbols(rateHz),
  };
  const samples = Math.max(symbolsForAll(claimed), noiseFor(claimed, faults));
  const pieceSamples = Math.max(1, Math.round((rateHz * PIECE_MS) / 1000));
  const taken = await takeSymbols(source, host, { samples, durationMs, pieceSamples }, signal);
  if (taken.symbols.length === 0 || taken.shortfall?.kind === "failed") {
    return { id, reason: taken.shortfall?.reason ?? "delivered no sample" };
  }
  const tally = new HealthTally(claimed);
  tally.add(taken.symbols);
  const turn = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  };
  const induced = await induce(taken.symbols, claimed, faults, turn);
  const outcome = tally.outcome();
  const passed = induced.some((each) => each.passed === false) ? false : outcome.passed;
  return { id, rateHz: taken.rateHz, ...claimed, ...outcome, induced, passed };
}

const ABSENT = "this processor has no AES instructions, or the native library cannot be loaded";

/** SP 800-90A §11.3 asks for them on demand, too. */
function testAnswers({ native }: Pick<Host, "native">): KnownAnswers[] {
  const cipher = native.ok ? native.library.drbgCipher : undefined;
  const run = (name: KnownAnswers["cipher"], by: typeof cipher): KnownAnswers => {
    try {
      selfTest(by);
      return { cipher: name, passed: true };
    } catch (error) {
      return { cipher: name, passed: false, reason: error instanceof Error ? error.message : String(error) };
    }
  };
  return [
    cipher ? run("native", cipher) : { cipher: "native", passed: null, reason: ABSENT },
    run("runtime", RUNTIME_CIPHER),
  ];
}
