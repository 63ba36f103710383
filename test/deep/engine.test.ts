import { describe, expect, test } from "bun:test";
import { Worker } from "node:worker_threads";
import type { Battery } from "../../src/deep/engine/crew.ts";
import { Engine } from "../../src/deep/engine/engine.ts";
import type { Family, Part } from "../../src/deep/family.ts";
import { InputError } from "../../src/errors.ts";
import { FAKE_BATTERY } from "../support/deep-battery.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

const UNIT = 2 ** 16;
const bytes = keystream(9 * 2 ** 20 + 5 * UNIT, 1).map((byte) => (byte === 0xff ? 0 : byte));

/** Gathers what all parts say after each of `ends`, and their states at the end. */
async function run(
  threads: number,
  battery: Battery,
  cut: (left: number) => number,
  ends: readonly number[],
) {
  using engine = new Engine({ threads, battery });
  const outcomes: unknown[] = [];
  for (const end of ends) {
    for (let at = engine.bytes; at < end; at = engine.bytes) {
      await engine.append(bytes.subarray(at, Math.min(end, at + cut(end - at))));
    }
    outcomes.push((await engine.conclude()).map(({ observations }) => observations));
  }
  return { outcomes, states: engine.states.map((state) => Buffer.from(state).toString("base64")) };
}

const ENDS = [UNIT, 2 ** 20, 2 ** 21, 9 * 2 ** 20 + 5 * UNIT];

describe("engine", () => {
  const whole = run(0, FAKE_BATTERY, (left) => left, ENDS);
  let turn = 0;
  for (const threads of [0, 1, 2, 5]) {
    for (const [name, cut] of [
      ["whole", (left: number) => left],
      ["in pieces of odd sizes", () => [1, 65_535, 65_537, 3_000_001, 77][turn++ % 5]!],
    ] as const) {
      test(`${threads} threads, data ${name}: the same results and states`, async () => {
        expect(await run(threads, FAKE_BATTERY, cut, ENDS)).toEqual(await whole);
      });
    }
  }

  const whenThreadsAre = (startThread: Battery["startThread"]) => ({ ...FAKE_BATTERY, startThread });

  test("without a thread to be had, the same in this one", async () => {
    const none = whenThreadsAre(() => {
      throw new Error("the system gives no thread");
    });
    expect(await run(3, none, (left) => left, ENDS)).toEqual(await whole);
  });

  test("with threads that end before they begin, the same in the others, or in this one", async () => {
    const stillborn = (shared: object) =>
      new Worker(new URL("../support/stillborn-deep-worker.ts", import.meta.url), { workerData: shared });
    expect(await run(2, whenThreadsAre(stillborn), (left) => left, ENDS)).toEqual(await whole);
    let started = 0;
    const oneAlive = whenThreadsAre((shared) =>
      started++ === 1 ? FAKE_BATTERY.startThread(shared) : stillborn(shared),
    );
    expect(await run(3, oneAlive, (left) => left, ENDS)).toEqual(await whole);
  });

  test("a thread that dies at work is an error: what it did is not known", async () => {
    const dying = whenThreadsAre(
      () => new Worker(new URL("../support/dying-deep-worker.ts", import.meta.url)),
    );
    const error = await rejectionOf(run(2, dying, (left) => left, ENDS));
    expect(error.message).toBe("a thread of the tests died: exit code 7");
  });

  const batteryOf = (part: Partial<Part>): Battery => {
    const whole = { id: "p", stateBytes: 8, feed: () => {}, conclude: () => [], ...part };
    const family: Family = { id: "f", title: "F", parts: () => [whole] };
    return { ...FAKE_BATTERY, families: [family] };
  };

  test("an error of a part comes out", async () => {
    const feed = () => {
      throw new Error("no");
    };
    expect((await rejectionOf(run(0, batteryOf({ feed }), (left) => left, ENDS))).message).toBe("no");
    const conclude = () => {
      throw new Error("none");
    };
    expect((await rejectionOf(run(0, batteryOf({ conclude }), (left) => left, ENDS))).message).toBe("none");
  });

  test("a state for which there is no memory is an error that names its tests", () => {
    const huge = batteryOf({ stateBytes: 2 ** 52 });
    expect(() => new Engine({ threads: 0, battery: huge })).toThrow(InputError);
    expect(() => new Engine({ threads: 0, battery: huge })).toThrow("no memory for the tests of f");
  });

  for (const threads of [0, 2]) {
    test(`${threads} threads: once it is closed, what waits fails for the reason given`, async () => {
      const engine = new Engine({ threads, battery: FAKE_BATTERY });
      const reason = new Error("enough");
      await engine.append(bytes);
      const waiting = [rejectionOf(engine.append(bytes))]; // more than there is room for
      engine.close(reason);
      for (const error of [...waiting, rejectionOf(engine.conclude())]) expect(await error).toBe(reason);
    });
  }
});
