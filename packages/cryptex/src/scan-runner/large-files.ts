/**
 * Memory for what is large, where there is little of it: threads take turns, so that none takes what another counts on, and what
 * does not even fit alone is an error of its file. Where there is plenty, nobody waits.
 */
import { type MemoryRoom, memoryRoom, shortage } from "#kit/memory.ts";
import { Unreadable } from "./read.ts";

/** Content below this is of no account. */
export const LARGE_BYTES = 8 * 2 ** 20;

/** Left for what is not counted: matches, lines, rubbish not yet collected. */
const RESERVE_BYTES = 16 * 2 ** 20;

/** Memory of a thread with an engine and common rules; measured: 20 MiB. */
const THREAD_BYTES = 24 * 2 ** 20;

/** Time between two looks at the turn and at what ends the wait. */
const WAIT_MS = 50;

/** Checks of one piece each between two looks at the memory that is left: a look takes a fifth of a millisecond. */
const CHECKS = 16;

/** Shared by the threads of a scan. */
export interface Turns {
  /** In shared memory. Its element is the number of the thread whose turn it is, or 0. */
  readonly turn: Int32Array;
  /** Number of this thread, from 1. */
  readonly number: number;
  /** Threads that there are at most. */
  readonly threads: number;
}

/** Returns how many of so many threads there is memory for, at least 1. */
export function threadsWithin(threads: number, room: MemoryRoom | undefined = memoryRoom()): number {
  if (room === undefined || room.ofAddresses) return threads;
  return Math.max(1, Math.min(threads, Math.floor((room.bytes - RESERVE_BYTES) / THREAD_BYTES)));
}

/** Frees the turn of a thread that is gone. */
export function endTurn(turn: Int32Array, number: number): void {
  if (Atomics.compareExchange(turn, 0, number, 0) === number) Atomics.notify(turn, 0);
}

export class LargeFiles {
  #isMine = false;
  #isEnding = false;
  #checks = 0;

  /** @param waiting is called again and again; what it throws ends the wait */
  constructor(
    private readonly turns: Turns,
    private readonly waiting: () => void,
    private readonly room: () => MemoryRoom | undefined = memoryRoom,
  ) {}

  /** True from the first large content of a file to the file's end, where memory is short. */
  get isMine(): boolean {
    return this.#isMine;
  }

  /**
   * Makes sure of the memory for more content, waiting for others if need be.
   * @throws Unreadable if there is not enough; what `waiting` throws
   */
  take(bytes: number): void {
    if (bytes < LARGE_BYTES) return;
    const { turn, number, threads } = this.turns;
    if (!this.#isMine) {
      const room = this.room();
      // Enough for all threads to take as much, and their engines to copy it when they grow.
      if (room === undefined || 2 * threads * bytes <= room.bytes) return;
      for (;;) {
        const holder = Atomics.compareExchange(turn, 0, 0, number);
        if (holder === 0) break;
        this.waiting();
        Atomics.wait(turn, 0, holder, WAIT_MS);
      }
      this.#isMine = true;
    }
    if (shortage(bytes, this.room()) === undefined) return;
    Bun.gc(true); // the engine before may be gone, and its memory not yet
    const short = shortage(bytes, this.room());
    if (short !== undefined) throw new Unreadable("error", short);
  }

  /** Is called for each piece that is unpacked. @throws Unreadable if memory comes to its end */
  check(): void {
    if (this.#checks++ % CHECKS !== 0) return;
    const room = this.room();
    if (room && room.bytes < RESERVE_BYTES) {
      throw new Unreadable("error", `unpacking takes more memory than ${room.limit} leaves`);
    }
  }

  /**
   * Ends the turn, with the file: once this thread has nothing to do. Until then the collector takes for granted that what has just
   * been called is still in use.
   */
  give(): void {
    if (!this.#isMine || this.#isEnding) return;
    this.#isEnding = true;
    setImmediate(() => {
      Bun.gc(true);
      this.#isMine = false;
      this.#isEnding = false;
      endTurn(this.turns.turn, this.turns.number);
    });
  }
}
