/**
 * Turns paid samples into full-entropy blocks (SP 800-90C, SP 800-90B §3.1.5.1). Each block is the SHA-256 of samples that were
 * credited at least 320 bits, and no sample goes into two blocks.
 *
 *     worthless samples ─────────────────────────▶ conditioner
 *     paid samples ──▶ backlog, by family ──▶ conditioner + ledger ──▶ block ──▶ reservoir, or a seed
 *
 * Where a block must not rest on one family alone, that family's samples wait in the backlog, and only what they may
 * contribute is taken.
 */
import { BlockConditioner, FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import type { Family } from "../source.ts";
import { SAMPLE_BYTES } from "../trace.ts";
import type { Ledger, Payee } from "./ledger.ts";
import type { Reservoir } from "./reservoir.ts";

/** Most of a seed's credit that may come from one family. */
export const SEED_FAMILY_SHARE = 0.5;

/** Most bits of one family that wait: sixteen blocks' worth. What comes on top is mixed in and forfeited. */
const MAX_BACKLOG_BITS = 16 * FULL_ENTROPY_INPUT_BITS;

/** The same in samples, for those that are worth next to nothing: 2 MiB. */
const MAX_BACKLOG_SAMPLES = 2 ** 18;

/** Families behind a block. */
export interface Origin {
  /** All whose credit went into it, the largest part first. */
  readonly families: readonly Family[];
  /** The one that gave more of it than its share; undefined if none did, or where one family may give all. */
  readonly leansOn: Family | undefined;
}

/** Paid samples that are not yet in a block. */
interface Paid {
  readonly source: Payee;
  samples: Uint8Array;
  readonly bitsPerSample: number;
}

export interface AccountOptions {
  /** Most of each output block's credit that may come from one family, ½ to 1. Default 1. */
  readonly familyShare?: number | undefined;
  /**
   * Tells if credit of another family can still be expected; `isWaiting` where the block lacks nothing else. If not, the block
   * takes 1/share times the bits, from whatever family.
   */
  readonly mayDiversify?: (isWaiting: boolean) => boolean;
  /** Told of each block that was made. */
  readonly onBlock?: (origin: Origin, purpose: "seed" | "output") => void;
}

/** Buys blocks with paid samples, and enters each step in the ledger. */
export class Account {
  #conditioner = new BlockConditioner();
  readonly #backlog = new Map<Family, Paid[]>();
  readonly #familyShare: number;
  readonly #mayDiversify: NonNullable<AccountOptions["mayDiversify"]>;
  readonly #onBlock: NonNullable<AccountOptions["onBlock"]>;
  #wantsSeed = false;
  #seed: Uint8Array | undefined;
  #seedOrigin: Origin = { families: [], leansOn: undefined };

  constructor(
    private readonly ledger: Ledger,
    private readonly reservoir: Reservoir,
    { familyShare = 1, mayDiversify = () => true, onBlock = () => {} }: AccountOptions = {},
  ) {
    if (!(familyShare >= 0.5 && familyShare <= 1)) throw new RangeError("familyShare is from 0.5 to 1");
    this.#familyShare = familyShare;
    this.#mayDiversify = mayDiversify;
    this.#onBlock = onBlock;
  }

  /** Takes in samples, `SAMPLE_BYTES` each, worth `bitsPerSample`, which may be 0; wipes them once they are mixed in. */
  absorb(source: Payee, samples: Uint8Array, bitsPerSample: number): void {
    if (bitsPerSample > 0) this.#enqueue({ source, samples, bitsPerSample });
    else this.#mix(samples);
    this.settle();
  }

  /** Takes the credit that the source has earned away again: its part of the level, and its backlog. */
  forfeit(source: Payee): void {
    this.ledger.forfeit(source);
    for (const queue of this.#backlog.values()) {
      const own = queue.filter((paid) => paid.source.id === source.id);
      for (const paid of own) {
        queue.splice(queue.indexOf(paid), 1);
        this.#mix(paid.samples);
      }
    }
  }

  /** Forgets everything that was taken in, without a block. */
  forget(): void {
    this.ledger.forfeitAll();
    for (const queue of this.#backlog.values()) for (const { samples } of queue) samples.fill(0);
    this.#backlog.clear();
    this.#conditioner = new BlockConditioner();
    this.#seed?.fill(0);
    this.#seed = undefined;
  }

  /** Asks for a block, or no longer, that goes to a seed instead of into the reservoir. */
  wantSeed(isWanted: boolean): void {
    this.#wantsSeed = isWanted;
    if (!isWanted) {
      this.#seed?.fill(0);
      this.#seed = undefined;
    }
    this.settle();
  }

  /** Returns the seed's block once it is made. The caller wipes it. */
  takeSeed(): Uint8Array | undefined {
    const seed = this.#seed;
    this.#seed = undefined;
    if (seed) this.#wantsSeed = false;
    return seed;
  }

  /** Families behind the last seed's block. */
  get seedOrigin(): Origin {
    return this.#seedOrigin;
  }

  /** Families that have contributed all they may to the block in the making: the scheduler samples others. */
  get satedFamilies(): Set<Family> {
    const sated = new Set<Family>();
    const { capBits } = this.#terms();
    if (capBits >= FULL_ENTROPY_INPUT_BITS) return sated;
    for (const [family, bits] of this.ledger.levels()) if (bits >= capBits) sated.add(family);
    return sated;
  }

  /** Moves up to `out.length` ready bytes out. Blocks already paid for may fill the freed room. @returns their number */
  take(out: Uint8Array): number {
    const count = this.reservoir.take(out);
    if (count > 0) this.settle();
    return count;
  }

  /** Makes all blocks that are paid for and have room. Without room, keeps one block's worth of credit. */
  settle(): void {
    // Once there is a seed, the rest waits until it is taken: for the next seed, if there is one.
    while (!this.#seed) {
      if (!this.#wantsSeed && this.reservoir.isFull) {
        this.#mixAndForfeit();
        return;
      }
      this.#mixPaid();
      if (this.#missing(this.#terms()) > 0) return;
      const purpose = this.#wantsSeed ? "seed" : "output";
      const origin = this.#origin();
      this.ledger.spend();
      const block = this.#conditioner.finish();
      if (purpose === "seed") {
        this.#seed = block;
        this.#seedOrigin = origin;
      } else {
        this.reservoir.put(block);
      }
      this.#onBlock(origin, purpose);
    }
  }

  #enqueue(paid: Paid): void {
    const { family } = paid.source;
    const queue = this.#backlog.get(family) ?? [];
    this.#backlog.set(family, queue);
    queue.push(paid);
    let bits = queue.reduce((sum, item) => sum + bitsOf(item), 0);
    let count = queue.reduce((sum, item) => sum + countOf(item), 0);
    while ((bits > MAX_BACKLOG_BITS || count > MAX_BACKLOG_SAMPLES) && queue.length > 1) {
      const oldest = queue.shift()!;
      bits -= bitsOf(oldest);
      count -= countOf(oldest);
      this.#mixAs(oldest, countOf(oldest), 0);
    }
  }

  /** Mixes in as much of the backlog as the block in the making may use. */
  #mixPaid(): void {
    const terms = this.#terms();
    for (const [family, queue] of this.#backlog) {
      for (let paid = queue[0]; paid; paid = queue[0]) {
        const missing = this.#missing(terms);
        if (missing <= 0) return;
        const room = Math.min(missing, terms.capBits - this.#levelOf(family, terms));
        if (room <= 0) break;
        const count = Math.min(countOf(paid), Math.max(1, Math.ceil(room / paid.bitsPerSample)));
        this.#mixAs(paid, count, count * paid.bitsPerSample);
        if (paid.samples.length === 0) queue.shift();
      }
    }
  }

  /** Mixes in the whole backlog; credit beyond one block's worth is forfeited. */
  #mixAndForfeit(): void {
    for (const queue of this.#backlog.values()) {
      for (const paid of queue) {
        const bits = bitsOf(paid);
        this.#mixAs(paid, countOf(paid), bits);
        const excess = this.ledger.levelBits - FULL_ENTROPY_INPUT_BITS;
        if (excess > 0) this.ledger.forfeit(paid.source, Math.min(bits, excess));
      }
      queue.length = 0;
    }
  }

  /** Mixes in the first `count` samples and credits `bits` for them. */
  #mixAs(paid: Paid, count: number, bits: number): void {
    const bytes = count * SAMPLE_BYTES;
    this.#mix(paid.samples.subarray(0, bytes));
    paid.samples = paid.samples.subarray(bytes);
    this.ledger.credit(paid.source, bits);
  }

  #mix(samples: Uint8Array): void {
    this.#conditioner.update(samples);
    samples.fill(0);
  }

  get #share(): number {
    return this.#wantsSeed ? Math.min(SEED_FAMILY_SHARE, this.#familyShare) : this.#familyShare;
  }

  /** Says who stands behind the block in the making. */
  #origin(): Origin {
    const families = [...this.ledger.levels()].sort(([, a], [, b]) => b - a).map(([family]) => family);
    const capBits = this.#share * FULL_ENTROPY_INPUT_BITS;
    const isLeaning = this.#missing({ neededBits: FULL_ENTROPY_INPUT_BITS, capBits }) > 0;
    return { families, leansOn: isLeaning ? families[0] : undefined };
  }

  /** Says what the block in the making takes. */
  #terms(): Terms {
    const share = this.#share;
    if (share < 1) {
      const capBits = share * FULL_ENTROPY_INPUT_BITS;
      const isWaiting = [...this.ledger.levels().values()].some((bits) => bits >= capBits);
      if (this.#mayDiversify(isWaiting)) return { neededBits: FULL_ENTROPY_INPUT_BITS, capBits };
    }
    return { neededBits: FULL_ENTROPY_INPUT_BITS / share, capBits: Number.POSITIVE_INFINITY };
  }

  /** Bits that the block in the making still lacks, whoever they come from. */
  #missing({ neededBits, capBits }: Terms): number {
    if (capBits >= neededBits) return neededBits - this.ledger.levelBits;
    let counted = 0;
    for (const bits of this.ledger.levels().values()) counted += Math.min(bits, capBits);
    return neededBits - counted;
  }

  #levelOf(family: Family, { capBits }: Terms): number {
    return Number.isFinite(capBits) ? (this.ledger.levels().get(family) ?? 0) : 0;
  }
}

interface Terms {
  /** Credit that makes the block. */
  readonly neededBits: number;
  /** Most of one family's credit that counts. */
  readonly capBits: number;
}

function countOf({ samples }: Paid): number {
  return samples.length / SAMPLE_BYTES;
}

function bitsOf(paid: Paid): number {
  return countOf(paid) * paid.bitsPerSample;
}
