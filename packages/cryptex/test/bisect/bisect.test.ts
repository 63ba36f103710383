/** Halving a set: which rule makes it slow, or has the engine give up. */
import { afterAll, describe, expect, test } from "bun:test";
import { InputError } from "#kit/errors.ts";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { type BisectReport, bisect } from "../../src/bisect/bisect.ts";
import type { EngineInstance } from "../../src/engine/engine.ts";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { product } from "../../src/product.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const folder = new RuleFolder();
afterAll(() => folder[Symbol.dispose]());
let made = 0;

function run(
  rules: string,
  content: string,
  {
    timeoutMs = 100_000,
    newInstance = makeLibyara as () => EngineInstance,
    clock = (): number => 0,
    externals = {},
  } = {},
): BisectReport {
  const name = `${++made}.yar`;
  folder.write(name, rules);
  return bisect(
    {
      rules: folder.request([name], { externals }),
      bytes: Buffer.from(content, "latin1"),
      externals: {},
      timeoutMs,
    },
    { facts: ENGINE, newInstance, processorTime: clock, onProbe() {} },
  );
}

const names = ({ culprits }: BisectReport) => culprits.map(({ rule }) => rule);

/** Rules that cost nothing, before and behind others. */
function among(count: number, ...rules: readonly string[]): string {
  const cheap = (from: number) =>
    Array.from(
      { length: count },
      (_, i) => `rule cheap${from + i} { strings: $a = "never${from + i}there" condition: $a }`,
    );
  return [...cheap(0), ...rules, ...cheap(count)].join("\n");
}

const TEXT = `${"abcdefgh x1 ".repeat(4000)}`;
const LOOP = "rule loop { condition: for any i in (0..filesize) : (uint8(i) == 1) }";
const STRING =
  'rule string {\n strings:\n $fine = "fine text"\n $bad = /[a-z]+ x[0-9]/\n condition: any of them }';
const ENDLESS = "rule endless { condition: for all i in (0..1000000000000) : (i >= 0) }";

describe("a set that is slow", () => {
  test("the rule, with its line, its string or condition, its share and advice", () => {
    const report = run(among(40, LOOP), TEXT);
    expect([report.kind, report.by, names(report)]).toEqual(["slow", "work", ["loop"]]);
    const [culprit] = report.culprits;
    expect(culprit).toMatchObject({ line: 41, strings: [], namespace: "default" });
    expect(culprit!.share).toBeGreaterThan(0.9);
    expect(culprit!.condition).toBe(culprit!.work);
    expect(culprit!.advice.join()).toContain("this loop takes a turn for each byte");

    const other = run(among(20, STRING), TEXT);
    expect(names(other)).toEqual(["string"]);
    expect(other.culprits[0]!.strings.map(({ id, line }) => `${id} ${line}`)).toEqual([
      "$bad 24",
      "$fine 23",
    ]);
    expect(other.culprits[0]!.strings[0]!.work).toBeGreaterThan(10 * other.culprits[0]!.strings[1]!.work);
    expect(other.culprits[0]!.advice.join()).toContain("$bad begins with a repeat without a limit");
  });

  test("several, the dearest first; the same in every run", () => {
    const rules = among(
      10,
      LOOP,
      "rule half { condition: for any i in (0..filesize \\ 2) : (uint8(i) == 1) }",
    );
    const [a, b] = [run(rules, TEXT), run(rules, TEXT)];
    expect(names(a)).toEqual(["loop", "half"]);
    const figures = ({ culprits }: BisectReport) => culprits.map(({ work }) => work);
    for (const [index, work] of figures(a).entries())
      expect(Math.abs(work - figures(b)[index]!)).toBeLessThanOrEqual(4);
  });

  test("few scans: halves, not each rule by itself", () => {
    expect(run(among(500, LOOP), TEXT).probes).toBeLessThan(60);
  });

  test("a rule that rests on a dear one is blamed with it, and the dear one first or with the same", () => {
    const report = run(among(5, LOOP, "rule leans { condition: loop }"), TEXT);
    expect(names(report).sort()).toEqual(["leans", "loop"]);
  });

  test("nothing stands out: none is named", () => {
    expect(run(among(20), TEXT)).toMatchObject({ kind: "none", culprits: [], isWhole: true });
    expect(run("// nothing", TEXT)).toMatchObject({ kind: "none", rules: 0 });
  });

  test("where work does not show it, time does", () => {
    // Each scan with the rule takes a second of this clock; every other takes none.
    let now = 0;
    const newInstance = () => {
      const instance = makeLibyara();
      const load = instance.load.bind(instance);
      instance.load = (saved) => {
        const rules = load(saved);
        const off = new Set<number>();
        const [setEnabled, scan] = [rules.setEnabled.bind(rules), rules.scan.bind(rules)];
        rules.setEnabled = (rule, enabled) => {
          if (enabled) off.delete(rule);
          else off.add(rule);
          setEnabled(rule, enabled);
        };
        rules.scan = (length, options) => {
          if (!off.has(7)) now += 1e6;
          return scan(length, options);
        };
        return rules;
      };
      return instance;
    };
    const report = run(among(10), TEXT, { newInstance, clock: () => now });
    expect([report.kind, report.by, names(report)]).toEqual(["slow", "time", ["cheap7"]]);
    expect(report.culprits[0]).toMatchObject({ ms: 1000 });
  });
});

describe("a set with which the engine does not come to an end", () => {
  test("the rule that takes all the time", () => {
    const report = run(among(20, ENDLESS, "rule leans { condition: endless }"), "x", { timeoutMs: 100 });
    expect(report).toMatchObject({ kind: "fails", outcome: "timeout", isWhole: true });
    expect(names(report)).toEqual(["endless"]);
    expect(report.culprits[0]).toMatchObject({ line: 21, ms: null, condition: null });
  });

  test("a regular expression of a condition that takes too many fibers", () => {
    const rules =
      'import "console"\nrule a { condition: true }\nrule fibers { condition: text matches /a.{0,3000}b.{0,3000}c/ }';
    const report = run(among(10, rules), "x", { externals: { text: "ab".repeat(4000) } });
    expect([report.kind, names(report)]).toEqual(["fails", ["fibers"]]);
    expect(report.outcome).toContain("too many fibers");
  });

  test("two rules that fail together alone are both named; without a small set it says so", () => {
    /** Fails where all of these rules are on. */
    const failing = (wanted: readonly number[]) => () => {
      const instance = makeLibyara();
      const load = instance.load.bind(instance);
      instance.load = (saved) => {
        const rules = load(saved);
        const off = new Set<number>();
        const [setEnabled, scan] = [rules.setEnabled.bind(rules), rules.scan.bind(rules)];
        rules.setEnabled = (rule, enabled) => {
          if (enabled) off.delete(rule);
          else off.add(rule);
          setEnabled(rule, enabled);
        };
        rules.scan = (length, options) => {
          const result = scan(length, options);
          return wanted.some((rule) => off.has(rule))
            ? result
            : { ...result, outcome: "failed", message: "a made fault" };
        };
        return rules;
      };
      return instance;
    };
    const two = run(among(10), "x", { newInstance: failing([3, 15]) });
    expect([two.kind, two.outcome, two.isWhole, names(two)]).toEqual([
      "fails",
      "a made fault",
      true,
      ["cheap3", "cheap15"],
    ]);
    const all = run(among(10), "x", { newInstance: failing(Array.from({ length: 20 }, (_, i) => i)) });
    expect([all.kind, all.isWhole]).toEqual(["fails", false]);
  });

  test("strings that the engine gives up are named, with the reason", () => {
    const report = run(
      among(3, "rule many { strings: $t = /a.{0,3000}b.{0,3000}c/ condition: $t }"),
      "ab".repeat(4000),
    );
    expect([report.kind, names(report)]).toEqual(["gives-up", ["many"]]);
    expect(report.culprits[0]!.strings[0]).toMatchObject({
      id: "$t",
      reason: expect.stringContaining("too many fibers"),
    });
    expect(report.culprits[0]!.advice.join()).toContain("shorten the repeats");
  });
});

describe("the command", () => {
  const trial = { ...product, deps: () => ({ env: { HOME: folder.at("home") } }) };
  const command = async (...args: readonly string[]) => {
    const io = fakeIo();
    const code = await runApp(trial, ["rules", "bisect", ...args], io);
    return { code, text: folder.short(io.written().toString()), talk: folder.short(io.talk()) };
  };
  folder.write("set.yar", `${LOOP}\nrule bad { condition: nobody }`);
  folder.write("file", TEXT);

  test("text and JSON; a rule at fault is named, exit 3", async () => {
    const { code, text, talk } = await command(folder.at("file"), "--rules", folder.at("set.yar"));
    expect(code).toBe(3);
    expect(text).toMatch(
      /^the most work is that of:\n\nloop {2}set\.yar:1\n {2}work [\d,]+, [\d.]+ ms, 100 % of all\n {2}condition: work [\d,]+\n {2}advice: this loop/,
    );
    expect(talk).toContain("rule bad: undefined name");
    const json = JSON.parse(
      (await command(folder.at("file"), "--rules", folder.at("set.yar"), "--json")).text,
    );
    expect(json).toMatchObject({
      schema: 1,
      kind: "slow",
      by: "work",
      rules: 1,
      culprits: [{ rule: "loop", line: 1 }],
      not_evaluated: [{ rule: "bad" }],
    });
  });

  test("a file that cannot be read, no file at all, and no rule", async () => {
    const rules = ["--rules", folder.at("set.yar")];
    for (const [path, words] of [
      ["absent", "does not exist"],
      [".", "is no regular file"],
    ] as const) {
      const error = await rejectionOf(command(folder.at(path), ...rules));
      expect(error).toBeInstanceOf(InputError);
      expect(String(error)).toEndWith(words);
    }
    expect(await rejectionOf(command(folder.at("file"), "--max-size", "10", ...rules))).toBeInstanceOf(
      InputError,
    );
    folder.write("empty.yar", "// nothing");
    expect((await command(folder.at("file"), "--rules", folder.at("empty.yar"))).code).toBe(1);
  });

  test("an interrupt ends it, even inside a rule that never ends", async () => {
    folder.write("endless.yar", ENDLESS);
    const io = fakeIo();
    const args = [
      "rules",
      "bisect",
      folder.at("file"),
      "--rules",
      folder.at("endless.yar"),
      "--timeout",
      "100000",
    ];
    const end = rejectionOf(runApp(trial, args, io));
    setTimeout(() => io.interrupt.abort(new Error("stop")), 300);
    expect(String(await end)).toContain("stop");
  });
});
