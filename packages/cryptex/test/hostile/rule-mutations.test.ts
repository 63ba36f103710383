/**
 * Damaged rule files: nothing throws, and each rule that is still whole is evaluated, or named, or stands behind a place that is.
 * CRYPTEX_MUTATIONS=100000 tries as many, without a limit of time; CRYPTEX_SEED repeats a run.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ENGINE } from "../../src/engine/engine-file.ts";
import type { Libyara } from "../../src/engine/libyara.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { compileSet } from "../../src/rules/build-rule-set.ts";
import { openRuleTable, packRuleTable } from "../../src/rules/rule-table.ts";
import { Random } from "../support/random.ts";
import { RuleFolder } from "../support/rule-folder.ts";
import { damaged } from "./mutations.ts";

const ASKED = Number(process.env["CRYPTEX_MUTATIONS"] ?? 0);
const SEED = Number(process.env["CRYPTEX_SEED"] ?? Date.now() % 2 ** 31);
/** Without a wish, so many are tried or so long, whichever ends first: a slow machine tries fewer. */
const USUAL = 3000;
const USUAL_MS = 25_000;

let folder: RuleFolder;
beforeAll(() => {
  folder = new RuleFolder();
});
afterAll(() => folder[Symbol.dispose]());

/** Makes rules of one line each, so that a rule is whole where its line is. */
const TEMPLATES = [
  (name: string) => `rule ${name} { strings: $a = "text \\" \\\\ \\x41" wide ascii nocase condition: $a }`,
  (name: string) =>
    `private rule ${name} : tag other { meta: a = "b" n = -3 t = true condition: filesize > 10 }`,
  (name: string) =>
    `rule ${name} { strings: $h = { 41 ?? [2-4] ( 42 | 43 44 ) ~45 } condition: #h > 1 and @h[1] < 0x100 }`,
  (name: string) =>
    `rule ${name} { strings: $r = /a[^b]{1,3}(c|d)+\\/x$/is condition: for any of them : ($) }`,
  (name: string) =>
    `rule ${name} { condition: for all i in (1..3) : (uint8(i) == i or filename contains "x") }`,
  (name: string) => `global rule ${name} { condition: true /* comment */ } // end`,
  (name: string, other: string) =>
    `rule ${name} { condition: ${other} or pe.number_of_sections == 2 or math.entropy(0, 9) > 1.5 }`,
  (name: string, other: string) =>
    `rule ${name} { strings: $x = "x" xor(1-9) private $y = "yyyy" base64 condition: 1 of ($x, $y) and not ${other} }`,
];

function randomFile(random: Random): { readonly text: string; readonly lines: readonly string[] } {
  const names: string[] = [];
  const lines = Array.from({ length: random.int(1, 8) }, (_, i) => {
    // Some names stand twice: with another text mostly.
    const name = i > 0 && random.chance(0.1) ? random.pick(names) : `r${i}`;
    const line = random.pick(TEMPLATES)(name, names.length > 0 ? random.pick(names) : "true");
    names.push(name);
    return line;
  });
  return { text: `import "pe"\nimport "math"\n${lines.join("\n")}\n`, lines };
}

/** Counts by the simplest means: lines of the damaged text that are lines of the whole one, unless a comment is open before them. */
function wholeLines(
  text: string,
  lines: readonly string[],
): { readonly name: string; readonly line: number }[] {
  const all = new Set(lines);
  let start = 0;
  return text.split("\n").flatMap((line, i) => {
    const before = text.slice(0, start);
    start += line.length + 1;
    const open = before.lastIndexOf("/*");
    if (open >= 0 && before.indexOf("*/", open + 2) < 0) return [];
    const name = /rule (\w+)/.exec(line)?.[1];
    return name !== undefined && all.has(line) ? [{ name, line: i + 1 }] : [];
  });
}

function check(random: Random, engine: Libyara): void {
  const { text, lines } = randomFile(random);
  const bytes = damaged(Buffer.from(text, "latin1"), random);
  folder.write("rules.yar", bytes.toString("latin1"));
  const set = compileSet(folder.request(["rules.yar"]), { facts: ENGINE, newInstance: () => engine });
  const compiled = set.compiled?.count ?? 0;
  set.compiled?.free();
  const table = openRuleTable(packRuleTable(set.rules));
  expect([compiled, table.count]).toEqual([set.rules.length, set.rules.length]);

  // By name: the line of a rule may be that of a word before it.
  const known = [
    ...Array.from({ length: table.count }, (_, i) => table.get(i).name),
    ...set.quarantined.flatMap(({ rule }) => rule ?? []),
  ];
  const count = bytes.toString("latin1").split("\n").length;
  for (const { line, reason } of set.quarantined) {
    expect(reason).not.toBe("");
    expect(line === null || (line >= 1 && line <= count)).toBe(true);
  }
  // What is never closed, or never begun, may hide what follows it; then its place is named.
  const faults = set.quarantined.filter(({ reason }) => /^syntax error|^a comment/.test(reason));
  const hidden = Math.min(...faults.map(({ line }) => line ?? 0));
  for (const { name, line } of wholeLines(bytes.toString("latin1"), lines)) {
    const at = known.indexOf(name);
    if (at >= 0) known.splice(at, 1);
    else expect({ name, line, isHidden: hidden <= line }).toEqual({ name, line, isHidden: true });
  }
}

test("damaged rules are evaluated or named, and nothing throws", () => {
  console.log(`seed ${SEED}`);
  const until = ASKED > 0 ? Number.POSITIVE_INFINITY : performance.now() + USUAL_MS;
  let engine = makeLibyara();
  const most = ASKED || USUAL;
  let tried = 0;
  for (; tried < most && performance.now() < until; tried++) {
    const seed = SEED + tried;
    if (tried % 500 === 499) engine = makeLibyara(); // memory that was taken is never given back
    try {
      check(new Random(seed), engine);
    } catch (error) {
      const text = readFileSync(folder.at("rules.yar"), "latin1");
      const how = `CRYPTEX_SEED=${seed} CRYPTEX_MUTATIONS=1 shows it again: ${JSON.stringify(text)}`;
      throw new Error(
        `${how}
${(error as Error).message}`,
        { cause: error },
      );
    }
  }
  console.log(`${tried} damaged files of rules`);
  expect(tried).toBeGreaterThan(0);
}, 3_600_000);
