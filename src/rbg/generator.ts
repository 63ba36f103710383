/**
 * Random bytes as every face hands them out. There are three generators, with one way to ask:
 *
 *     full    full-entropy blocks XOR DRBG output, RBG3(XOR)
 *     drbg    CTR_DRBG output, reseeded from the pool, RBG2: for bulk
 *     noise   raw symbols, for study (noise.ts)
 *
 * Requests are served in the order they come. No byte is handed out twice.
 */
import { orAborted } from "#kit/abort.ts";
import { DrbgError, InsufficientEntropyError } from "../errors.ts";
import type { KeyStream } from "./key-stream.ts";
import { type FullEntropySource, Rbg } from "./rbg.ts";

export type RbgMode = "full" | "drbg";

export interface FillOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without new entropy after which a request fails. Default: it waits on. */
  readonly timeoutMs?: number | undefined;
}

export interface Generator extends Disposable {
  readonly mode: RbgMode | "noise";
  /** How many bytes to ask for at a time when many are wanted. */
  readonly pieceBytes: number;
  /**
   * Fills all of `out`. When it fails, `out` is wiped.
   * @throws InsufficientEntropyError when no new entropy came for `timeoutMs`, or no source can ever deliver
   * @throws PoolClosedError; DrbgError when the self-test fails; the signal's reason
   */
  fill(out: Uint8Array, options?: FillOptions): Promise<void>;
}

/** The pool, as generators see it. */
export interface EntropyPool extends FullEntropySource {
  /** Describes how far the pool is from the bytes asked for. */
  shortage(): string;
}

/** A DRBG that is seeded from the pool when it is first needed. */
abstract class SeededGenerator implements Generator {
  abstract readonly mode: RbgMode;
  abstract readonly pieceBytes: number;
  #rbg: Rbg | undefined;
  #instantiating: Promise<Rbg> | undefined;
  readonly #closing = new AbortController();

  constructor(
    private readonly pool: EntropyPool,
    /** Looks the key stream up when the generator is seeded; undefined: the runtime's cipher. */
    private readonly keyStream?: () => KeyStream | undefined,
  ) {}

  /** True once the DRBG has its seed. */
  get isReady(): boolean {
    return this.#rbg !== undefined;
  }

  /** Waits until the DRBG has its seed. Many may wait; one that gives up does not disturb the others. @throws as `fill` */
  async ready(options: FillOptions = {}): Promise<void> {
    if (!this.#rbg) await this.patiently(options, (signal) => this.seeded(signal));
  }

  async fill(out: Uint8Array, options: FillOptions = {}): Promise<void> {
    if (this.mode === "drbg" && this.fillNow(out)) return;
    try {
      await this.patiently(options, async (signal, progress) => {
        const rbg = this.#rbg ?? (await this.seeded(signal));
        await this.make(rbg, out, signal, progress);
      });
    } catch (error) {
      out.fill(0);
      throw error;
    }
  }

  /** Fills `out` with DRBG output, in either mode, if that takes no waiting. @returns whether it did */
  fillNow(out: Uint8Array): boolean {
    if (!this.#rbg || this.#rbg.isReseedOverdue) return false;
    this.#rbg.bulk(out);
    return true;
  }

  /** Overwrites the generator's state. */
  close(): void {
    this.#closing.abort();
    this.#rbg?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Makes the bytes of the mode. Calls `progress` whenever new entropy came. */
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

/** Full entropy comes slowly, and each of many who wait at once gets so much in turn. The timeout is for one such piece. */
const TURN_BYTES = 256;

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

/** Fits the processor's cache. */
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
      if (rbg.isReseedOverdue) await rbg.reseed(signal);
      progress();
      rbg.bulk(out.subarray(done, done + DRBG_PIECE_BYTES));
    }
  }
}

export type RbgGenerator = FullGenerator | DrbgGenerator;

/** @throws DrbgError where bytes would have to be waited for */
export function fillAtOnce(generator: RbgGenerator, out: Uint8Array): void {
  if (generator.fillNow(out)) return;
  throw new DrbgError(generator.isReady ? "reseed is overdue" : "the generator is not instantiated yet");
}
