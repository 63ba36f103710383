/**
 * Runs the health tests of a source over symbols that are there already, or were taken for it: those of SP 800-90B §4.4, and the
 * product's own, as the pool has them. Unlike the pool it goes on after an alarm, so that each can be told with its place.
 *
 * Each test begins anew with the symbol after its alarm. So a stuck source raises one at every C-th symbol.
 */
import { WORTHLESS_SHARE } from "../drill/play.ts";
import { BlockEstimate, MOST_BLOCK } from "../health/block-estimate.ts";
import { cutoffsOf, type HealthCutoff, secondCutoffsOf } from "../health/cutoffs.ts";
import { AdaptiveProportionTest, type HealthFailure, RepetitionCountTest } from "../health/health-tests.ts";
import { HealthMonitor, testedH } from "../health/monitor.ts";
import { REFERENCE_BLOCKS, SecondTests } from "../health/second-tests.ts";
import { CREDITED_SHARE } from "../source.ts";
import { Extremes } from "./extremes.ts";

/** Alarms, and blocks, that are told with their places; the others are counted. */
export const MOST_PLACES = 20;

export interface Alarm {
  /** Index of the symbol that completed the count, from 0 at the first of all. */
  readonly at: number;
  readonly symbol: number;
  readonly count: number;
}

/** *blind*: its cutoff is above its window, so that it cannot fire. *open*: too few symbols. *warned*: a second test fired. */
export type Verdict = "passed" | "failed" | "warned" | "blind" | "open";

/** One test and what it saw. Plain data. */
export interface TestOutcome extends HealthCutoff {
  /** Symbols that it was given. */
  readonly symbols: number;
  /** The longest run, or the highest count of a window's first symbol in it. */
  readonly seen: number;
  readonly alarms: number;
  /** The first of them. */
  readonly places: readonly Alarm[];
  readonly verdict: Verdict;
}

export interface BlockOutcome {
  /** Index of the block's first symbol. */
  readonly from: number;
  /** Most min-entropy that its symbols can hold, bits per symbol. */
  readonly estimate: number;
}

/** The estimates of blocks: they cap credit. */
export interface EstimateOutcome {
  readonly blocks: number;
  /** Symbols of a block. */
  readonly length: number;
  /** Estimate of a block of symbols that are all equally likely: about as much as one of this length can show. */
  readonly reach: number;
  readonly lowest: number | null;
  readonly mean: number | null;
  /** Blocks whose estimate is below the claim, and blocks of which, at half of their estimate, less than the claim is credited. */
  readonly belowClaim: number;
  readonly creditedLess: number;
  /** Blocks worth about nothing: from a twentieth of the claim down, as in the drill. */
  readonly worthless: number;
  /** Most of them in a row. One may be an interruption of a good source, and is a warning; two are a failure. */
  readonly worthlessInARow: number;
  /** The first blocks below the claim. */
  readonly places: readonly BlockOutcome[];
  readonly verdict: Verdict;
}

export interface HealthOutcome {
  readonly symbols: number;
  /** Symbols that the start-up test takes. */
  readonly startupSymbols: number;
  readonly tests: readonly TestOutcome[];
  /** H that the second tests' reference is, twice what they are made for; null where there were too few blocks to learn it. */
  readonly reference: number | null;
  readonly estimates: EstimateOutcome;
  /** False where a test failed, null where the symbols do not suffice for the start-up test. */
  readonly passed: boolean | null;
}

export interface Tested {
  /** H_submitter, bits per symbol. */
  readonly claim: number;
  readonly symbolBits: number;
  /** Symbols of a block, 512 to 4,096. */
  readonly block: number;
}

/** One test, restarted after each alarm. */
class Watched {
  readonly #test: RepetitionCountTest | AdaptiveProportionTest;
  readonly #extremes: Extremes;
  places: Alarm[] = [];
  alarms = 0;
  #symbols = 0;
  /** Index of the first symbol since its last reset. */
  #since: number;

  /** @param from index of the first symbol that it will be given */
  constructor(
    readonly what: HealthCutoff,
    from = 0,
  ) {
    const { window, cutoff } = what;
    this.#test =
      window === null ? new RepetitionCountTest(cutoff) : new AdaptiveProportionTest(cutoff, window);
    this.#extremes = new Extremes(window);
    this.#since = from;
  }

  /** @param at index of the first of the symbols */
  add(symbols: Uint8Array, at: number): void {
    this.#symbols += symbols.length;
    this.#extremes.add(symbols);
    for (let from = 0; from < symbols.length; ) {
      const failure = this.#test.test(symbols.subarray(from));
      if (failure === undefined) return;
      const place = this.#since + failure.symbolIndex;
      this.alarms += 1;
      if (this.places.length < MOST_PLACES) this.places.push({ at: place, ...pick(failure) });
      this.#test.reset();
      this.#since = place + 1;
      from = place + 1 - at;
    }
  }

  /** Goes on as it is, and counts from here. */
  forgetAlarms(): void {
    this.places = [];
    this.alarms = 0;
  }

  outcome(isWhole: boolean): TestOutcome {
    const { what, alarms, places } = this;
    const verdict =
      alarms > 0
        ? what.phase === "second"
          ? "warned"
          : "failed"
        : !what.canFire
          ? "blind"
          : isWhole
            ? "passed"
            : "open";
    return { ...what, symbols: this.#symbols, seen: this.#extremes.seen, alarms, places, verdict };
  }
}

function pick({ symbol, count }: HealthFailure): Pick<Alarm, "symbol" | "count"> {
  return { symbol, count };
}

export class HealthTally {
  readonly startupSymbols: number;
  readonly #startup: readonly Watched[];
  readonly #continuous: readonly Watched[];
  /** Learns the reference from the first blocks. The pool learns it anew after an alarm; here it stays, so that all are told. */
  readonly #learner: SecondTests;
  #second: readonly Watched[] = [];
  readonly #estimate: BlockEstimate;
  /** Symbols of the start-up test, learnt at once: in smaller pieces, as they come, its runs would end elsewhere. */
  readonly #begun: Uint8Array;
  readonly #block: Uint8Array;
  #filled = 0;
  #at = 0;
  #blocks: BlockTally;
  readonly #reach: number;

  constructor(readonly tested: Tested) {
    const { claim, symbolBits, block } = tested;
    this.startupSymbols = new HealthMonitor(claim, symbolBits).startupSymbols;
    const cutoffs = cutoffsOf(claim, symbolBits).map((what) => new Watched(what));
    this.#startup = cutoffs.filter(({ what }) => what.phase === "start-up");
    this.#continuous = cutoffs.filter(({ what }) => what.phase === "continuous");
    this.#learner = new SecondTests(symbolBits, undefined);
    this.#estimate = new BlockEstimate(symbolBits);
    this.#begun = new Uint8Array(this.startupSymbols);
    this.#block = new Uint8Array(block);
    this.#blocks = new BlockTally(claim, block);
    this.#reach = reachOf(symbolBits, block);
  }

  /** Tests the next symbols, each below 2^symbolBits. */
  add(symbols: Uint8Array): void {
    for (let from = 0; from < symbols.length; ) {
      const startupLeft = Math.max(0, this.startupSymbols - this.#at);
      const room = startupLeft > 0 ? Math.min(startupLeft, MOST_BLOCK) : this.#block.length - this.#filled;
      const piece = symbols.subarray(from, from + room);
      if (startupLeft > 0) for (const test of this.#startup) test.add(piece, this.#at);
      for (const test of [...this.#continuous, ...this.#second]) test.add(piece, this.#at);
      if (startupLeft > 0) this.#begun.set(piece, this.#at);
      this.#at += piece.length;
      from += piece.length;
      if (startupLeft === 0) this.#fill(piece);
      else if (piece.length === startupLeft) this.#estimate.learn(this.#begun);
    }
  }

  #fill(piece: Uint8Array): void {
    this.#block.set(piece, this.#filled);
    this.#filled += piece.length;
    if (this.#filled < this.#block.length) return;
    this.#filled = 0;
    const estimate = this.#estimate.assess(this.#block);
    this.#blocks.add(estimate, this.#at - this.#block.length);
    if (this.#second.length > 0) return;
    this.#learner.note(estimate);
    const { h, symbolBits } = this.#learner;
    if (h === undefined) return;
    this.#second = secondCutoffsOf(2 * h, symbolBits).map((what) => new Watched(what, this.#at));
  }

  /** Symbols so far. */
  get symbols(): number {
    return this.#at;
  }

  /** Goes on as it is, and counts alarms and blocks from here. */
  forgetAlarms(): void {
    for (const test of [...this.#startup, ...this.#continuous, ...this.#second]) test.forgetAlarms();
    this.#blocks = new BlockTally(this.tested.claim, this.tested.block);
  }

  /** Index after the last symbol of the second of two worthless blocks in a row; undefined while there are none. */
  get worthlessFrom(): number | undefined {
    return this.#blocks.failedAt;
  }

  outcome(): HealthOutcome {
    const isWhole = this.#at >= this.startupSymbols;
    const tests = [...this.#startup, ...this.#continuous, ...this.#second].map((test) =>
      test.outcome(isWhole),
    );
    const estimates = { ...this.#blocks.outcome(), reach: this.#reach };
    const hasFailed = [...tests, estimates].some(({ verdict }) => verdict === "failed");
    const { h } = this.#learner;
    return {
      symbols: this.#at,
      startupSymbols: this.startupSymbols,
      tests,
      reference: h === undefined ? null : 2 * h,
      estimates,
      passed: hasFailed ? false : isWhole ? true : null,
    };
  }
}

/** The estimates of blocks, summed up. */
class BlockTally {
  readonly #places: BlockOutcome[] = [];
  readonly #nothing: number;
  #blocks = 0;
  #lowest = Number.POSITIVE_INFINITY;
  #sum = 0;
  #belowClaim = 0;
  #creditedLess = 0;
  #worthless = 0;
  #inARow = 0;
  #mostInARow = 0;
  failedAt: number | undefined;

  constructor(
    private readonly claim: number,
    private readonly length: number,
  ) {
    this.#nothing = (WORTHLESS_SHARE * testedH(claim)) / CREDITED_SHARE;
  }

  add(estimate: number, from: number): void {
    this.#blocks += 1;
    this.#sum += estimate;
    this.#lowest = Math.min(this.#lowest, estimate);
    if (CREDITED_SHARE * estimate < this.claim) this.#creditedLess += 1;
    if (estimate < this.claim) {
      this.#belowClaim += 1;
      if (this.#places.length < MOST_PLACES) this.#places.push({ from, estimate });
    }
    const isWorthless = estimate <= this.#nothing;
    this.#worthless += Number(isWorthless);
    this.#inARow = isWorthless ? this.#inARow + 1 : 0;
    this.#mostInARow = Math.max(this.#mostInARow, this.#inARow);
    if (this.#inARow === 2) this.failedAt ??= from + this.length;
  }

  outcome(): Omit<EstimateOutcome, "reach"> {
    const hasFailed = this.#mostInARow >= 2;
    return {
      blocks: this.#blocks,
      length: this.length,
      lowest: this.#blocks === 0 ? null : this.#lowest,
      mean: this.#blocks === 0 ? null : this.#sum / this.#blocks,
      belowClaim: this.#belowClaim,
      creditedLess: this.#creditedLess,
      worthless: this.#worthless,
      worthlessInARow: this.#mostInARow,
      places: this.#places,
      verdict: this.#blocks === 0 ? "open" : hasFailed ? "failed" : this.#worthless > 0 ? "warned" : "passed",
    };
  }
}

/** Steps of a multiplicative generator modulo 2⁶⁴ (Knuth), of which the high bits are taken: no estimate here tells them from noise. */
const STEP = 6364136223846793005n;

function reachOf(symbolBits: number, length: number): number {
  let state = 1n;
  const block = Uint8Array.from({ length }, () => {
    state = BigInt.asUintN(64, state * STEP + 1442695040888963407n);
    return Number(state >> BigInt(64 - symbolBits));
  });
  return new BlockEstimate(symbolBits).assess(block);
}

/** Symbols that the tests take at least to say something of the second tests, too. */
export function symbolsForAll({ claim, symbolBits, block }: Tested): number {
  return new HealthMonitor(claim, symbolBits).startupSymbols + 2 * REFERENCE_BLOCKS * block;
}
