/** Saved rules: the same in every instance, and nothing but what this engine has saved is taken. */
import { expect, test } from "bun:test";
import { Worker } from "node:worker_threads";
import { engineCode } from "../../src/engine/engine-file.ts";
import { newEngine, rulesOf, scan } from "./support.ts";

const SOURCE = `import "math"
  rule a { strings: $a = "one" $b = /t[aeiou]o/ condition: any of them and math.max(1, 2) == 2 }
  rule b { strings: $a = { 6f [0-1000] 74 } condition: $a and name == "x" }`;
const EXTERNALS = { name: "x" };

test("loaded rules answer as compiled ones, in another instance and again when saved once more", () => {
  const first = newEngine();
  const saved = rulesOf(first, SOURCE, EXTERNALS).save();
  const second = newEngine();
  const loaded = second.load(saved);
  expect(loaded.count).toBe(2);
  const result = scan(second, loaded, "one tao two");
  expect(result.matches).toHaveLength(2);
  expect(result).toEqual(scan(first, rulesOf(first, SOURCE, EXTERNALS), "one tao two"));
  const third = newEngine();
  expect(scan(third, third.load(loaded.save()), "one tao two")).toEqual(result);
});

test("the same source is saved as the same bytes", () => {
  const saved = [newEngine(), newEngine()].map((engine) => {
    scan(engine, rulesOf(engine, "rule other { condition: true }"), "text");
    return rulesOf(engine, SOURCE, EXTERNALS).save();
  });
  expect(Buffer.compare(saved[0]!, saved[1]!)).toBe(0);
});

test("shared memory is taken, by another thread too, which gets the engine's code by a message", async () => {
  const engine = newEngine();
  const saved = rulesOf(engine, SOURCE, EXTERNALS).save();
  const shared = new Uint8Array(new SharedArrayBuffer(saved.length));
  shared.set(saved);
  expect(engine.load(shared).count).toBe(2);

  const worker = new Worker(
    `const { workerData, parentPort } = require("node:worker_threads");
     import(${JSON.stringify(new URL("../../src/engine/libyara.ts", import.meta.url).href)}).then(({ Libyara }) => {
       const engine = new Libyara(workerData.code);
       const rules = engine.load(workerData.shared);
       engine.buffer(3).set(Buffer.from("one"));
       parentPort.postMessage(rules.scan(3, { timeoutMs: 0, maxMatches: 1 }).matches);
     });`,
    { eval: true, workerData: { code: engineCode(), shared } },
  );
  const [matches] = (await new Promise((resolve, reject) =>
    worker.once("message", (message) => resolve([message])).once("error", reject),
  )) as [unknown];
  expect(matches).toEqual([
    { rule: 0, strings: [{ string: 0, total: 1, matches: [{ offset: 0, length: 3 }] }] },
  ]);
});

test.each([
  ["nothing", () => new Uint8Array(), "these are not compiled rules"],
  ["another file", () => Buffer.from("YARA".repeat(100)), "these are not compiled rules"],
  ["a part", (saved: Uint8Array) => saved.slice(0, -1), "these compiled rules are damaged"],
  [
    "more than that",
    (saved: Uint8Array) => Buffer.concat([saved, Buffer.alloc(1)]),
    "these compiled rules are damaged",
  ],
  ["a header alone", (saved: Uint8Array) => saved.slice(0, 72), "these compiled rules are damaged"],
  [
    "those of another engine",
    (saved: Uint8Array) => changed(saved, 20),
    "these rules were compiled by another version of the engine",
  ],
])("%s: refused", (_, change, message) => {
  const engine = newEngine();
  const saved = rulesOf(engine, SOURCE, EXTERNALS).save();
  expect(() => engine.load(change(saved))).toThrow(message);
  expect(engine.dead).toBe(false);
});

test("one bit changed anywhere: refused", () => {
  const engine = newEngine();
  const saved = rulesOf(engine, SOURCE, EXTERNALS).save();
  // Every byte of the header, and every 97th behind it.
  for (let at = 0; at < saved.length; at += at < 72 ? 1 : 97) {
    expect(() => engine.load(changed(saved, at))).toThrow(expect.objectContaining({ code: "input" }));
  }
});

function changed(saved: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(saved);
  copy[at]! ^= 1;
  return copy;
}
