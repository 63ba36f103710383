/** Memory for large files: turns where it is short, errors where it is not enough, no waiting where there is plenty. */
import { describe, expect, test } from "bun:test";
import type { MemoryRoom } from "#kit/memory.ts";
import { endTurn, LargeFiles, threadsWithin } from "../../src/scan-runner/large-files.ts";
import { Unreadable } from "../../src/scan-runner/read.ts";

const MIB = 2 ** 20;

function roomOf(mib: number, ofAddresses = false): MemoryRoom {
  return { bytes: mib * MIB, limit: "a limit of the test", ofAddresses };
}

const newTurn = () => new Int32Array(new SharedArrayBuffer(4));
const nobodyWaits = () => {
  throw new Error("it waited");
};

/** Lets what was put off until nothing is to do happen. */
const idle = () => new Promise(setImmediate);

describe("a large file", () => {
  test("takes its turn where memory is short, keeps it to its end, and gives it to the next", async () => {
    const turn = newTurn();
    const room = () => roomOf(200);
    const first = new LargeFiles({ turn, number: 1, threads: 2 }, nobodyWaits, room);
    first.take(60 * MIB);
    first.take(60 * MIB);
    expect(turn[0]).toBe(1);
    let waits = 0;
    const second = new LargeFiles(
      { turn, number: 2, threads: 2 },
      () => {
        // The first one ends while this one waits.
        if (++waits === 3) endTurn(turn, 1);
      },
      room,
    );
    second.take(60 * MIB);
    expect(waits).toBe(3);
    expect(turn[0]).toBe(2);
    second.give();
    await idle();
    expect(turn[0]).toBe(0);
    expect(second.isMine).toBe(false);
  });

  test("waits for nobody where there is plenty, or no limit is known", () => {
    const turn = newTurn();
    turn[0] = 9;
    for (const room of [() => roomOf(100_000), () => undefined]) {
      const large = new LargeFiles({ turn, number: 1, threads: 8 }, nobodyWaits, room);
      large.take(256 * MIB);
      expect(large.isMine).toBe(false);
    }
    expect(turn[0]).toBe(9);
  });

  test("that does not fit alone is an error of its own, with the limit", () => {
    const large = new LargeFiles({ turn: newTurn(), number: 1, threads: 2 }, nobodyWaits, () => roomOf(70));
    expect(() => large.take(60 * MIB)).toThrow(
      new Unreadable("error", "takes 60 MiB of memory, and 54 MiB are left of a limit of the test"),
    );
  });

  test("waits no longer than its thread is wanted", () => {
    const turn = newTurn();
    turn[0] = 9;
    const large = new LargeFiles({ turn, number: 1, threads: 2 }, nobodyWaits, () => roomOf(70));
    expect(() => large.take(60 * MIB)).toThrow("it waited");
    expect(turn[0]).toBe(9);
  });

  test("of a thread that has died holds nobody up, and only its own turn ends", () => {
    const turn = newTurn();
    turn[0] = 4;
    endTurn(turn, 3);
    expect(turn[0]).toBe(4);
    endTurn(turn, 4);
    expect(turn[0]).toBe(0);
  });
});

test("small files are of no account, however little there is", () => {
  const turn = newTurn();
  turn[0] = 9;
  new LargeFiles({ turn, number: 1, threads: 2 }, nobodyWaits, () => roomOf(0)).take(MIB);
});

test("unpacking ends before memory does", () => {
  let left = 100;
  const large = new LargeFiles({ turn: newTurn(), number: 1, threads: 2 }, nobodyWaits, () => roomOf(left));
  for (let piece = 0; piece < 100; piece++) large.check();
  left = 10;
  expect(() => {
    for (let piece = 0; piece < 100; piece++) large.check();
  }).toThrow("unpacking takes more memory than a limit of the test leaves");
});

test("there are as many threads as there is memory for, and always one", () => {
  expect(threadsWithin(16, roomOf(10_000))).toBe(16);
  expect(threadsWithin(16, roomOf(112))).toBe(4);
  expect(threadsWithin(16, roomOf(5))).toBe(1);
  expect(threadsWithin(16, undefined)).toBe(16);
});
