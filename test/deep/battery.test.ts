/**
 * The promises that the engine rests on, of each family that there is: how data are cut, when they are judged, on how many threads, and if
 * a state was in a file meanwhile makes no difference.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLibrary } from "../../ffi/index.ts";
import { BATTERY } from "../../src/deep/engine/crew.ts";
import { Engine } from "../../src/deep/engine/engine.ts";
import { partsOf } from "../../src/deep/engine/part-work.ts";
import { batteryDigest } from "../../src/deep/engine/saved-run.ts";
import { StateFile } from "../../src/deep/engine/state-file.ts";
import { evaluate, type Outcome } from "../../src/deep/evaluation.ts";
import { keystream } from "../support/keystream.ts";

const UNIT = 2 ** 16;
const END = 2 ** 21 + 5 * UNIT;

/** Good at first; then bytes that come again, and bytes with a bit stuck. */
const data = keystream(END, 1);
data.copyWithin(2 ** 20, 0, 2 ** 19);
for (let i = 7 * UNIT; i < END; i += 3) data[i]! |= 4;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-deep-battery-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const observationsOf = (outcomes: readonly Outcome[]) =>
  outcomes.map(({ family, observations }) => [family.id, observations]);

/** Feeds bytes from where the engine is to `end`, in pieces of so many units by turns. */
async function feed(engine: Engine, end: number, units: readonly number[]): Promise<void> {
  for (let turn = 0; engine.bytes < end; turn++) {
    const length = units[turn % units.length]! * UNIT;
    await engine.append(data.subarray(engine.bytes, Math.min(end, engine.bytes + length)));
    await engine.settle();
  }
}

describe("the same observations", () => {
  const whole = (async () => {
    using engine = new Engine({ threads: 0 });
    await engine.append(data);
    return await engine.conclude();
  })();

  test("of data with flaws: a finding", async () => {
    expect(evaluate(await whole, END, 0).verdict).toBe("fail");
  });

  test("cut in any way, and judged in between, on threads", async () => {
    using engine = new Engine({ threads: 2 });
    await feed(engine, 2 ** 20 + UNIT, [1, 7, 2]);
    await engine.conclude();
    await feed(engine, END, [1, 3]);
    expect(observationsOf(await engine.conclude())).toEqual(observationsOf(await whole));
  });

  test("with states that were in a file now and then", async () => {
    const parts = partsOf(BATTERY.families, loadLibrary().deepLoops());
    using file = StateFile.open(join(folder, "state"));
    const { signal } = new AbortController();
    const rest = { format: "bytes", stamp: null, hint: null, joints: [], evaluations: [] };
    for (const end of [UNIT, 9 * UNIT, 2 ** 20 + 3 * UNIT]) {
      const found = await file.read(parts, signal);
      using engine = new Engine({
        threads: 0,
        ...(found && { offset: found.run.bytes, states: found.states }),
      });
      await feed(engine, end, [5, 3]);
      await file.write({ battery: batteryDigest(parts), bytes: engine.bytes, ...rest }, engine.states);
    }
    const found = (await file.read(parts, signal))!;
    using engine = new Engine({ threads: 0, offset: found.run.bytes, states: found.states });
    await feed(engine, END, [100]);
    expect(observationsOf(await engine.conclude())).toEqual(observationsOf(await whole));
  });
});

test("ids of families are different, and so are those of the parts of one", () => {
  const parts = partsOf(BATTERY.families, loadLibrary().deepLoops());
  const names = parts.map(({ family, part }) => `${family.id}/${part.id}`);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/);
});

test("all states together take less than 1 GB", () => {
  const parts = partsOf(BATTERY.families, loadLibrary().deepLoops());
  expect(parts.reduce((sum, { part }) => sum + part.stateBytes, 0)).toBeLessThan(850e6);
});
