/** Time limits, cancelling, memory and traps: each costs one scan, has a name, and leaves nothing half done. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import wasm from "../../engine/libyara.wasm" with { type: "file" };
import { ENGINE, engineCode } from "../../src/engine/engine-file.ts";
import { Libyara } from "../../src/engine/libyara.ts";
import { Machine } from "../../src/engine/machine.ts";
import { bytes, newEngine, rulesOf, scan } from "./support.ts";

const LOOP = "rule r { condition: for all i in (0..1000000000) : ( i >= 0 ) }";
/** Between two of libyara's own looks at the clock this expression would be busy for minutes. */
const BOMB = "rule r { strings: $a = /a.{0,900}a.{0,900}z/ condition: $a }";
const LETTERS = new Uint8Array(100_000).fill(0x61);

describe("a time limit ends", () => {
  test.each([
    ["a loop in a condition", LOOP],
    ["a regular expression", BOMB],
    ["jumps", "rule r { strings: $a = { 61 [0-199] 61 [0-199] 61 [0-199] 61 [0-199] 62 } condition: $a }"],
    [
      "a function of a module",
      'import "math" rule r { condition: for all i in (0..100000) : ( math.entropy(i, filesize) >= 0.0 ) }',
    ],
  ])("%s, and the instance goes on", (_, source) => {
    const engine = newEngine();
    const rules = rulesOf(engine, source);
    expect(scan(engine, rules, LETTERS, { timeoutMs: 20 })).toEqual({
      outcome: "timeout",
      work: expect.any(Number),
      matches: [],
      log: [],
      givenUp: [],
      notEvaluated: [],
    });
    expect(scan(engine, rules, "", { timeoutMs: 0.001 }).outcome).toBeOneOf(["timeout", "done"]);
    const others = rulesOf(engine, "rule other { condition: true }");
    expect(scan(engine, others, "text").matches).toHaveLength(1);
  });
});

describe("cancelling", () => {
  /** Scans without a limit until another thread sets the flag, which it does once the scan has begun. */
  async function scanUntilCancelled(source: string): Promise<string> {
    const cancel = new Int32Array(new SharedArrayBuffer(8));
    const begun = new Int32Array(cancel.buffer, 4);
    const engine = newEngine({ cancel });
    const rules = rulesOf(engine, source);
    const canceller = new Worker(
      `const { workerData: { cancel, begun }, parentPort } = require("node:worker_threads");
       parentPort.postMessage("ready");
       Atomics.wait(begun, 0, 0);
       Atomics.store(cancel, 0, 1);`,
      { eval: true, workerData: { cancel, begun } },
    );
    await new Promise((resolve) => canceller.once("message", resolve));
    const ended = new Promise((resolve) => canceller.once("exit", resolve));
    Atomics.store(begun, 0, 1);
    Atomics.notify(begun, 0);
    const { outcome } = scan(engine, rules, LETTERS);
    await ended;
    return outcome;
  }

  test("from another thread ends a scan without a limit", async () => {
    expect(await scanUntilCancelled(LOOP)).toBe("cancelled");
    expect(await scanUntilCancelled(BOMB)).toBe("cancelled");
  });

  test("as long as the flag is set no scan begins, and then all is as before", () => {
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const engine = newEngine({ cancel });
    const rules = rulesOf(engine, "rule r { condition: true }");
    cancel[0] = 1;
    expect(scan(engine, rules, "").outcome).toBe("cancelled");
    expect(scan(engine, rules, "", { timeoutMs: 1000 }).outcome).toBe("cancelled");
    cancel[0] = 0;
    expect(scan(engine, rules, "").outcome).toBe("done");
    expect(scan(engine, rules, "", { timeoutMs: 60_000 }).outcome).toBe("done");
  });
});

describe("memory", () => {
  test("the buffer grows to 1 GiB without twice as much, and what was written is found", () => {
    const engine = newEngine();
    const rules = rulesOf(engine, 'rule r { strings: $a = "x" condition: $a at filesize - 1 }');
    for (const length of [0, 1, 65_535, 65_536, 65_537, 1_000_000, 5_000_000]) {
      const data = engine.buffer(length);
      expect(data).toHaveLength(length);
      data.fill(0);
      data[length - 1] = 0x78;
      expect(rules.scan(length, { timeoutMs: 0, maxMatches: 1 }).matches).toHaveLength(length === 0 ? 0 : 1);
    }
    const before = engine.memoryBytes;
    expect(engine.buffer(2 ** 30)).toHaveLength(2 ** 30);
    expect(engine.memoryBytes - before).toBeLessThanOrEqual(2 ** 30 + 2 ** 16);
    expect(engine.buffer(10)).toHaveLength(10);
  });

  test("more than there can be is refused, and the instance goes on", () => {
    const engine = newEngine();
    const rules = rulesOf(engine, "rule r { condition: true }");
    expect(() => engine.buffer(2 ** 31)).toThrow(expect.objectContaining({ outcome: "out-of-memory" }));
    expect(engine.dead).toBe(false);
    expect(scan(engine, rules, "text").matches).toHaveLength(1);
  });

  test("scanning more than the buffer has is refused", () => {
    const engine = newEngine();
    const rules = rulesOf(engine, "rule r { condition: true }");
    engine.buffer(10);
    expect(() => rules.scan(2 ** 17, { timeoutMs: 0, maxMatches: 1 })).toThrow("the buffer has 65536");
  });

  test("freed rules leave room for others", () => {
    const engine = newEngine();
    const source = 'rule r { strings: $a = "some text" $b = { 61 62 [1-100] 63 } condition: any of them }';
    const turn = () => {
      const rules = rulesOf(engine, source);
      scan(engine, rules, "some text");
      rules.free();
    };
    // The first turns find out how large the blocks are that come back.
    for (let i = 0; i < 10; i++) turn();
    const before = engine.memoryBytes;
    for (let i = 0; i < 50; i++) turn();
    expect(engine.memoryBytes).toBe(before);
  });
});

/** The engine with a limit on its memory, in pages of 64 KiB: the section of memories has another limit put in. */
function engineOfPages(maximum: number): Libyara {
  const file = readFileSync(wasm);
  let at = 8;
  for (;;) {
    const id = file[at]!;
    const [size, body] = leb(file, at + 1);
    if (id === 5) {
      // One memory, without a maximum: [1, 0, minimum].
      const [minimum] = leb(file, body + 2);
      const section = [1, 1, ...toLeb(minimum), ...toLeb(maximum)];
      const changed = Buffer.concat([
        file.subarray(0, at),
        Uint8Array.from([5, section.length, ...section]),
        file.subarray(body + size),
      ]);
      return new Libyara({ module: new WebAssembly.Module(changed), digest: ENGINE.digest });
    }
    at = body + size;
  }
}

/** Reads an unsigned LEB128 number. Returns it and where it ends. */
function leb(data: Uint8Array, at: number): [number, number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = data[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function toLeb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...toLeb(value >>> 7)];
}

describe("an instance that has trapped is spent", () => {
  test("memory that runs out in a compilation", () => {
    const engine = engineOfPages(200);
    expect(engine.dead).toBe(false);
    const source = Array.from(
      { length: 5000 },
      (_, i) => `rule r${i} { strings: $a = "text ${i}" condition: $a }`,
    );
    expect(() => engine.compile(bytes(source.join("\n")), {})).toThrow(
      expect.objectContaining({ outcome: "out-of-memory", message: "the engine has run out of memory" }),
    );
    expect(engine.dead).toBe(true);
    expect(() => engine.compile(bytes(""), {})).toThrow(
      "the engine has ended before: the engine has run out of memory",
    );
    expect(() => engine.buffer(1)).toThrow("the engine has ended before");
  });

  test("memory that runs out in a scan is an outcome", () => {
    const engine = engineOfPages(900);
    const rules = rulesOf(engine, "rule r { strings: $a = /a/ condition: $a }");
    const result = scan(engine, rules, new Uint8Array(900_000).fill(0x61));
    expect(result).toMatchObject({ outcome: "out-of-memory", matches: [] });
    expect(engine.dead).toBe(true);
    expect(rules.scan(0, { timeoutMs: 0, maxMatches: 1 })).toMatchObject({ outcome: "failed", matches: [] });
    expect(() => rules.save()).toThrow("the engine has ended before");
    rules.free();
  });

  test("a fault of its own", () => {
    const machine = new Machine(engineCode().module, {});
    // No rules are at this address, and no memory.
    expect(() => machine.call((engine) => engine.cx_rules_count(-16))).toThrow(
      expect.objectContaining({
        outcome: "failed",
        message: expect.stringMatching(/^the engine has trapped: ./),
      }),
    );
    expect(machine.dead).toBe(true);
    expect(() => machine.call((engine) => engine.cx_version())).toThrow(
      "the engine has ended before: the engine has trapped",
    );
  });

  test("an error of the host's own code is none", () => {
    const machine = new Machine(engineCode().module, {});
    const fault = new RangeError("a fault of the host");
    expect(() =>
      machine.call(() => {
        throw fault;
      }),
    ).toThrow(fault);
    expect(machine.dead).toBe(false);
  });
});
