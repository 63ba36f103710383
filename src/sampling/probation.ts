/**
 * Holds one source's samples back until the source has proved itself beyond them.
 *
 *     start-up test │ block k │ block k + 1 │ …
 *     worth nothing   paid when block k + 1 has passed as well, by the estimate of block k
 *
 * A source that breaks is caught within the block in which it breaks, or in the one after it, and neither is paid yet.
 * Samples are handed on in the order they came, each exactly once: when it is paid, or when it is found worth nothing.
 */

import { BlockEstimate } from "../health/block-estimate.ts";
import type { HealthFailure } from "../health/health-tests.ts";
import {
  HealthMonitor,
  type HealthState,
  MIN_STARTUP_SYMBOLS,
  type MonitorFailure,
} from "../health/monitor.ts";
import { SecondTests } from "../health/second-tests.ts";
import { CREDITED_SHARE } from "../source.ts";
import { type RawTrace, SAMPLE_BYTES, toSymbols, traceBytes } from "../trace.ts";

/** Consecutive samples that need not wait any longer. */
export interface Released {
  /** `SAMPLE_BYTES` each. The receiver wipes them. */
  readonly samples: Uint8Array;
  readonly bitsPerSample: number;
}

/** A block that has been assessed. */
export interface BlockVerdict {
  /** Position in the trace after the block's last sample. */
  readonly until: number;
  /** Its estimate, bits per symbol. */
  readonly assessedH: number;
  /** Worth of a sample, bits, if the block after it passes too. */
  readonly price: number;
}

/** Says what became of a trace. */
export interface Judgement {
  /** Oldest first; may hold samples of earlier traces. */
  readonly released: readonly Released[];
  /** Blocks that ended in the trace. */
  readonly blocks: readonly BlockVerdict[];
  readonly state: HealthState;
  /** The health test that fired: the source is to be quarantined. */
  readonly failure: MonitorFailure | undefined;
  /** The second test that fired: the source is in its start-up test again. */
  readonly warning: HealthFailure | undefined;
}

export interface ProbationOptions {
  /** H_submitter, bits per symbol. */
  readonly claim: number;
  readonly symbolBits: number;
  /** Samples per second, to the order of magnitude. */
  readonly rateHz: number;
  /** Entropy assessed on this machine, bits per symbol: the reference of the second tests. */
  readonly calibratedH?: number | undefined;
}

/**
 * Returns the length of a block, symbols: what a source delivers in 4 ms, rounded down to a power of two, from 512 to
 * 4,096. So the first credit of a quick source waits about 10 ms, and the estimate still has enough to go by.
 */
export function blockSymbols(rateHz: number): number {
  const wanted = Math.log2(Math.max(1, (rateHz * 4) / 1000));
  return 2 ** Math.min(12, Math.max(9, Math.floor(wanted)));
}

/** Returns the samples that a source has to deliver before it is first paid: the usual start-up test and two blocks. */
export function samplesToCredit(rateHz: number): number {
  return MIN_STARTUP_SYMBOLS + 2 * blockSymbols(rateHz);
}

/** A part of a trace that waits. */
interface Stretch {
  readonly samples: Uint8Array;
  /** Part of its worth that may be paid. */
  readonly payable: number;
}

export class Probation {
  readonly #claim: number;
  readonly #symbolBits: number;
  readonly #monitor: HealthMonitor;
  readonly #second: SecondTests;
  readonly #estimate: BlockEstimate;
  readonly #block: Uint8Array;
  #filled = 0;
  /** The samples of the block that is filling. */
  #filling: Stretch[] = [];
  /** The block before it, which has passed and waits for the next. */
  #passed: { readonly stretches: readonly Stretch[]; readonly price: number } | undefined;
  #assessedH: number | null = null;
  #worth: number;
  #warnings = 0;

  constructor(options: ProbationOptions) {
    const { claim, symbolBits, rateHz, calibratedH } = options;
    this.#claim = claim;
    this.#symbolBits = symbolBits;
    this.#monitor = new HealthMonitor(claim, symbolBits);
    this.#second = new SecondTests(symbolBits, calibratedH);
    this.#estimate = new BlockEstimate(symbolBits);
    this.#block = new Uint8Array(blockSymbols(rateHz));
    this.#worth = claim;
  }

  get state(): HealthState {
    return this.#monitor.state;
  }

  /** Alarms of the health tests since the probation began. */
  get failures(): number {
    return this.#monitor.failures;
  }

  /** Alarms of the second tests. */
  get warnings(): number {
    return this.#warnings;
  }

  /** Estimate of the last full block, bits per symbol; null before the first. */
  get assessedH(): number | null {
    return this.#assessedH;
  }

  /** Bits that a symbol was lately worth, averaged over some blocks: for the scheduler, never for credit. */
  get worth(): number {
    return this.#worth;
  }

  /** Samples that wait. */
  get waiting(): number {
    const stretches = [...(this.#passed?.stretches ?? []), ...this.#filling];
    return stretches.reduce((sum, { samples }) => sum + samples.length / SAMPLE_BYTES, 0);
  }

  /** Tests the source's next samples. @param payable part of their worth that may be paid, 0 to 1: 0 for samples shown */
  observe(trace: RawTrace, payable: number): Judgement {
    if (!(payable >= 0 && payable <= 1)) throw new RangeError(`${payable} is not a part`);
    const symbols = toSymbols(trace, this.#symbolBits);
    try {
      return this.#judge(trace, symbols, payable);
    } finally {
      symbols.fill(0);
    }
  }

  #judge(trace: RawTrace, symbols: Uint8Array, payable: number): Judgement {
    const released: Released[] = [];
    const blocks: BlockVerdict[] = [];
    let warning: HealthFailure | undefined;
    for (let from = 0; from < symbols.length; ) {
      const startupLeft = this.#monitor.startupLeft;
      const room = startupLeft > 0 ? startupLeft : this.#block.length - this.#filled;
      const until = Math.min(symbols.length, from + room);
      const piece = symbols.subarray(from, until);
      if (startupLeft > 0) {
        released.push(worthless(stretchOf(trace, from, until, 0)));
        this.#estimate.learn(piece);
      } else {
        this.#filling.push(stretchOf(trace, from, until, payable));
        this.#block.set(piece, this.#filled);
        this.#filled += piece.length;
      }
      from = until;

      const { state, lastFailure } = this.#monitor.observe(piece);
      if (state === "failed") {
        released.push(...this.forfeit(), worthless(stretchOf(trace, from, symbols.length, 0)));
        return { released, blocks, state, failure: lastFailure, warning };
      }
      const alarm = this.#second.observe(piece);
      if (alarm) {
        warning = alarm;
        this.#warnings += 1;
        released.push(...this.forfeit());
        this.restart();
      } else if (this.#filled === this.#block.length) {
        released.push(...this.#endBlock());
        blocks.push({ until: from, assessedH: this.#assessedH!, price: this.#passed!.price });
      }
    }
    return { released, blocks, state: this.#monitor.state, failure: undefined, warning };
  }

  /** Returns all that waits, worth nothing. */
  forfeit(): Released[] {
    const released = [...(this.#passed?.stretches ?? []), ...this.#filling].map(worthless);
    this.#passed = undefined;
    this.#filling = [];
    this.#filled = 0;
    return released;
  }

  /** Starts over with the start-up test. What waited is to be forfeited before. */
  restart(): void {
    this.#monitor.restart();
    this.#second.reset();
    this.#estimate.reset();
    this.#assessedH = null;
    this.#block.fill(0);
  }

  /** Assesses the full block, and pays for the one before it. */
  #endBlock(): Released[] {
    const assessed = this.#estimate.assess(this.#block);
    const price = Math.min(this.#claim, CREDITED_SHARE * assessed);
    this.#second.note(assessed);
    this.#assessedH = assessed;
    // A single block says little about the next: one interruption may cost it all its worth.
    this.#worth = 0.75 * this.#worth + 0.25 * price;
    const paid = this.#passed;
    this.#passed = { stretches: this.#filling, price };
    this.#filling = [];
    this.#filled = 0;
    return (paid?.stretches ?? []).map(({ samples, payable }) => ({
      samples,
      bitsPerSample: paid!.price * payable,
    }));
  }
}

function worthless({ samples }: Stretch): Released {
  return { samples, bitsPerSample: 0 };
}

/** Cuts samples `from` to `until` out of a trace. */
function stretchOf(trace: RawTrace, from: number, until: number, payable: number): Stretch {
  return { samples: traceBytes(trace).subarray(from * SAMPLE_BYTES, until * SAMPLE_BYTES), payable };
}
