/**
 * The generators of random bytes behind every face. There are three, all asked in the same way:
 *
 *     full    full-entropy blocks XOR as much CTR_DRBG output. If the noise were ever overestimated, the bytes are still
 *             as strong as a DRBG seeded by noise and by the operating system.
 *     drbg    CTR_DRBG output, reseeded from the pool as it goes: for bulk
 *     noise   raw symbols, for study (noise.ts)
 *
 * In the words of SP 800-90C (§2.2, Table 1) full has the arithmetic of RBG3(XOR), and drbg the construction of RBG2(NP), over
 * non-physical sources that are not validated. An RBG3 needs a validated physical one, so neither is what the standard names.
 *
 * Operating-system randomness goes into every instantiation, as nonce and personalization, and earns no credit.
 * Requests are served in the order they come. No byte is handed out twice.
 */
import { randomBytes } from "node:crypto";
import { orAborted } from "#kit/abort.ts";
import { DrbgError, InsufficientEntropyError, PoolClosedError } from "../errors.ts";
import { CtrDrbg, type KeyStream, selfTest } from "./ctr-drbg.ts";

export type RbgMode = "full" | "drbg";

export interface FillOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Fails a request after this long without new entropy. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

export interface Generator extends Disposable {
  readonly mode: RbgMode | "noise";
  /** Bytes to ask for at a time when many are wanted. */
  readonly pieceBytes: number;
  /**
   * Fills all of `out`, or wipes it and rejects.
   * @throws InsufficientEntropyError when no new entropy came for `timeoutMs`, or no source can ever deliver
   * @throws PoolClosedError; DrbgError when the self-test fails; the signal's reason
   */
  fill(out: Uint8Array, options?: FillOptions): Promise<void>;
}

/** The pool, as generators see it. */
export interface EntropyPool {
  extract(length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Returns up to `length` bytes that are ready now, possibly none. */
  extractReady(length: number): Uint8Array;
  /** Describes how far the pool is from the bytes asked for. */
  shortage(): string;
}

/** A DRBG that is seeded from the pool on first use. */
abstract class SeededGenerator implements Generator {
  abstract readonly mode: RbgMode;
  abstract readonly pieceBytes: number;
  #rbg: Rbg | undefined;
  #instantiating: Promise<Rbg> | undefined;
  readonly #closing = new AbortController();

  constructor(
    private readonly pool: EntropyPool,
    /** Looks up the key stream when the generator is seeded; undefined: the runtime's cipher. */
    private readonly keyStream?: () => KeyStream | undefined,
  ) {}

  /** True once the DRBG has its seed. */
  get isReady(): boolean {
    return this.#rbg !== undefined;
  }

  /** Waits until the DRBG has its seed. Several may wait; aborting one does not affect the others. @throws as `fill` */
  async ready(options: FillOptions = {}): Promise<void> {
    if (!this.#rbg) await this.patiently(options, (signal) => this.seeded(signal));
  }

  async fill(out: Uint8Array, options: FillOptions = {}): Promise<void> {
    if (this.mode === "drbg" && out.length <= this.pieceBytes && this.fillNow(out)) return;
    try {
      await this.patiently(options, async (signal, progress) => {
        if (!this.#rbg) {
          await this.seeded(signal);
          progress();
        }
        await this.make(this.#rbg!, out, signal, progress);
      });
    } catch (error) {
      out.fill(0);
      throw error;
    }
  }

  /** Fills `out` with DRBG output, in either mode, if it need not wait. @returns true if it did */
  fillNow(out: Uint8Array): boolean {
    if (!this.#rbg || this.#rbg.isReseedOverdue) return false;
    this.#rbg.bulk(out);
    return true;
  }

  /** Overwrites the generator's state. */
  close(): void {
    this.#closing.abort(new PoolClosedError());
    this.#rbg?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Fills `out` in the generator's mode. Calls `progress` whenever new entropy arrives. */
  protected abstract make(
    rbg: Rbg,
    out: Uint8Array,
    signal: AbortSignal | undefined,
    progress: () => void,
  ): Promise<void>;

  private async seeded(signal: AbortSignal | undefined): Promise<Rbg> {
    this.#instantiating ??= Rbg.instantiate(this.pool, this.#closing.signal, {
      keyStream: this.keyStream?.(),
    }).then(
      (rbg) => {
        if (this.#closing.signal.aborted) {
          rbg.close();
          throw this.#closing.signal.reason;
        }
        this.#rbg = rbg;
        return rbg;
      },
      (error) => {
        this.#instantiating = undefined; // the next request tries again
        throw error;
      },
    );
    return orAborted(this.#instantiating, signal);
  }

  /** Runs the work with a signal that is aborted when `timeoutMs` pass without progress. */
  private async patiently<T>(
    { signal, timeoutMs }: FillOptions,
    work: (signal: AbortSignal | undefined, progress: () => void) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    if (timeoutMs === undefined) return work(signal, () => {});
    const timeout = new AbortController();
    let timer = setTimeout(() => timeout.abort(), timeoutMs);
    const progress = () => {
      clearTimeout(timer);
      timer = setTimeout(() => timeout.abort(), timeoutMs);
    };
    try {
      return await work(signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal, progress);
    } catch (error) {
      if (!timeout.signal.aborted || signal?.aborted) throw error;
      throw new InsufficientEntropyError(
        `not enough entropy within ${timeoutMs / 1000} s: ${this.pool.shortage()}`,
        ["'esoteric-entropy pool' shows each source; --timeout waits longer"],
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Bytes per turn: full entropy is slow, so concurrent requests take turns. The timeout applies to one turn. */
export const TURN_BYTES = 256;

export class FullGenerator extends SeededGenerator {
  readonly mode = "full";
  readonly pieceBytes = 4_096;

  protected async make(
    rbg: Rbg,
    out: Uint8Array,
    signal: AbortSignal | undefined,
    progress: () => void,
  ): Promise<void> {
    for (let done = 0; done < out.length; done += TURN_BYTES) {
      await rbg.fullEntropy(out.subarray(done, done + TURN_BYTES), signal);
      progress();
    }
  }
}

/** Bytes made at a time; fits the processor's cache. */
const DRBG_PIECE_BYTES = 1 << 18;

export class DrbgGenerator extends SeededGenerator {
  readonly mode = "drbg";
  readonly pieceBytes = DRBG_PIECE_BYTES;

  protected async make(
    rbg: Rbg,
    out: Uint8Array,
    signal: AbortSignal | undefined,
    progress: () => void,
  ): Promise<void> {
    for (let done = 0; done < out.length; done += DRBG_PIECE_BYTES) {
      if (rbg.isReseedOverdue) {
        await rbg.reseed(signal);
        progress();
      }
      rbg.bulk(out.subarray(done, done + DRBG_PIECE_BYTES));
    }
  }
}

export type RbgGenerator = FullGenerator | DrbgGenerator;

/** Fills `out` with DRBG output at once. @throws DrbgError if it would have to wait */
export function fillAtOnce(generator: RbgGenerator, out: Uint8Array): void {
  if (generator.fillNow(out)) return;
  throw new DrbgError(generator.isReady ? "reseed is overdue" : "the generator is not instantiated yet");
}

// ---- The arithmetic of RBG3(XOR) and the construction of RBG2(NP), SP 800-90C ----

/** One full-entropy block: 256 bits, the security strength of CTR_DRBG(AES-256). 320 credited bits stand behind it. */
const SEED_BYTES = 32;
/** Half the security strength (SP 800-90A §8.6.7). */
const NONCE_BYTES = 16;
const PERSONALIZATION_BYTES = 32;

/** Bulk output is reseeded when this much time has passed and a block is ready … */
const RESEED_MS = 1_000;
/** … and stops for a reseed after this much output: 8 GiB, 2¹⁷ requests where SP 800-90A allows 2⁴⁸. */
const RESEED_BYTES = 2 ** 33;
/** Output between reseeds in full mode: one block in two thousand goes into the DRBG. */
const FULL_RESEED_BYTES = 2 ** 16;

export interface RbgOptions {
  /** Makes the DRBG's output; undefined: the runtime's cipher. */
  readonly keyStream?: KeyStream | undefined;
  /** The operating system's generator. */
  readonly osRandom?: (length: number) => Uint8Array;
}

/** A CTR_DRBG fed by the pool: with its seed, its reseeds, and full-entropy blocks to XOR with its output. */
export class Rbg {
  #bytesSinceReseed = 0;
  #reseededMs = performance.now();

  private constructor(
    private readonly entropy: Pick<EntropyPool, "extract" | "extractReady">,
    private readonly drbg: CtrDrbg,
  ) {}

  /**
   * Runs the self-test, then waits for 256 bits of full entropy; never starts with less.
   * @throws DrbgError if the self-test fails; the pool's errors
   */
  static async instantiate(
    entropy: Pick<EntropyPool, "extract" | "extractReady">,
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

  /** Fills `out` with full entropy, XORed with DRBG output. @throws the pool's errors */
  async fullEntropy(out: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#bytesSinceReseed >= FULL_RESEED_BYTES) await this.reseed(signal);
    const bytes = await this.entropy.extract(out.length, signal);
    try {
      this.drbg.generateInto(out);
      for (let i = 0; i < out.length; i++) out[i]! ^= bytes[i]!;
    } finally {
      bytes.fill(0);
    }
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
    try {
      this.drbg.reseed(seed);
    } finally {
      seed.fill(0);
    }
    this.#bytesSinceReseed = 0;
    this.#reseededMs = performance.now();
  }
}
