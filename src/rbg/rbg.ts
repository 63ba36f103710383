/**
 * The random bit generators of SP 800-90C on top of the pool.
 *
 *     full   RBG3(XOR): a full-entropy block XOR as much CTR_DRBG output. If the noise were ever overestimated,
 *            the bytes are still as strong as a DRBG seeded by noise and by the operating system.
 *     bulk   RBG2: CTR_DRBG output, reseeded from the pool as it goes.
 *
 * Operating-system randomness goes into every instantiation, as nonce and personalization, and counts for nothing.
 */
import { randomBytes } from "node:crypto";
import { DrbgError } from "../errors.ts";
import { CtrDrbg } from "./ctr-drbg.ts";
import { selfTest } from "./ctr-drbg-self-test.ts";
import type { KeyStream } from "./key-stream.ts";

/** The pool, as the constructions see it. */
export interface FullEntropySource {
  extract(length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Returns up to `length` bytes that are ready now, possibly none. */
  extractReady(length: number): Uint8Array;
}

/** One full-entropy block: 256 bits, the security strength of CTR_DRBG(AES-256). 320 credited bits stand behind it. */
const SEED_BYTES = 32;
/** Half the security strength (SP 800-90A §8.6.7). */
const NONCE_BYTES = 16;
const PERSONALIZATION_BYTES = 32;

/** Bulk output is reseeded when this much time has passed and a block is ready … */
const RESEED_MS = 1_000;
/** … and stops for a reseed after this much output: 8 GiB, 2¹⁷ requests where SP 800-90A allows 2⁴⁸. */
const RESEED_BYTES = 2 ** 33;
/** In full mode one block in two thousand goes into the DRBG. */
const FULL_RESEED_BYTES = 2 ** 16;

export interface RbgOptions {
  /** What makes the DRBG's output; undefined: the runtime's cipher. */
  readonly keyStream?: KeyStream | undefined;
  /** The operating system's generator. */
  readonly osRandom?: (length: number) => Uint8Array;
}

export class Rbg {
  #bytesSinceReseed = 0;
  #reseededMs = performance.now();

  private constructor(
    private readonly entropy: FullEntropySource,
    private readonly drbg: CtrDrbg,
  ) {}

  /**
   * Tests itself, then waits for 256 bits of full entropy.
   * @throws DrbgError; what the entropy source throws: there is no weaker start
   */
  static async instantiate(
    entropy: FullEntropySource,
    signal?: AbortSignal,
    options: RbgOptions = {},
  ): Promise<Rbg> {
    const { keyStream, osRandom = randomBytes } = options;
    selfTest(keyStream);
    const seed = await entropy.extract(SEED_BYTES, signal);
    const nonce = osRandom(NONCE_BYTES);
    const personalization = osRandom(PERSONALIZATION_BYTES);
    const drbg = new CtrDrbg({ entropyInput: seed, nonce, personalization }, { keyStream });
    for (const secret of [seed, nonce, personalization]) secret.fill(0);
    return new Rbg(entropy, drbg);
  }

  /** Fills `out` with full entropy, XORed with DRBG output. @throws what the entropy source throws */
  async fullEntropy(out: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#bytesSinceReseed >= FULL_RESEED_BYTES) await this.reseed(signal);
    const bytes = await this.entropy.extract(out.length, signal);
    this.drbg.generateInto(out);
    for (let i = 0; i < out.length; i++) out[i]! ^= bytes[i]!;
    bytes.fill(0);
    this.#bytesSinceReseed += out.length;
  }

  /** True when bulk output has to wait for `reseed`. */
  get isReseedOverdue(): boolean {
    return this.#bytesSinceReseed >= RESEED_BYTES;
  }

  async reseed(signal?: AbortSignal): Promise<void> {
    this.#reseedWith(await this.entropy.extract(SEED_BYTES, signal));
  }

  /** Fills `out` with DRBG output. @throws DrbgError if a reseed is overdue */
  bulk(out: Uint8Array): void {
    if (performance.now() - this.#reseededMs >= RESEED_MS) {
      const seed = this.entropy.extractReady(SEED_BYTES);
      if (seed.length === SEED_BYTES) this.#reseedWith(seed);
    }
    if (this.isReseedOverdue) throw new DrbgError("reseed is overdue");
    this.drbg.generateInto(out);
    this.#bytesSinceReseed += out.length;
  }

  /** Overwrites the working state. */
  close(): void {
    this.drbg.uninstantiate();
  }

  #reseedWith(seed: Uint8Array): void {
    this.drbg.reseed(seed);
    seed.fill(0);
    this.#bytesSinceReseed = 0;
    this.#reseededMs = performance.now();
  }
}
