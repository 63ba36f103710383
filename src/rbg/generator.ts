/** Random bytes of one mode from a pool: what every face hands out. */

import { DrbgError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { orAborted } from "../pool/or-aborted.ts";
import type { EntropyPool } from "../pool/pool.ts";
import type { KeyStream } from "./key-stream.ts";
import { Rbg } from "./rbg.ts";

/** full: full-entropy blocks XOR DRBG output, RBG3(XOR) · drbg: CTR_DRBG reseeded from the pool, RBG2. */
export type RbgMode = "full" | "drbg";

/** Full-entropy bytes are handed on in small pieces as they come; DRBG output in pieces that fit the processor's cache. */
const PIECE_BYTES: Record<RbgMode, number> = { full: 4_096, drbg: 1 << 18 };

/** The machine, whose native library makes DRBG output faster than the runtime's cipher where it can be loaded. */
export type KeyStreamHost = Pick<Host, "native">;

/** Requests are served in the order they come; no byte is handed out twice. */
export class RandomBytes implements Disposable {
  #rbg: Rbg | undefined;
  #instantiating: Promise<Rbg> | undefined;
  readonly #closing = new AbortController();

  constructor(
    private readonly pool: EntropyPool,
    readonly mode: RbgMode,
    private readonly host?: KeyStreamHost,
  ) {}

  /** The most that `next` and `fill` give at once. */
  get pieceBytes(): number {
    return PIECE_BYTES[this.mode];
  }

  get isReady(): boolean {
    return this.#rbg !== undefined;
  }

  /** Whether `fill` need not wait for entropy. */
  get isImmediate(): boolean {
    return this.mode === "drbg" && this.#rbg?.reseedOverdue === false;
  }

  /**
   * Waits until the generator has its seed. Many may wait; one that gives up does not disturb the others.
   * @throws what the pool throws; DrbgError when the self-test fails; the signal's reason
   */
  async ready(signal?: AbortSignal): Promise<void> {
    if (!this.#rbg) await orAborted(this.#instantiated(), signal);
  }

  /** Between 1 and `max` bytes, as they come. @throws as `ready` */
  async next(max: number, signal?: AbortSignal): Promise<Uint8Array> {
    const out = new Uint8Array(Math.min(max, this.pieceBytes));
    await this.fill(out, signal);
    return out;
  }

  /** Exactly `length` bytes. When it fails, what it had got is wiped. @throws as `ready` */
  async exactly(length: number, signal?: AbortSignal): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    try {
      for (let done = 0; done < length; ) done += await this.fill(out.subarray(done), signal);
    } catch (error) {
      out.fill(0);
      throw error;
    }
    return out;
  }

  /** Fills the beginning of `out`, at most one piece. @returns how many bytes @throws as `ready` */
  async fill(out: Uint8Array, signal?: AbortSignal): Promise<number> {
    const rbg = this.#rbg ?? (await orAborted(this.#instantiated(), signal));
    const piece = out.subarray(0, this.pieceBytes);
    if (this.mode === "drbg") {
      if (rbg.reseedOverdue) await rbg.reseed(signal);
      rbg.bulk(piece);
    } else if (piece.length > 0) {
      const bytes = await rbg.fullEntropy(piece.length, signal);
      piece.set(bytes);
      bytes.fill(0);
    }
    return piece.length;
  }

  /**
   * Fills `out` with DRBG output at once, in either mode.
   * @throws DrbgError before `ready`, and where a reseed is overdue that only waiting can bring
   */
  fillNow(out: Uint8Array): void {
    if (!this.#rbg) throw new DrbgError("the generator is not instantiated yet");
    this.#rbg.bulk(out);
  }

  /** Overwrites the generator's state. */
  close(): void {
    this.#closing.abort();
    this.#rbg?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Full-entropy bytes are few: for them the library is not loaded. */
  #keyStream(): KeyStream | undefined {
    if (this.mode === "full" || !this.host?.native.ok) return undefined;
    return this.host.native.library.keyStream;
  }

  #instantiated(): Promise<Rbg> {
    this.#instantiating ??= Rbg.instantiate(this.pool, this.#closing.signal, {
      keyStream: this.#keyStream(),
    }).then(
      (rbg) => {
        this.#rbg = rbg;
        return rbg;
      },
      (error) => {
        this.#instantiating = undefined; // the next one tries again
        throw error;
      },
    );
    return this.#instantiating;
  }
}
