import { describe, expect, test } from "bun:test";
import { Engine } from "../../src/deep/engine/engine.ts";
import { FAKE_BATTERY } from "../support/deep-battery.ts";
import { keystream } from "../support/keystream.ts";

const UNIT = 2 ** 16;
const bytes = keystream(9 * 2 ** 20 + 5 * UNIT, 1).map((byte) => (byte === 0xff ? 0 : byte));

/** Gathers what all parts say after each of `ends`, and their states at the end. */
async function run(threads: number, cut: (left: number) => number, ends: readonly number[]) {
  using engine = new Engine({ threads, battery: FAKE_BATTERY });
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
  const whole = run(0, (left) => left, ENDS);
  let turn = 0;
  for (const threads of [0, 1, 2, 5]) {
    for (const [name, cut] of [
      ["whole", (left: number) => left],
      ["in pieces of odd sizes", () => [1, 65_535, 65_537, 3_000_001, 77][turn++ % 5]!],
    ] as const) {
      test(`${threads} threads, data ${name}: the same results and states`, async () => {
        expect(await run(threads, cut, ENDS)).toEqual(await whole);
      });
    }
  }
});
