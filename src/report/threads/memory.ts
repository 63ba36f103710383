/** The memory that tests take, and how much of it they may take at once. */
import { type MemoryRoom, memoryRoom, requireRoom } from "#kit/memory.ts";
import { InputError } from "../../errors.ts";
import { spectrumBytes } from "../../stats/math/bit-spectrum.ts";
import type { TestTask } from "./test-tasks.ts";

const MIB = 2 ** 20;

/** Most that all tests together take of a machine that has more, unless one takes more alone: with the program about 256 MiB. */
const USUAL_BYTES = 176 * MIB;

/** A thread that has run small tests, and the addresses that one reserves. Both measured. */
const THREAD_BYTES = 24 * MIB;
const THREAD_ADDRESSES = 224 * MIB;

/** A task from here on is the last one of its thread: only the end of a thread gives back what it took. */
export const LARGE_TASK_BYTES = 32 * MIB;

/** The memory for tests, as threads share it. */
export interface TestMemory {
  /** Tasks and threads together keep below this, unless a task runs alone. */
  readonly usualBytes: number;
  /** Memory of a thread besides its tasks. */
  readonly threadBytes: number;
  /** The room that the system still gives; undefined where it names no limit. */
  readonly room: MemoryRoom | undefined;
}

export function testMemory(room: MemoryRoom | undefined = memoryRoom()): TestMemory {
  return {
    usualBytes: room?.ofAddresses ? room.bytes : Math.min(USUAL_BYTES, room?.bytes ?? USUAL_BYTES),
    threadBytes: room?.ofAddresses ? THREAD_ADDRESSES : THREAD_BYTES,
    room,
  };
}

/**
 * Returns what the task takes at its height, bytes. Measured with random data (`npm run bench memory`), which take most but where
 * it says otherwise, and rounded up.
 */
export function taskBytes(task: TestTask): number {
  switch (task.kind) {
    case "battery":
      return battery(task.bytes.length, task.tests);
    case "sp800-22":
      return SMALL_BYTES + (task.tests?.includes("dft") === false ? 0 : spectrumBytes(8 * task.bytes.length));
    case "ais31":
      return SMALL_BYTES + 12 * task.bytes.length;
    case "fips140-2":
    case "page":
      return SMALL_BYTES;
    case "assess": {
      const { symbols, packed, bitsPerSymbol } = task;
      const count = packed ? (8 * symbols.length) / bitsPerSymbol : symbols.length;
      return 24 * MIB + count * assessBytes(bitsPerSymbol + 1);
    }
    case "assess-conditioned":
      return 24 * MIB + task.symbols.length * assessBytes(task.bitsPerSymbol);
    case "look":
      return lookBytes(task.samples.length / 8);
    case "two-samples":
      return twoSamplesBytes(task.a.length + task.b.length);
    case "restart":
      return SMALL_BYTES + 60 * task.matrix.length;
    case "iid":
      return SMALL_BYTES + (32 + task.bitsPerSymbol) * task.symbols.length;
    case "permutations":
      return SMALL_BYTES + 32 * task.symbols.length;
  }
}

/**
 * Counts 14 bytes for each symbol and each of its bits: eight for the order of suffixes and room beside it, and up to eight for the
 * pairs of repeats where these are long, as in data of a long period. Random data take ten.
 */
function assessBytes(symbolAndBits: number): number {
  return 14 * symbolAndBits;
}

/** Most tests work on the data as they are. */
const SMALL_BYTES = 8 * MIB;
/** The dictionary of the Lempel-Ziv test, for any length from 100,000 bytes on. */
const DICTIONARY_BYTES = 32 * MIB;

function battery(bytes: number, tests: readonly string[] | undefined): number {
  const has = (test: string) => tests?.includes(test) ?? true;
  return (
    SMALL_BYTES +
    (has("dft") ? spectrumBytes(8 * bytes) : 0) +
    (has("lempel-ziv") ? Math.min(DICTIONARY_BYTES, 320 * bytes) : 0)
  );
}

const NAMES: Readonly<Partial<Record<TestTask["kind"], string>>> = {
  assess: "an assessment by SP 800-90B",
  "assess-conditioned": "an assessment of conditioned data by SP 800-90B",
  restart: "the restart test",
  permutations: "the permutation test",
  iid: "the tests of the IID assumption",
  "two-samples": "the comparison of two recordings",
};

const HINTS = ["test less of the data (--bytes, head -c), or with a suite that takes less (--suite)"];

/** Bytes for a first look: each sample, its copy in order, its symbol and its estimate. Measured, rounded up. */
function lookBytes(samples: number): number {
  return 350 * samples;
}

/** Bytes to compare so many bytes of samples: values, in order, and scaled to one median. */
function twoSamplesBytes(bytes: number): number {
  return SMALL_BYTES + 6 * bytes;
}

/** Asks before the samples are taken. @throws InputError if a look at them takes more than there is */
export function requireLookMemory(samples: number): void {
  const hints = ["take fewer, or write them all with --raw, which holds a piece at a time"];
  requireRoom(lookBytes(samples), `a look at ${samples} samples`, hints, memoryRoom());
}

/** @throws InputError if the task takes more than there is */
export function requireMemory(task: TestTask, { room }: TestMemory): void {
  requireRoom(taskBytes(task), NAMES[task.kind] ?? `the suite ${task.kind}`, HINTS, room);
}

/** Puts the runtime's refusal of memory into words; returns other errors as they are. */
export function outOfMemory(error: unknown, { room }: TestMemory): unknown {
  if (!(error instanceof Error) || !/out of memory/i.test(error.message)) return error;
  const least = room === undefined ? "" : `: the least limit is ${room.limit}`;
  return new InputError(`a test ran out of memory${least}`, { hints: HINTS, cause: error });
}
