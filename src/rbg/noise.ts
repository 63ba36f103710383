/** Raw symbols of the sources as they arrive, for study: never tested or credited, and conditioned only on request. */
import { orAborted } from "#kit/abort.ts";
import { nonVettedOutputEntropy } from "../conditioning/output-entropy.ts";
import { VonNeumann } from "../conditioning/von-neumann.ts";
import { xorFold } from "../conditioning/xor-fold.ts";
import { InsufficientEntropyError, PoolClosedError } from "../errors.ts";
import type { SamplingThread } from "../sampling/protocol.ts";
import { type SamplingEvent, Scheduler } from "../sampling/scheduler.ts";
import { whyNot } from "../sampling/source-state.ts";
import type { SourceInfo } from "../source.ts";
import { BitPacker, type BitString, packLowBits, unpackBits } from "../stats/bits.ts";
import { toSymbols } from "../trace.ts";
import type { FillOptions, Generator } from "./generator.ts";

export type Debias = "von-neumann" | "xor-fold";

/** Assesses min-entropy, bits a symbol. That takes seconds, so whoever waits should not be the main thread. */
export type Assess = (symbols: Uint8Array, bitsPerSymbol: number) => Promise<number>;

export interface NoiseOptions {
  readonly debias: Debias | undefined;
  /** Low bits of each symbol to write, packed; undefined: whole symbols, one a byte. */
  readonly bits: number | undefined;
}

/** Width of a folded symbol without --bits: an 8-bit symbol's halves, XORed. */
const DEFAULT_FOLD_BITS = 4;

/** Most symbols of a source, and most outputs made of them, that the summary assesses. */
const ASSESSED_SYMBOLS = 100_000;

export class NoiseGenerator implements Generator {
  readonly mode = "noise";
  /** Raw noise is for study: a copy of this process may repeat some of it. */
  readonly epoch = 0;
  readonly #scheduler: Scheduler;
  readonly #workers = new Map<string, SymbolWork>();
  readonly #joint = new BitJoint();
  /** Bytes that are made but not handed out. */
  #rest: Uint8Array = new Uint8Array(0);
  #event: Promise<SamplingEvent | undefined> | undefined;

  constructor(
    sources: readonly SourceInfo[],
    private readonly options: NoiseOptions,
    startThread: () => SamplingThread,
  ) {
    // Every source gets the same time, so that each is seen.
    this.#scheduler = new Scheduler(sources, { startThread, shares: "equal" });
  }

  /** The bytes that have arrived: those of a slow source are not held back. */
  get pieceBytes(): number {
    return Math.max(1, this.#rest.length);
  }

  /** Waits without limit: raw noise ignores `timeoutMs`. One caller at a time. */
  async fill(out: Uint8Array, { signal }: FillOptions = {}): Promise<void> {
    try {
      for (let done = 0; done < out.length; ) {
        if (this.#rest.length === 0) await this.#more(signal);
        const piece = this.#rest.subarray(0, out.length - done);
        out.set(piece, done);
        done += piece.length;
        this.#rest = this.#rest.subarray(piece.length);
      }
    } catch (error) {
      out.fill(0);
      throw error;
    }
  }

  /** Describes the symbols handed out and what conditioning did to their entropy, one line per source. */
  async summary(assess: Assess): Promise<string> {
    const lines = await Promise.all([...this.#workers.values()].map((worker) => worker.summary(assess)));
    return lines.join("\n");
  }

  close(): void {
    this.#scheduler.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #more(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.#scheduler.want(true);
    if (!this.#event && !this.#scheduler.hasEvents && !this.#scheduler.isHopeful) {
      throw new InsufficientEntropyError("no source can deliver", this.#scheduler.sources.map(whyNot));
    }
    // Kept when the wait is aborted: no event is lost.
    this.#event ??= this.#scheduler.next();
    const event = await orAborted(this.#event, signal);
    this.#event = undefined;
    if (!event) throw new PoolClosedError("the noise generator is closed");
    if (event.kind === "failed") return;
    const { info } = event.source;
    let worker = this.#workers.get(info.id);
    if (!worker) {
      worker = new SymbolWork(info, this.options);
      this.#workers.set(info.id, worker);
    }
    this.#rest = worker.work(toSymbols(event.trace, info.symbolBits), this.#joint);
  }
}

/** Conditions one source's symbols as requested, and assesses the result. */
class SymbolWork {
  readonly #bits: number;
  readonly #vonNeumann: VonNeumann;
  readonly #before = new Sample();
  readonly #after = new Sample();

  constructor(
    private readonly info: SourceInfo,
    private readonly options: NoiseOptions,
  ) {
    const whole = options.debias === "xor-fold" ? DEFAULT_FOLD_BITS : info.symbolBits;
    this.#bits = Math.min(info.symbolBits, options.bits ?? whole);
    this.#vonNeumann = new VonNeumann(this.#bits);
  }

  work(symbols: Uint8Array, joint: BitJoint): Uint8Array {
    const { symbolBits } = this.info;
    this.#before.add(symbols);
    switch (this.options.debias) {
      case "xor-fold": {
        const folded = xorFold(symbols, symbolBits, this.#bits);
        this.#after.add(folded);
        return joint.append(packLowBits(folded, this.#bits));
      }
      case "von-neumann": {
        const bits = this.#vonNeumann.debias(symbols);
        this.#after.add(unpackBits(bits));
        return joint.append(bits);
      }
      case undefined:
        return this.options.bits === undefined ? symbols : joint.append(packLowBits(symbols, this.#bits));
    }
  }

  async summary(assess: Assess): Promise<string> {
    const { id, symbolBits } = this.info;
    const before = await assess(this.#before.symbols, symbolBits);
    const head = `${id}: ${this.#before.total} symbols of ${symbolBits} bits, assessed ${before.toFixed(3)} bits each`;
    const { debias } = this.options;
    if (debias === undefined || this.#after.total === 0) return head;

    const bitsOut = debias === "xor-fold" ? this.#bits : 1;
    const symbolsPerOutput = this.#before.total / this.#after.total;
    const entropyIn = symbolsPerOutput * before;
    const perBit = (await assess(this.#after.symbols, bitsOut)) / bitsOut;
    const bitsIn = Math.ceil(symbolsPerOutput * symbolBits);
    const kept = entropyIn > 0 ? nonVettedOutputEntropy(bitsIn, bitsOut, bitsOut, entropyIn, perBit) : 0;
    return `${head}; ${debias} made ${this.#after.total} outputs of ${bitsOut} bits that keep ${kept.toFixed(3)} bits of entropy each (SP 800-90B §3.1.5.2), none of it credited`;
  }
}

/** Keeps the first symbols, and counts all. */
class Sample {
  readonly #kept = new Uint8Array(ASSESSED_SYMBOLS);
  total = 0;

  add(symbols: Uint8Array): void {
    if (this.total < ASSESSED_SYMBOLS) {
      this.#kept.set(symbols.subarray(0, ASSESSED_SYMBOLS - this.total), this.total);
    }
    this.total += symbols.length;
  }

  get symbols(): Uint8Array {
    return this.#kept.subarray(0, Math.min(this.total, ASSESSED_SYMBOLS));
  }
}

/** Joins strings of bits end to end and returns whole bytes. */
class BitJoint {
  #carry = 0;
  #carryBits = 0;

  append({ bytes, length }: BitString): Uint8Array {
    const packer = new BitPacker(this.#carryBits + length);
    packer.push(this.#carry, this.#carryBits);
    for (let done = 0; done < length; done += 8) {
      const count = Math.min(8, length - done);
      packer.push(bytes[done >> 3]! >> (8 - count), count);
    }
    const joined = packer.finish();
    const whole = joined.length >> 3;
    this.#carryBits = joined.length & 7;
    this.#carry = this.#carryBits === 0 ? 0 : joined.bytes[whole]! >> (8 - this.#carryBits);
    return joined.bytes.subarray(0, whole);
  }
}
