/** `stream --mode noise`: the symbols as they come, for study. Never tested, never credited. */
import { nonVettedOutputEntropy } from "../conditioning/output-entropy.ts";
import { BitPacker, type PackedBits, packLowBits } from "../conditioning/pack-bits.ts";
import { VonNeumann } from "../conditioning/von-neumann.ts";
import { xorFold } from "../conditioning/xor-fold.ts";
import type { Deps } from "../deps.ts";
import type { ByteSupply } from "../faces/pipe/byte-supply.ts";
import type { SourceInfo } from "../source.ts";
import { assess } from "../stats/sp800-90b/index.ts";
import { NoiseFeed } from "./noise-feed.ts";

export type Debias = "von-neumann" | "xor-fold";

export interface NoiseOptions {
  readonly debias: Debias | undefined;
  /** Low bits of each symbol that are written, packed; undefined: whole symbols, one a byte. */
  readonly bits: number | undefined;
}

/** What `xor-fold` folds an 8-bit symbol to where --bits does not say: halves on halves. */
const DEFAULT_FOLD_BITS = 4;

/** Symbols of each source, and bits made of them, that the summary assesses at most. */
const ASSESSED_SYMBOLS = 100_000;

export class NoiseSupply implements ByteSupply, Disposable {
  readonly #feed: NoiseFeed;
  readonly #benches = new Map<string, Bench>();
  readonly #joint = new BitJoint();
  #rest: Uint8Array = new Uint8Array(0);

  constructor(
    sources: readonly SourceInfo[],
    private readonly options: NoiseOptions,
    deps: Pick<Deps, "startThread">,
  ) {
    this.#feed = new NoiseFeed(sources, deps.startThread);
  }

  async next(max: number, signal: AbortSignal): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { info, symbols } = await this.#feed.next(signal);
      let bench = this.#benches.get(info.id);
      if (!bench) {
        bench = new Bench(info, this.options);
        this.#benches.set(info.id, bench);
      }
      this.#rest = bench.work(symbols, this.#joint);
    }
    const piece = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  summary(): string {
    return [...this.#benches.values()].map((bench) => bench.summary()).join("\n");
  }

  [Symbol.dispose](): void {
    this.#feed.close();
  }
}

/** What is done to one source's symbols, and what it did to their entropy. */
class Bench {
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
        this.#after.add(unpacked(bits));
        return joint.append(bits);
      }
      case undefined:
        return this.options.bits === undefined ? symbols : joint.append(packLowBits(symbols, this.#bits));
    }
  }

  summary(): string {
    const { id, symbolBits } = this.info;
    const before = assess(this.#before.symbols, symbolBits).minEntropy;
    const head = `${id}: ${this.#before.total} symbols of ${symbolBits} bits, assessed ${before.toFixed(3)} bits each`;
    const { debias } = this.options;
    if (debias === undefined || this.#after.total === 0) return head;

    const bitsOut = debias === "xor-fold" ? this.#bits : 1;
    const symbolsPerOutput = this.#before.total / this.#after.total;
    const entropyIn = symbolsPerOutput * before;
    const perBit = assess(this.#after.symbols, bitsOut).minEntropy / bitsOut;
    const bitsIn = Math.ceil(symbolsPerOutput * symbolBits);
    const kept = entropyIn > 0 ? nonVettedOutputEntropy(bitsIn, bitsOut, bitsOut, entropyIn, perBit) : 0;
    return `${head}; ${debias} made ${this.#after.total} outputs of ${bitsOut} bits that keep ${kept.toFixed(3)} bits of entropy each (SP 800-90B §3.1.5.2), none of it credited`;
  }
}

/** The first symbols that came by, and how many there were. */
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

/** Joins strings of bits end to end and gives out whole bytes. */
class BitJoint {
  #carry = 0;
  #carryBits = 0;

  append({ bytes, length }: PackedBits): Uint8Array {
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

function unpacked({ bytes, length }: PackedBits): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (bytes[i >> 3]! >> (7 - (i & 7))) & 1);
}
