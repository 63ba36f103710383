/**
 * Gives a stream of bytes to all parts of the battery: each part takes them in order, on whichever thread is free. The results do not
 * depend on the number of threads, nor on how the stream is cut into pieces.
 */

import { UNIT_BYTES } from "../../../ffi/deep-loops.ts";
import { loadLibrary } from "../../../ffi/index.ts";
import { InputError } from "../../errors.ts";
import type { Outcome } from "../evaluation.ts";
import { BATTERY, type Battery, Crew } from "./crew.ts";
import { type FamilyPart, partsOf } from "./part-work.ts";
import { Ring, segmentMemory } from "./ring.ts";

export interface EngineOptions {
  /** Most threads; 0: everything runs in this one. */
  readonly threads: number;
  /** Bytes that the states have taken in. */
  readonly offset?: number;
  /** The states at `offset`, one for each part; by default those before the first byte. */
  readonly states?: readonly Uint8Array[];
  readonly battery?: Battery;
}

export class Engine implements Disposable {
  readonly parts: readonly FamilyPart[];
  /** In shared memory, of each part; at rest after `settle` and `conclude`. */
  readonly states: readonly Uint8Array[];
  readonly #ring: Ring;
  readonly #crew: Crew;
  /** By part: the segment that it takes next, and if it is at work. */
  readonly #next: number[];
  readonly #busy: boolean[];
  #failure: { readonly error: unknown } | undefined;
  #moved = Promise.withResolvers<void>();

  /** @throws NativeError without the native library; InputError where there is no memory */
  constructor({ threads, offset = 0, states, battery = BATTERY }: EngineOptions) {
    const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.parts = partsOf(battery.families, loadLibrary().deepLoops(stop));
    this.states = states ?? newStates(this.parts);
    const segments = segmentMemory();
    this.#ring = new Ring(segments, offset);
    this.#next = this.parts.map(() => 0);
    this.#busy = this.parts.map(() => false);
    this.#crew = new Crew(battery.startThread, this.parts, { stop, states: this.states, segments }, threads);
  }

  /** Number of bytes of the stream that were appended. */
  get bytes(): number {
    return this.#ring.end;
  }

  /** Takes in a piece of any length, which need not stay valid. Waits while the parts are behind. @throws errors of the parts */
  async append(piece: Uint8Array): Promise<void> {
    for (let rest = piece; rest.length > 0; ) {
      while (!this.#ring.hasRoom(this.#done)) await this.#move();
      rest = this.#ring.append(rest);
      this.#pump();
    }
    this.#check();
  }

  /**
   * Has all parts take in all whole units that were appended.
   * @returns the number of bytes after them, which are dropped
   * @throws errors of the parts
   */
  async settle(): Promise<number> {
    const rest = this.#ring.completeUnits(UNIT_BYTES);
    this.#pump();
    while (this.#done < this.#ring.count || this.#busy.includes(true)) await this.#move();
    this.#check();
    return rest;
  }

  /** Has all families judge the bytes so far, which must be whole units, at least one. @throws errors of the parts */
  async conclude(): Promise<Outcome[]> {
    if (await this.settle()) throw new RangeError("the bytes to judge are not whole units");
    const { bytes } = this;
    const observed = await Promise.all(
      this.parts.map((_, part) => this.#crew.run({ kind: "conclude", part, bytes })),
    );
    const families = [...new Set(this.parts.map(({ family }) => family))];
    return families.map((family) => ({
      family,
      observations: observed.filter((_, i) => this.parts[i]!.family === family).flat(),
    }));
  }

  /** Ends all work at once, in the midst of a task, too. What waits is rejected with `reason`. */
  close(reason: unknown = new Error("the tests were closed")): void {
    this.#failure ??= { error: reason };
    this.#crew.close(reason);
    this.#moved.resolve();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Number of segments that all parts have taken in. */
  get #done(): number {
    return Math.min(this.#ring.count, ...this.#next);
  }

  /** Gives work to threads that have room: first to the part that is furthest behind. */
  #pump(): void {
    while (this.#failure === undefined && this.#crew.hasRoom) {
      const part = this.#furthestBehind();
      if (part === undefined) return;
      const from = this.#next[part]!;
      const to = this.#ring.count;
      const segments = Array.from({ length: to - from }, (_, i) => this.#ring.segment(from + i));
      this.#busy[part] = true;
      this.#crew.run({ kind: "feed", part, segments }).then(
        () => {
          this.#busy[part] = false;
          this.#next[part] = to;
          this.#pump();
          this.#wake();
        },
        (error: unknown) => {
          this.#failure ??= { error };
          this.#wake();
        },
      );
    }
  }

  #furthestBehind(): number | undefined {
    let found: number | undefined;
    for (const [part, next] of this.#next.entries()) {
      if (this.#busy[part] || next === this.#ring.count) continue;
      if (found === undefined || next < this.#next[found]!) found = part;
    }
    return found;
  }

  /** Resolves when a part has gone on. @throws errors of the parts */
  async #move(): Promise<void> {
    this.#check();
    await this.#moved.promise;
    this.#check();
  }

  #wake(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** Makes the states as they are before the first byte. @throws InputError where there is no memory */
function newStates(parts: readonly FamilyPart[]): Uint8Array[] {
  const states = emptyStates(parts);
  for (const [i, { part }] of parts.entries()) part.prepare?.(states[i]!);
  return states;
}

/** Makes states of zeros. @throws InputError where there is no memory */
export function emptyStates(parts: readonly FamilyPart[]): Uint8Array[] {
  return parts.map(({ family, part }) => stateOf(family.id, part.stateBytes));
}

/** Memory that is not touched costs nothing but addresses. */
function stateOf(family: string, bytes: number): Uint8Array {
  try {
    return new Uint8Array(new SharedArrayBuffer(bytes));
  } catch (cause) {
    throw new InputError(`there is no memory for the tests of ${family}, which take up to ${bytes} bytes`, {
      cause,
    });
  }
}
