/** Plays noise that breaks to the classes of the pool, in the slices that the pool would ask for, and keeps the accounts. */
import { Account } from "../pool/account.ts";
import { Books } from "../pool/books.ts";
import { Ledger } from "../pool/ledger.ts";
import { Reservoir } from "../pool/reservoir.ts";
import { blockSymbols, type Probation, type ProbationOptions } from "../sampling/probation.ts";
import { SourceState } from "../sampling/source-state.ts";
import type { SourceInfo } from "../source.ts";
import type { RawTrace } from "../trace.ts";
import type { Laid } from "./faults.ts";

/** The source that is played. */
export interface Role {
  readonly info: SourceInfo;
  /** Period of the counter's step, ns; decides on the claim. */
  readonly stepNs: number | undefined;
  /** Samples per second, as measured: sizes the slices. */
  readonly rateHz: number;
  /** Makes what pays for its samples; tests break it on purpose. Default: the pool's. */
  readonly makeProbation?: ((options: ProbationOptions) => Probation) | undefined;
  /** The same for what credits it. */
  readonly makeAccount?: ((ledger: Ledger, reservoir: Reservoir) => Account) | undefined;
}

export type Alarm =
  | "repetition-count"
  | "adaptive-proportion"
  | "second repetition-count"
  | "second adaptive-proportion"
  /** The estimate of a block, and with it the price of its samples, falls to about nothing. */
  | "estimate";

/** Consecutive samples that were paid. */
export interface Payment {
  /** Position of the first and after the last, from the begin of the noise. */
  readonly from: number;
  readonly until: number;
  readonly bits: number;
}

export interface Played {
  readonly claim: number;
  /** In the order of the samples. */
  readonly payments: readonly Payment[];
  /** The first alarm after the onset, and how many symbols of the fault had been seen by then. */
  readonly alarm: { readonly by: Alarm; readonly after: number } | undefined;
  /** A sample was paid before the block after its own was over. */
  readonly paidEarly: boolean;
  /** Most bits that the source still had in the level, after a test had failed it. */
  readonly keptBits: number;
}

/** A price at or below this share of the claim counts as about nothing. */
export const WORTHLESS_SHARE = 0.05;

/** Symbols after which others have their turn: some 10 ms. */
const TURN_SYMBOLS = 1 << 15;

/** Bytes ready. They are taken out after each slice, as by somebody who wants all there is. */
const CAPACITY_BYTES = 4_096;

/**
 * Plays the whole. A failed source is sampled again at once: the drill does not count on a quarantine to last.
 * @param turn awaited every now and then
 */
export async function play({ symbols, onset }: Laid, role: Role, turn: () => Promise<void>): Promise<Played> {
  const { info, stepNs } = role;
  const source = new SourceState(info, role.makeProbation);
  source.stepNs = stepNs;
  const ledger = new Ledger();
  const reservoir = new Reservoir(CAPACITY_BYTES);
  const account = role.makeAccount?.(ledger, reservoir) ?? new Account(ledger, reservoir);
  const payments: Payment[] = [];
  let accounted = 0;
  const books = new Books(ledger, account, (samples, bits) => {
    if (bits > 0) payments.push({ from: accounted, until: accounted + samples, bits });
    accounted += samples;
  });
  const block = blockSymbols(info.rateHz);
  const claim = source.claimedH;
  const sink = new Uint8Array(CAPACITY_BYTES);
  let alarm: Played["alarm"];
  let paidEarly = false;
  let keptBits = 0;
  /** Position from which on the health tests count their symbols. */
  let testedFrom = 0;
  let sinceTurn = 0;

  for (let at = 0; at < symbols.length; ) {
    const slice = symbols.subarray(at, at + source.sliceSamples);
    const trace = traceOf(slice, at, role);
    source.delivered(slice.length, trace.elapsedNs);
    const { blocks, failure, warning } = books.book(source, trace, source.epoch, true);
    const raise = (by: Alarm, position: number) => {
      if (position > onset) alarm ??= { by, after: position - onset };
    };
    for (const { until, price } of blocks)
      if (price <= WORTHLESS_SHARE * claim) raise("estimate", at + until);
    // The tests are reset within the slice in which a second one fires, so that only its end is known.
    if (warning) raise(`second ${warning.test}`, at + slice.length);
    if (failure) raise(failure.test, Math.min(at + slice.length, testedFrom + failure.symbolIndex + 1));
    at += slice.length;

    const last = payments.at(-1);
    if (last && last.until + block > at) paidEarly = true;
    if (failure || warning) {
      keptBits = Math.max(keptBits, ledger.levelBits);
      testedFrom = at;
    }
    if (failure) {
      source.quarantine(failure.test, 0);
      source.endEpoch();
      books.lose(source);
      source.readmit();
    }
    while (account.take(sink) > 0);
    sinceTurn += slice.length;
    if (sinceTurn >= TURN_SYMBOLS) {
      sinceTurn = 0;
      await turn();
    }
  }
  books.lose(source);
  if (accounted !== symbols.length) paidEarly = true;
  return { claim, payments, alarm, paidEarly, keptBits };
}

/** Makes a trace of symbols that were sampled from position `at` on, at an even rate. */
export function traceOf(symbols: Uint8Array, at: number, { info, rateHz }: Role): RawTrace {
  const samples = new BigUint64Array(symbols.length);
  const bytes = new Uint8Array(samples.buffer);
  for (let i = 0; i < symbols.length; i++) bytes[8 * i] = symbols[i]!;
  const perSampleNs = 1e9 / rateHz;
  return {
    sourceId: info.id,
    samples,
    discarded: 0,
    startedNs: at * perSampleNs,
    elapsedNs: symbols.length * perSampleNs,
  };
}
