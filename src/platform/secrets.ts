/**
 * Memory for secrets: locked, so that it is never swapped out; left out of core dumps; zeros in a forked child. Each as far as the
 * system lets an ordinary user. Where it does not, the memory serves all the same, and the status says what is missing.
 *
 * It stays mapped for as long as the process lives, and is lent again: an array that outlives its owner's use reads another's
 * bytes then, but never memory that is gone. So whoever gives memory back forgets it.
 */
import { getSystemErrorName } from "node:util";
import type { Host } from "./host.ts";

/** Plain data: part of every status of a pool. */
export interface SecretsStatus {
  /** Bytes of memory for secrets that are never swapped out, and that may be, because more are not allowed. */
  readonly lockedBytes: number;
  readonly unlockedBytes: number;
  /** True where all of it is left out of core dumps, and is zeros in a forked child. */
  readonly notDumped: boolean;
  readonly wipedOnFork: boolean;
  /** Why some of it is not locked. */
  readonly reason?: string;
}

type Library = Extract<Host["native"], { ok: true }>["library"];
type Mapped = ReturnType<Library["mapSecret"]>;

/** Smallest piece that is lent: the state of a DRBG with room, and a cache line at least. */
const PIECE_BYTES = 128;

/**
 * Longest array that is locked: what lies ready for a stream is shorter. A user may usually lock 8 MiB (RLIMIT_MEMLOCK since
 * Linux 5.16), or 64 KiB before.
 */
const MOST_LOCKED_BYTES = 1 << 18;

export class Secrets {
  /** Memory that nobody has, by its length. */
  readonly #free = new Map<number, Uint8Array[]>();
  /** Memory that is lent, by what the owner sees of it. */
  readonly #lent = new Map<Uint8Array, Uint8Array>();
  #lockedBytes = 0;
  #unlockedBytes = 0;
  /** Bytes of arrays that the runtime keeps: about those the system was not asked. */
  #ordinaryBytes = 0;
  #notDumped = true;
  #wipedOnFork = true;
  #reason: string | undefined;
  /** Not told yet. */
  #refusal: string | undefined;

  /** @param native has the calls; without it the memory is ordinary */
  constructor(private readonly native: Host["native"]) {
    // At once, so that the status says what is to be expected.
    if (native.ok) this.#keep(this.#map(native.library, PIECE_BYTES));
    else this.#refuse("the native library, which locks it, cannot be loaded");
  }

  /** Lends zeroed memory. */
  take(length: number): Uint8Array {
    const size = sizeFor(length);
    if (!this.native.ok || size > MOST_LOCKED_BYTES) {
      this.#ordinaryBytes += length;
      if (this.native.ok) this.#refuse("only arrays of up to 256 KiB are locked");
      return new Uint8Array(length);
    }
    const whole = this.#free.get(size)?.pop() ?? this.#map(this.native.library, size);
    const lent = whole.subarray(0, length);
    this.#lent.set(lent, whole);
    return lent;
  }

  /** Wipes memory and takes it back. */
  giveBack(lent: Uint8Array): void {
    lent.fill(0);
    const whole = this.#lent.get(lent);
    if (whole === undefined) {
      this.#ordinaryBytes -= lent.length;
      return;
    }
    this.#lent.delete(lent);
    this.#keep(whole);
  }

  /** Says why memory is not locked where the system refused it, once; undefined before, and from then on. */
  takeRefusal(): string | undefined {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    return refusal;
  }

  status(): SecretsStatus {
    return {
      lockedBytes: this.#lockedBytes,
      unlockedBytes: this.#unlockedBytes + this.#ordinaryBytes,
      notDumped: this.#notDumped && this.#ordinaryBytes === 0,
      wipedOnFork: this.#wipedOnFork && this.#ordinaryBytes === 0,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
    };
  }

  /** Maps pages, keeps what is not needed of them, and returns a piece of `size` bytes. */
  #map(library: Library, size: number): Uint8Array {
    const { memory, lock, dumps, forks }: Mapped = library.mapSecret(size);
    if (lock === 0) this.#lockedBytes += memory.length;
    else {
      this.#unlockedBytes += memory.length;
      this.#refusal = `mlock was refused, ${getSystemErrorName(lock)}: 'ulimit -l' shows how much this user may lock`;
      this.#refuse(this.#refusal);
    }
    this.#notDumped &&= dumps === 0;
    this.#wipedOnFork &&= forks === 0;
    for (let at = size; at + size <= memory.length; at += size) this.#keep(memory.subarray(at, at + size));
    return memory.subarray(0, size);
  }

  #keep(piece: Uint8Array): void {
    const pieces = this.#free.get(piece.length);
    if (pieces) pieces.push(piece);
    else this.#free.set(piece.length, [piece]);
  }

  #refuse(reason: string): void {
    this.#reason ??= reason;
  }
}

/** Powers of two, so that a page is cut without a rest. */
function sizeFor(length: number): number {
  return Math.max(PIECE_BYTES, 2 ** Math.ceil(Math.log2(Math.max(1, length))));
}

/** One for all pools of a library: memory that one gives back is the next one's. */
const byLibrary = new WeakMap<object, Secrets>();

export function secretsOf(native: Host["native"]): Secrets {
  const key = native.ok ? native.library : native;
  let secrets = byLibrary.get(key);
  if (!secrets) {
    secrets = new Secrets(native);
    byLibrary.set(key, secrets);
  }
  return secrets;
}
