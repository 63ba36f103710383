/** The entropy pool as programs use it. */
import { PoolClosedError } from "../../errors.ts";
import type { Snapshot } from "../../pool/snapshot.ts";
import type { RbgMode } from "../../rbg/generator.ts";
import { sources } from "../../sources/index.ts";
import { selectSources } from "../../sources/selection.ts";
import type { HealthReport, SourceFailure } from "../stdio/health-report.ts";
import type { Engine } from "./engine.ts";
import { face } from "./face.ts";

export interface PoolOptions {
  /**
   * Noise sources: ids, families, `default`, `fast` and `all`, separated by commas; a leading `-` takes away.
   * Default `"default"`: those without side effects that deliver a thousand samples a second or more.
   */
  readonly sources?: string;
  /**
   * Kind of bytes from `randomBytes`. `"full"` (default): at least 320 credited bits of noise stand behind each 32 bytes.
   * `"drbg"`: CTR_DRBG output reseeded from the noise, for bulk.
   */
  readonly mode?: RbgMode;
  /** Requests fail after this many milliseconds without new entropy. Default 10,000. */
  readonly timeoutMs?: number;
  /**
   * Most of each block's credit that one family of sources may give, 0.5 to 1. Default 1. With 0.5 at least two families
   * stand behind every block, and output is slower.
   */
  readonly familyShare?: number;
  /** Ignore this machine's profile, which `esoteric-entropy calibrate` makes. Default false. */
  readonly uncalibrated?: boolean;
  /** Credit nothing but what this machine's profile has assessed; without one, no pool opens. Default false. */
  readonly requireCalibration?: boolean;
  /**
   * Node only: path of the `esoteric-entropy` program. Default: the environment variable ESOTERIC_ENTROPY_BINARY, else the
   * package of this platform.
   */
  readonly program?: string;
}

/** Arrays of integers, which `getRandomValues` fills. */
export type IntegerArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export interface PoolEventMap {
  /** A source was quarantined, after a failed health test or an error, or found unable to run. */
  "source-failed": SourceFailure;
}

/** As in Web Cryptography, §10.1.1. */
const MAX_VALUES_BYTES = 65_536;
/** Largest size of a buffer that can be relied upon: 2³¹ − 1. */
const MAX_REQUEST_BYTES = 2 ** 31 - 1;
const DEFAULT_TIMEOUT_MS = 10_000;
/** Below the limit of timers, 2³¹ − 1 ms, in a round number: 23 days. */
const MAX_TIMEOUT_MS = 2_000_000_000;

/**
 * Noise of this machine, health-tested and credited, as random bytes.
 *
 * ```ts
 * await using pool = await EntropyPool.auto();
 * const key = await pool.randomBytes(32);
 * ```
 *
 * On Bun sources are sampled by a thread of the process; on Node by a child process that ends with it. Nothing is sampled
 * while the pool is full, and an idle pool keeps no process alive.
 */
export class EntropyPool implements AsyncDisposable {
  readonly #listeners = new Set<(failure: SourceFailure) => void>();
  #engine: Engine | undefined;
  readonly #mode: RbgMode;

  private constructor(mode: RbgMode) {
    this.#mode = mode;
  }

  /**
   * Opens a pool. Resolves when its generator is seeded with 512 bits of full entropy, behind which stand 640 credited bits:
   * from then on `getRandomValues` works.
   * @throws UsageError for a list of sources that names nothing
   * @throws InputError for a profile that is damaged, or required and not there
   * @throws InsufficientEntropyError if the sources do not deliver in time; ToolError, NativeError if the program or the
   *   native library is missing
   */
  static async auto(options: PoolOptions = {}): Promise<EntropyPool> {
    const { sources: list = "default", mode = "full", timeoutMs = DEFAULT_TIMEOUT_MS, program } = options;
    const { familyShare = 1, uncalibrated = false, requireCalibration = false } = options;
    if (mode !== "full" && mode !== "drbg") throw new TypeError(`mode is "full" or "drbg", not ${mode}`);
    if (!(timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS)) {
      throw new RangeError(`timeoutMs is from 1 to ${MAX_TIMEOUT_MS}, not ${timeoutMs}`);
    }
    if (!(familyShare >= 0.5 && familyShare <= 1)) {
      throw new RangeError(`familyShare is from 0.5 to 1, not ${familyShare}`);
    }
    if (uncalibrated && requireCalibration) {
      throw new TypeError("`uncalibrated` and `requireCalibration` contradict each other");
    }
    selectSources(sources, list);
    const pool = new EntropyPool(mode);
    pool.#engine = await (await face()).startEngine({
      sources: list,
      timeoutMs,
      familyShare,
      uncalibrated,
      requireCalibration,
      program,
      onSourceFailed: (failure) => pool.#tell(failure),
    });
    return pool;
  }

  /**
   * Resolves with random bytes of the pool's mode; no byte is handed out twice.
   * @param length 0 to 2³¹ − 1
   * @throws RangeError for another length
   * @throws InsufficientEntropyError after `timeoutMs` without new entropy; PoolClosedError
   */
  async randomBytes(length: number): Promise<Uint8Array> {
    if (!Number.isInteger(length) || length < 0 || length > MAX_REQUEST_BYTES) {
      throw new RangeError(`length is a whole number from 0 to ${MAX_REQUEST_BYTES}, not ${length}`);
    }
    const engine = this.#open();
    return length === 0 ? new Uint8Array(0) : engine.bytes(length, this.#mode);
  }

  /**
   * Fills an array of integers with CTR_DRBG(AES-256) output, reseeded from the pool, before it returns: the shape of
   * `crypto.getRandomValues`. On Node it may block for a moment.
   * @returns the same array
   * @throws DOMException QuotaExceededError above 65,536 bytes; TypeMismatchError for anything but an array of integers
   * @throws PoolClosedError; DrbgError after 8 GiB without entropy for a reseed, and on Bun for the moment in which the
   *   generator is seeded again because the machine slept or the process was copied
   */
  getRandomValues<T extends IntegerArray>(array: T): T {
    if (!isIntegerArray(array)) throw new DOMException("not an array of integers", "TypeMismatchError");
    if (array.byteLength > MAX_VALUES_BYTES) {
      const message = `${array.byteLength} bytes are more than the ${MAX_VALUES_BYTES} allowed at once`;
      throw new DOMException(message, "QuotaExceededError");
    }
    const engine = this.#open();
    if (array.byteLength > 0)
      engine.fillNow(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  }

  /**
   * Asks the system whether this process was copied: forked, or restored from a snapshot of its machine. Bytes that were kept
   * from a time when this was another number must not be used, for a copy has them, too. The pool itself keeps to that.
   */
  get epoch(): number {
    return this.#open().epoch;
  }

  /** Returns the pool's counts, source by source; rates are since the previous status or health report. */
  status(): Snapshot {
    return this.#open().status();
  }

  /** Reports the health of the sources: whether the pool can be trusted to serve. */
  healthReport(): HealthReport {
    return this.#open().healthReport();
  }

  /** Calls `listener` for each source that fails from now on. The listener should not throw: nothing would catch it. */
  on<E extends keyof PoolEventMap>(event: E, listener: (event: PoolEventMap[E]) => void): this {
    checkEvent(event);
    this.#listeners.add(listener);
    return this;
  }

  /** Removes a listener. */
  off<E extends keyof PoolEventMap>(event: E, listener: (event: PoolEventMap[E]) => void): this {
    checkEvent(event);
    this.#listeners.delete(listener);
    return this;
  }

  /** Ends sampling and wipes ready bytes; pending requests fail with PoolClosedError. May be called again. */
  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.close();
  }

  /** Closes the pool: `await using pool = …`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): Engine {
    if (!this.#engine) throw new PoolClosedError();
    return this.#engine;
  }

  /** Calls the listeners later, so that their errors do not reach the pool. */
  #tell(failure: SourceFailure): void {
    for (const listener of this.#listeners) queueMicrotask(() => listener(failure));
  }
}

function isIntegerArray(value: unknown): value is IntegerArray {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return false;
  return /^(Big)?(Ui|I)nt\d+(Clamped)?Array$/.test(Object.prototype.toString.call(value).slice(8, -1));
}

function checkEvent(event: string): void {
  if (event !== "source-failed") throw new TypeError(`unknown event "${event}"`);
}
