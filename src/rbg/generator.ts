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
 * Operating-system randomness goes into every instantiation, as nonce and personalization, and into every request, as
 * additional input; it earns no credit. Requests are served in the order they come. No byte is handed out twice: not by
 * this process, and not by a copy of it, of which two have the same pool and state until the system tells them apart.
 */
import { orAborted } from "#kit/abort.ts";
import { DrbgError, InsufficientEntropyError, PoolClosedError } from "../errors.ts";
import { CtrDrbg, type DrbgCipher, type SecretMemory } from "./ctr-drbg.ts";
import { SelfTests } from "./self-tests.ts";

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
   * Asks whether this process was copied, or the self-test failed. Bytes that were made when this was another number must not
   * be handed out: a copy has them, too, or nobody knows what they are worth.
   */
  readonly epoch: number;
  /**
   * Fills all of `out`, or wipes it and rejects.
   * @throws InsufficientEntropyError when no new entropy came for `timeoutMs`, or no source can ever deliver
   * @throws PoolClosedError; DrbgError once the self-test has failed; the signal's reason
   */
  fill(out: Uint8Array, options?: FillOptions): Promise<void>;
}

export interface ExtractOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * "seed": at most half of the credit behind these bytes comes from one family, or they hold twice the credit where no
   * second family delivers. Default "output".
   */
  readonly purpose?: "output" | "seed" | undefined;
}

/** The pool, as generators see it. */
export interface EntropyPool {
  extract(length: number, options?: ExtractOptions): Promise<Uint8Array>;
  /** Describes how far the pool is from the bytes asked for. */
  shortage(): string;
}

/** The system, as generators see it: `systemAround` of platform/clone-watch.ts. */
export interface System {
  /** Notices copies of this process. */
  readonly clones: {
    /** Asks the system. Calls the listeners if this process may have been copied since it was asked before. */
    check(): void;
    onChange(listener: (reason: string) => void): void;
  };
  /** Fills `out` with bytes of the kernel's generator. One in this process would be copied with it. */
  osRandom(out: Uint8Array): void;
  /** Looks up the AES that makes DRBG output; undefined: the runtime's. */
  drbgCipher(): DrbgCipher | undefined;
  /** Lends memory that is locked where the system allows it. */
  readonly secrets: SecretMemory;
}

/** A DRBG that is seeded from the pool on first use, and again after the process was copied. */
abstract class SeededGenerator implements Generator {
  abstract readonly mode: RbgMode;
  abstract readonly pieceBytes: number;
  #rbg: Rbg | undefined;
  #instantiating: Promise<Rbg> | undefined;
  #epoch = 0;
  readonly #closing = new AbortController();

  /** @param tests shared by all generators of a pool: a cipher that fails for one fails for all */
  constructor(
    private readonly pool: EntropyPool,
    private readonly system: System,
    private readonly tests = new SelfTests(() => system.drbgCipher()),
  ) {
    system.clones.onChange(() => this.#forget());
    tests.onFailure(() => this.#drop());
  }

  /** Says why nothing is handed out any more; undefined while the self-tests pass. */
  get failure(): string | undefined {
    return this.tests.failure;
  }

  /** True once the DRBG has its seed. */
  get isReady(): boolean {
    return this.#rbg !== undefined;
  }

  get epoch(): number {
    this.system.clones.check();
    return this.#epoch;
  }

  /** Waits until the DRBG has its seed. Several may wait; aborting one does not affect the others. @throws as `fill` */
  async ready(options: FillOptions = {}): Promise<void> {
    this.system.clones.check();
    if (!this.#rbg) await this.patiently(options, (signal) => this.seeded(signal));
  }

  async fill(out: Uint8Array, options: FillOptions = {}): Promise<void> {
    try {
      if (this.mode === "drbg" && out.length <= this.pieceBytes && this.fillNow(out)) return;
      await this.patiently(options, async (signal, progress) => {
        while (!(await this.#attempt(out, signal, progress)));
      });
    } catch (error) {
      out.fill(0);
      throw error;
    }
  }

  /**
   * Fills `out` with DRBG output, in either mode, if it need not wait.
   * @param use "show" for bytes that are looked at and used for nothing: the pool is not asked for a new seed on their account
   * @returns true if it did
   * @throws DrbgError once the self-test has failed
   */
  fillNow(out: Uint8Array, use: "serve" | "show" = "serve"): boolean {
    this.tests.requirePassed();
    this.system.clones.check();
    if (!this.#rbg || this.#rbg.isReseedOverdue) return false;
    this.#rbg.bulk(out, use);
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

  /** Fills `out`. @returns false if the process was copied meanwhile, so that nothing of it may be handed out */
  async #attempt(out: Uint8Array, signal: AbortSignal | undefined, progress: () => void): Promise<boolean> {
    const { epoch } = this;
    this.tests.requirePassed();
    try {
      let rbg = this.#rbg;
      if (!rbg) {
        rbg = await this.seeded(signal);
        progress();
      }
      await this.make(rbg, out, signal, progress);
    } catch (error) {
      // Its DRBG was taken away while it worked.
      if (epoch !== this.#epoch) return false;
      throw error;
    }
    return epoch === this.epoch;
  }

  /** Gives up the DRBG, and what it has made and nobody was given. */
  #drop(): void {
    this.#epoch += 1;
    this.#rbg?.close();
    this.#rbg = undefined;
  }

  /** Wipes all that a copy of this process has, too. */
  #forget(): void {
    const wasReady = this.isReady;
    this.#drop();
    // For those who cannot wait when they ask. A request that waits is told what went wrong.
    if (wasReady && !this.#closing.signal.aborted) this.seeded(undefined).catch(() => {});
  }

  /** Fills `out` in the generator's mode. Calls `progress` whenever new entropy arrives. */
  protected abstract make(
    rbg: Rbg,
    out: Uint8Array,
    signal: AbortSignal | undefined,
    progress: () => void,
  ): Promise<void>;

  private async seeded(signal: AbortSignal | undefined): Promise<Rbg> {
    this.#instantiating ??= this.#instantiate().finally(() => {
      this.#instantiating = undefined; // if it failed, the next request tries again
    });
    return orAborted(this.#instantiating, signal);
  }

  async #instantiate(): Promise<Rbg> {
    for (;;) {
      const { epoch } = this;
      const rbg = await Rbg.instantiate(this.pool, this.system, this.#closing.signal, this.tests);
      if (!this.#closing.signal.aborted && epoch === this.epoch) {
        this.#rbg = rbg;
        return rbg;
      }
      // The generator was closed, the process copied, or the self-test failed, after the seed had been taken.
      rbg.close();
      this.tests.requirePassed();
      this.#closing.signal.throwIfAborted();
    }
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
  throw new DrbgError(
    generator.isReady
      ? "reseed is overdue"
      : "the generator has no seed yet, or lost it because the machine slept or the process was copied; it collects one",
  );
}

// ---- The arithmetic of RBG3(XOR) and the construction of RBG2(NP), SP 800-90C ----

/** One full-entropy block: 256 bits, the security strength of CTR_DRBG(AES-256). 320 credited bits stand behind it. */
const SEED_BYTES = 32;
/** Two blocks: 3/2 of the security strength where entropy stands for the nonce, too, in whole blocks (SP 800-90A §8.6.7). */
const FIRST_SEED_BYTES = 64;
/** Half the security strength (SP 800-90A §8.6.7). */
const NONCE_BYTES = 16;
const PERSONALIZATION_BYTES = 32;
/** Additional input of each request (SP 800-90A §9.3): the security strength, from the operating system. */
const ADDITIONAL_BYTES = 32;

/** Bulk output asks for a block to reseed with when this much time has passed … */
const RESEED_MS = 1_000;
/** … and stops for a reseed after this much output: 8 GiB, 2¹⁷ requests where SP 800-90A allows 2⁴⁸. */
const RESEED_BYTES = 2 ** 33;
/** Output between reseeds in full mode: one block in two thousand goes into the DRBG. */
const FULL_RESEED_BYTES = 2 ** 16;

/** A CTR_DRBG fed by the pool: with its seed, its reseeds, and full-entropy blocks to XOR with its output. */
export class Rbg {
  #bytesSinceReseed = 0;
  #reseededMs = performance.now();
  /** Arrived, and used by the next bulk request. */
  #seed: Uint8Array | undefined;
  #askedMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  #reseeding: Promise<void> | undefined;
  readonly #closing = new AbortController();
  #additional: Uint8Array;
  #isClosed = false;

  private constructor(
    private readonly entropy: Pick<EntropyPool, "extract">,
    private readonly system: Pick<System, "osRandom" | "secrets">,
    private readonly drbg: CtrDrbg,
    private readonly tests: SelfTests,
  ) {
    this.#additional = system.secrets.take(ADDITIONAL_BYTES);
  }

  /**
   * Runs the self-test, then waits for 512 bits of full entropy; never starts with less.
   * @param tests has the cipher that makes the output
   * @throws DrbgError if the self-test fails; the pool's errors
   */
  static async instantiate(
    entropy: Pick<EntropyPool, "extract">,
    system: Pick<System, "osRandom" | "secrets">,
    signal?: AbortSignal,
    tests = new SelfTests(),
  ): Promise<Rbg> {
    tests.run();
    const seed = await entropy.extract(FIRST_SEED_BYTES, { signal, purpose: "seed" });
    const { secrets } = system;
    const nonce = secrets.take(NONCE_BYTES);
    const personalization = secrets.take(PERSONALIZATION_BYTES);
    try {
      system.osRandom(nonce);
      system.osRandom(personalization);
      const drbg = new CtrDrbg(
        { entropyInput: seed, nonce, personalization },
        { cipher: tests.cipher, memory: secrets },
      );
      return new Rbg(entropy, system, drbg, tests);
    } finally {
      seed.fill(0);
      for (const secret of [nonce, personalization]) secrets.giveBack(secret);
    }
  }

  /** Fills `out` with full entropy, XORed with DRBG output. @throws the pool's errors */
  async fullEntropy(out: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#bytesSinceReseed >= FULL_RESEED_BYTES) await this.reseed(signal);
    const bytes = await this.entropy.extract(out.length, { signal });
    try {
      this.#generate(out);
      for (let i = 0; i < out.length; i++) out[i]! ^= bytes[i]!;
    } finally {
      bytes.fill(0);
    }
  }

  /** True when bulk output has to wait for `reseed`. */
  get isReseedOverdue(): boolean {
    return this.#bytesSinceReseed >= RESEED_BYTES && this.#seed === undefined;
  }

  /** Waits for one block and takes it in. Requests that wait at the same time wait for the same one. */
  async reseed(signal?: AbortSignal): Promise<void> {
    this.#reseeding ??= this.#reseedFromPool().finally(() => {
      this.#reseeding = undefined;
    });
    await orAborted(this.#reseeding, signal);
  }

  async #reseedFromPool(): Promise<void> {
    const { signal } = this.#closing;
    this.#reseedWith(await this.entropy.extract(SEED_BYTES, { signal, purpose: "seed" }));
  }

  /** Fills `out` with DRBG output. @throws DrbgError if a reseed is overdue */
  bulk(out: Uint8Array, use: "serve" | "show" = "serve"): void {
    if (this.#seed) {
      this.#reseedWith(this.#seed);
      this.#seed = undefined;
    }
    if (this.isReseedOverdue) throw new DrbgError("reseed is overdue");
    const nowMs = performance.now();
    const isOld = nowMs - Math.max(this.#reseededMs, this.#askedMs) >= RESEED_MS;
    if (use === "serve" && isOld) this.#askForSeed(nowMs);
    this.#generate(out);
  }

  /** Overwrites the working state. */
  close(): void {
    this.#closing.abort(new PoolClosedError());
    this.#seed?.fill(0);
    this.#seed = undefined;
    this.drbg.uninstantiate();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.system.secrets.giveBack(this.#additional);
    this.#additional = new Uint8Array(ADDITIONAL_BYTES);
  }

  /**
   * Makes DRBG output with fresh bytes of the operating system in it, which no copy of this process has. Leaves none if the
   * self-test fails.
   */
  #generate(out: Uint8Array): void {
    try {
      this.system.osRandom(this.#additional);
      this.drbg.generateInto(out, this.#additional);
      this.tests.afterRequest();
    } catch (error) {
      out.fill(0);
      throw error;
    } finally {
      this.#additional.fill(0);
    }
    this.#bytesSinceReseed += out.length;
  }

  /** Asks for one block, in the background and once at a time. If none comes, the next try is a second later. */
  #askForSeed(nowMs: number): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#askedMs = nowMs;
    const { signal } = this.#closing;
    this.entropy
      .extract(SEED_BYTES, { signal, purpose: "seed" })
      .then(
        (seed) => {
          if (signal.aborted) seed.fill(0);
          else this.#seed = seed;
        },
        () => {}, // bulk output stops at its limit, with the pool's reason
      )
      .finally(() => {
        this.#isAsking = false;
      });
  }

  #reseedWith(seed: Uint8Array): void {
    try {
      this.tests.run();
      this.drbg.reseed(seed);
    } finally {
      seed.fill(0);
    }
    this.#bytesSinceReseed = 0;
    this.#reseededMs = performance.now();
  }
}
