/** `bench`: sources side by side: how fast, how much entropy, how much credit. */
import { availableParallelism } from "node:os";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { InsufficientEntropyError } from "../errors.ts";
import { correlation, sharedInformation } from "../recording/dependence.ts";
import { shared, TestThreads } from "../report/threads/test-threads.ts";
import { claimAt, type Source, type SourceInfo } from "../source.ts";
import { selectSources } from "../sources/selection.ts";
import { normalTwoSided } from "../stats/math/tails.ts";
import { toSymbols } from "../trace.ts";
import { benchText, keyOf } from "./bench-text.ts";
import { CLAIM_FLAGS, type ClaimOptions, creditedInfos } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

const SORTS = ["rate", "assessed", "credited"] as const;
export type Sort = (typeof SORTS)[number];

/** Estimators need some symbols to say anything; beyond the last, memory. */
const LEAST_SAMPLES = 100;
const MOST_SAMPLES = 10_000_000;

export const bench = command({
  name: "bench",
  description: "Measure sources side by side: rate, entropy, credit",
  details: [
    "Sources are recorded one after the other and then assessed. The bar is relative to the best of them.",
  ],
  flags: {
    samples: flag.count(LEAST_SAMPLES, MOST_SAMPLES, { default: "50000", about: "Symbols of each source" }),
    durationMs: flag.seconds({
      name: "seconds",
      default: "5",
      about: "At most so long for each; a slow source then has fewer symbols",
    }),
    sort: flag.choice(SORTS, { default: "credited", about: "Highest first by this" }),
    correlation: flag.switch({ about: "What each two sources know of each other, too" }),
    ...SOURCES_FLAGS,
    ...CLAIM_FLAGS,
    json: flag.switch({ about: "Write JSON" }),
  },
  examples: [
    "esoteric-entropy bench",
    "esoteric-entropy bench --sources memory,page-table --samples 1000000 --sort rate",
    "esoteric-entropy bench --sources default,-sleep_jitter --correlation --json",
  ],
  seeAlso: ["scan", "calibrate", "pool"],
  async run(options, io, deps: Deps) {
    await runBench({ ...options, threads: availableParallelism() }, io, deps);
    return EXIT.ok;
  },
});

export interface BenchOptions extends ClaimOptions {
  readonly samples: number;
  readonly durationMs: number;
  readonly sort: Sort;
  readonly correlation: boolean;
  readonly sources: string;
  readonly json: boolean;
  readonly threads: number;
}

/** What was recorded of a source, or why nothing was. */
interface Recording {
  readonly info: SourceInfo;
  readonly symbols: Uint8Array;
  readonly elapsedNs: number;
  readonly reason?: string;
}

/** A row of the table. Entropies in bits per symbol; null where too little was recorded to say. */
export interface BenchRow {
  readonly id: string;
  readonly family: string;
  readonly symbolBits: number;
  readonly samples: number;
  readonly rateHz: number;
  readonly claimedH: number;
  /** Most common value estimate (SP 800-90B §6.3.1) of the raw symbols. */
  readonly mcvH: number | null;
  /** The lowest of all estimators on both tracks. */
  readonly assessedH: number | null;
  /** rate × min(claimed, assessed): what the ledger would credit if this source ran alone. */
  readonly creditedBitsPerSecond: number;
  /** Why there are no figures, or fewer samples than asked for. */
  readonly reason?: string;
}

export interface Correlations {
  /** Symbols of each source, compared index by index. */
  readonly symbols: number;
  /** Sources with that many symbols. */
  readonly ids: readonly string[];
  /** Pearson's coefficient by pair of ids; the diagonal is null. */
  readonly pearson: readonly (readonly (number | null)[])[];
  /** Of a coefficient as far from 0 if symbols are independent of their neighbours and of the other source: r·√n is normal. */
  readonly pearsonP: readonly (readonly (number | null)[])[];
  /** Mutual information less that of shuffled symbols, bits; give or take, 0 of independent sources. */
  readonly sharedInformation: readonly (readonly (number | null)[])[];
}

/** @throws InsufficientEntropyError when no source delivers; the signal's reason */
export async function runBench(options: BenchOptions, io: Io, deps: Deps): Promise<void> {
  const selected = selectSources(deps.sources, options.sources);
  const infos = creditedInfos(selected, options, io, deps);
  const recordings: Recording[] = [];
  let doing = "";
  let rows: BenchRow[];
  {
    using _ = new ProgressLine(io, () => doing);
    // One after the other and before any is assessed: they measure this machine, and want it to themselves.
    for (const [i, source] of selected.entries()) {
      doing = `${source.info.id}: recording, source ${i + 1} of ${selected.length}`;
      recordings.push(await record(source, infos[i]!, options, io.signal, deps));
    }
    doing = "assessing";
    rows = await assessAll(recordings, options, io.signal, deps);
  }
  if (rows.every((row) => row.samples === 0)) {
    throw new InsufficientEntropyError(
      "no source delivered a sample",
      rows.map((row) => `${row.id}: ${row.reason ?? "no samples"}`),
    );
  }
  rows.sort((a, b) => keyOf(b, options.sort) - keyOf(a, options.sort));
  const correlations = options.correlation ? correlate(recordings, options.samples) : undefined;
  await io.out(
    options.json
      ? `${JSON.stringify({ schema: 1, sort: options.sort, sources: rows, ...(correlations && { correlation: correlations }) }, null, 2)}\n`
      : `${benchText(rows, options.sort, correlations, io)}\n`,
  );
}

/** So often it is seen whether the time is up. */
const PIECE_MS = 200;
/** A source that has not answered this long after its time is given up. */
const GRACE_MS = 5_000;

async function record(
  source: Source,
  info: SourceInfo,
  { samples, durationMs }: BenchOptions,
  signal: AbortSignal,
  deps: Deps,
): Promise<Recording> {
  const availability = await source.availability(deps.host);
  const nothing = { info, symbols: new Uint8Array(0), elapsedNs: 0 };
  if (!availability.ok) return { ...nothing, reason: availability.reason };

  const symbols = new Uint8Array(samples);
  let done = 0;
  let elapsedNs = 0;
  const startedNs = deps.host.nowNs();
  const isOver = () => deps.host.nowNs() - startedNs > durationMs * 1e6;
  const timeout = AbortSignal.timeout(durationMs + GRACE_MS);
  let reason: string | undefined;
  try {
    await using sampler = await source.open(deps.host);
    const piece = Math.max(1, Math.round((info.rateHz * PIECE_MS) / 1000));
    while (done < samples && !isOver()) {
      const trace = await sampler.sample(Math.min(piece, samples - done), AbortSignal.any([signal, timeout]));
      symbols.set(toSymbols(trace, info.symbolBits), done);
      done += trace.samples.length;
      elapsedNs += trace.elapsedNs;
    }
    if (done < samples) reason = `${done} of ${samples} samples in ${durationMs / 1000} s`;
  } catch (error) {
    signal.throwIfAborted();
    reason = timeout.aborted ? `no answer within ${durationMs / 1000} s` : (error as Error).message;
  }
  return { info, symbols: symbols.subarray(0, done), elapsedNs, ...(reason === undefined ? {} : { reason }) };
}

async function assessAll(
  recordings: readonly Recording[],
  { threads: size }: BenchOptions,
  signal: AbortSignal,
  deps: Deps,
): Promise<BenchRow[]> {
  using threads = new TestThreads(size, signal);
  const { native } = deps.host;
  const stepNs = native.ok ? native.library.clock.periodNs : 0;
  return await Promise.all(
    recordings.map(async ({ info, symbols, elapsedNs, reason }): Promise<BenchRow> => {
      const assessed =
        symbols.length < LEAST_SAMPLES
          ? undefined
          : await threads.run({
              kind: "assess",
              symbols: shared(symbols),
              bitsPerSymbol: info.symbolBits,
            });
      const claimedH = claimAt(info, stepNs);
      const rateHz = elapsedNs > 0 ? (symbols.length / elapsedNs) * 1e9 : 0;
      return {
        id: info.id,
        family: info.family,
        symbolBits: info.symbolBits,
        samples: symbols.length,
        rateHz,
        claimedH,
        mcvH: assessed ? (assessed.estimators.mcv.original ?? 0) : null,
        assessedH: assessed?.minEntropy ?? null,
        creditedBitsPerSecond: rateHz * Math.min(claimedH, assessed?.minEntropy ?? 0),
        ...(reason === undefined ? {} : { reason }),
      };
    }),
  );
}

/** Over the sources that delivered all symbols asked for. */
function correlate(recordings: readonly Recording[], samples: number): Correlations {
  const able = recordings.filter(({ symbols }) => symbols.length === samples);
  const matrix = (measure: (a: Uint8Array, b: Uint8Array) => number) => {
    const values = able.map(() => able.map((): number | null => null));
    for (let i = 0; i < able.length; i++) {
      for (let j = 0; j < i; j++) {
        const value = measure(able[i]!.symbols, able[j]!.symbols);
        values[i]![j] = value;
        values[j]![i] = value;
      }
    }
    return values;
  };
  const pearson = matrix(correlation);
  return {
    symbols: samples,
    ids: able.map(({ info }) => info.id),
    pearson,
    pearsonP: pearson.map((row) =>
      row.map((r) => (r === null ? null : normalTwoSided(r * Math.sqrt(samples)))),
    ),
    sharedInformation: matrix(sharedInformation),
  };
}
