/** Runs over pieces of a stream: saved whenever it is time, whatever the pieces are, and gone on with after any end. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLibrary } from "../../ffi/index.ts";
import { isDoubling } from "../../src/deep/budget.ts";
import { withChain } from "../../src/deep/engine/crew.ts";
import { partsOf } from "../../src/deep/engine/part-work.ts";
import { StateFile } from "../../src/deep/engine/state-file.ts";
import { testStream } from "../../src/report/deep/test-stream.ts";
import type { OpenData } from "../../src/report/input-data.ts";
import { FAKE_BATTERY } from "../support/deep-battery.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

const UNIT = 2 ** 16;
const bytes = keystream(4 * 2 ** 20 + 3 * UNIT + 17, 5).map((byte) => (byte === 0xff ? 0 : byte));
const parts = partsOf(withChain(FAKE_BATTERY).families, loadLibrary().deepLoops());
const never = new AbortController().signal;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-deep-stream-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A pipe that gives the data in such pieces; `meanwhile` is called before each, and may throw. */
function pipe(sizes: readonly number[], meanwhile: (offset: number) => void = () => {}): OpenData {
  async function* pieces() {
    let turn = 0;
    for (let at = 0; at < bytes.length; ) {
      meanwhile(at);
      const size = sizes[turn++ % sizes.length]!;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  return {
    kind: "stdin",
    name: "standard input",
    bitsPerSymbol: 8,
    bytes: undefined,
    pieces: pieces(),
    from: 0,
    stamp: undefined,
    async [Symbol.asyncDispose]() {},
  };
}

async function run(data: OpenData, saveMs: number, signal = never) {
  using file = StateFile.open(join(folder, "state"));
  const found = await file.read(parts, signal);
  const state = { file, found, goesOn: false, pace: { saveMs, mostLostMs: saveMs } };
  const seen = found?.run.bytes ?? 0;
  const result = await testStream(data, {
    threads: 0,
    keepsGoing: false,
    signal,
    state,
    battery: FAKE_BATTERY,
  });
  return { result, seen };
}

const whole = testStream(pipe([1e9]), {
  threads: 0,
  keepsGoing: false,
  signal: never,
  battery: FAKE_BATTERY,
});

describe("a run that is saved whenever it can be", () => {
  test.each([[[1e9]], [[1 << 20]], [[65_535, 1, 65_537]], [[99_999]], [[10 * UNIT]]])(
    "in pieces of %j",
    async (sizes) => {
      expect((await run(pipe(sizes), 0)).result).toEqual(await whole);
      expect((await run(pipe([77_777]), 0)).result).toEqual(await whole);
    },
  );

  test("goes on where it was saved last, between two evaluations, when it is killed", async () => {
    const killed = new Error("killed");
    const places: number[] = [];
    for (const end of [UNIT, 1_500_000, 1_600_000, 3_333_333, 4_300_000]) {
      const kill = (offset: number) => {
        if (offset >= end) throw killed;
      };
      expect(await rejectionOf(run(pipe([50_000], kill), 0))).toBe(killed);
      using file = StateFile.open(join(folder, "state"));
      places.push((await file.read(parts, never))!.run.bytes);
    }
    expect(places.every((place, i) => place % UNIT === 0 && place > (places[i - 1] ?? 0))).toBe(true);
    expect(places.filter(isDoubling)).toEqual([]);
    const { result, seen } = await run(pipe([123_456]), 1e9);
    expect([result, seen]).toEqual([await whole, places.at(-1)!]);
  });

  test("and when it is interrupted, at any byte", async () => {
    for (const end of [UNIT + 5, 1_048_576, 1_048_577, 2_222_222, 4_320_000]) {
      const interrupt = new AbortController();
      const stop = (offset: number) => {
        if (offset >= end) interrupt.abort(new Error("ctrl-c"));
      };
      const error = await rejectionOf(run(pipe([UNIT + 5, 77], stop), 1e9, interrupt.signal));
      expect(error.message).toBe("ctrl-c");
    }
    const { result, seen } = await run(pipe([1e6]), 1e9);
    expect(result).toEqual(await whole);
    expect(seen).toBeGreaterThan(4_300_000 - UNIT);
  });
});
