/**
 * The way of a source's samples into the account: tested, held back, paid for, or found worth nothing. The pool books every
 * trace here, and the fault drill books its own.
 */
import type { Judgement, Released } from "../sampling/probation.ts";
import type { SourceState } from "../sampling/source-state.ts";
import { takesPart } from "../sampling/turns.ts";
import { type RawTrace, SAMPLE_BYTES, traceBytes } from "../trace.ts";
import type { Account } from "./account.ts";
import type { Ledger } from "./ledger.ts";

/** Says what became of a trace. */
export interface Booked extends Pick<Judgement, "blocks" | "failure" | "warning"> {
  /** Bits paid on this occasion, for earlier samples. */
  readonly paidBits: number;
}

export class Books {
  /** @param onEntry told of each stretch that was taken in, and the bits paid for it; in the order of the samples */
  constructor(
    private readonly ledger: Ledger,
    private readonly account: Account,
    private readonly onEntry: (samples: number, bits: number) => void = () => {},
  ) {}

  /**
   * Tests a trace, and takes in the samples that need not wait any longer, at what they are worth.
   * @param epoch the source's when it was sampled; a trace of another epoch is worth nothing
   * @param isCreditable false for samples that must never be paid
   */
  book(source: SourceState, trace: RawTrace, epoch: number | undefined, isCreditable: boolean): Booked {
    const { info } = source;
    if (epoch !== source.epoch || !takesPart(source)) {
      this.account.absorb(info, traceBytes(trace), 0);
      this.onEntry(trace.samples.length, 0);
      return { paidBits: 0, blocks: [], failure: undefined, warning: undefined };
    }
    // Samples that must not be paid take their time, too: another member of the family may have seen the same.
    const payablePart = this.#payablePart(source, trace);
    const payable = isCreditable ? payablePart : 0;
    const { released, blocks, failure, warning } = source.judge(trace, payable);
    let paidBits = 0;
    for (const part of released) paidBits += this.#takeIn(source, part);
    if (failure || warning) this.account.forfeit(info);
    else if (paidBits > 0 || (source.claimedH === 0 && blocks.length > 0)) source.earned();
    return { paidBits, blocks, failure, warning };
  }

  /** Takes in the samples of this source that wait; they are worth nothing. */
  lose(source: SourceState): void {
    for (const part of source.forfeit()) this.#takeIn(source, part);
  }

  /** Returns the part of the trace's worth that may be paid. A source that claims nothing takes no time from its family. */
  #payablePart({ info, claimedH }: SourceState, { startedNs, elapsedNs }: RawTrace): number {
    return claimedH > 0 ? this.ledger.coverTime(info.family, startedNs, elapsedNs) : 0;
  }

  /** @returns the bits paid */
  #takeIn({ info }: SourceState, { samples, bitsPerSample }: Released): number {
    const count = samples.length / SAMPLE_BYTES;
    this.account.absorb(info, samples, bitsPerSample);
    this.onEntry(count, count * bitsPerSample);
    return count * bitsPerSample;
  }
}
