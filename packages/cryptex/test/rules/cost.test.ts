/** The cost of rules: what follows from their atoms, and measurements with a clock that the test moves. */
import { describe, expect, test } from "bun:test";
import type { EngineInstance, EngineScan } from "../../src/engine/engine.ts";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import {
  type CostReport,
  type CostRequest,
  type CostTools,
  costOfRules,
  type SampleFile,
} from "../../src/rules/cost.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const TOOLS: CostTools = {
  facts: ENGINE,
  newInstance: makeLibyara,
  processorTime: () => 0,
  onProgress() {},
};

const sampleOf = (...texts: readonly string[]): SampleFile[] =>
  texts.map((text) => ({ bytes: Buffer.from(text, "latin1"), externals: { filename: text.slice(0, 3) } }));

function cost(rules: string, request: Partial<CostRequest> = {}, tools: Partial<CostTools> = {}): CostReport {
  using folder = new RuleFolder({ "r.yar": rules });
  return costOfRules(
    { rules: folder.request(), sample: [], runs: 1, timeoutMs: 0, ...request },
    { ...TOOLS, ...tools },
  );
}

describe("by atoms", () => {
  test("the dearest first: no atom, one byte, two, four; rules without strings last", () => {
    const { rules, floor } = cost(`
      rule bare { condition: filesize > 3 }
      rule four { strings: $a = "abcd" condition: $a }
      rule every { strings: $a = "abcd" $b = /[0-9]+/ condition: any of them }
      rule two { strings: $a = { 41 42 } condition: $a }
      rule one { strings: $a = "a" condition: $a }`);
    expect(rules.map(({ rule }) => rule)).toEqual(["every", "one", "two", "four", "bare"]);
    expect(rules.map(({ quality }) => quality)).toEqual([0, 187, 207, 247, null]);
    expect(rules[0]!.strings.map(({ id }) => id)).toEqual(["$b", "$a"]);
    expect(rules[0]!.candidates).toBe(2 ** 20 + 2 ** -12);
    expect(floor).toBeUndefined();
  });

  test("what is at fault is named, the rest is there", () => {
    const { rules, quarantined } = cost("rule bad { condition: nobody } rule good { condition: true }");
    expect(rules.map(({ rule }) => rule)).toEqual(["good"]);
    expect(quarantined).toMatchObject([{ rule: "bad", line: 1 }]);
  });
});

/** An engine whose scans move the clock by so many microseconds, by the name of the last rule in the source. */
function clockwork(times: Readonly<Record<string, readonly number[]>>, outcome: Partial<EngineScan> = {}) {
  let now = 0;
  const scans = new Map<string, number>();
  const newInstance = (): EngineInstance => {
    const real = makeLibyara();
    return {
      get dead() {
        return real.dead;
      },
      memoryBytes: 0,
      load: (saved) => real.load(saved),
      buffer: (length) => real.buffer(length),
      compile(source, externals) {
        const result = real.compile(source, externals);
        const name = [
          ...Buffer.from(source)
            .toString()
            .matchAll(/rule (\w+)/g),
        ].at(-1)![1]!;
        const { rules } = result;
        if (!rules) return result;
        const timed = {
          count: rules.count,
          save: () => rules.save(),
          setEnabled() {},
          free: () => rules.free(),
          scan(length: number, options: Parameters<typeof rules.scan>[1]) {
            const count = scans.get(name) ?? 0;
            scans.set(name, count + 1);
            const list = times[name] ?? [0];
            now += list[count % list.length]!;
            return { ...rules.scan(length, options), ...(name === "odd" ? outcome : {}) };
          },
        };
        return { ...result, rules: timed };
      },
    };
  };
  return { newInstance, processorTime: () => now };
}

describe("measured", () => {
  const RULES = `
    rule slow { strings: $a = "needle" condition: $a }
    rule quick { condition: filename == "hay" }
    private rule hidden { condition: true }
    rule user { condition: hidden }`;
  const SAMPLE = sampleOf(`needle${"x".repeat(2 ** 19 - 6)}`, `hay${"x".repeat(2 ** 19 - 3)}`);

  test("the fastest run of each file, added up, by the MiB; and the files that match", () => {
    const clock = clockwork({
      nothing: [50],
      slow: [900, 500, 700, 300, 400, 200],
      quick: [60],
      hidden: [55],
      user: [70, 90, 80],
    });
    const { rules, floor } = cost(RULES, { sample: SAMPLE, runs: 3 }, clock);
    expect(floor).toEqual({ usPerMib: 100, matches: 0 });
    expect(rules.map(({ rule, measured }) => [rule, measured])).toEqual([
      ["slow", { usPerMib: 700, matches: 1 }],
      ["user", { usPerMib: 140, matches: 2 }],
      ["quick", { usPerMib: 120, matches: 1 }],
      ["hidden", { usPerMib: 110, matches: null }],
    ]);
  });

  test("equal costs stay in the order of the rules, and progress goes over all of them", () => {
    const seen: number[][] = [];
    const { rules } = cost(
      "rule b { condition: true } rule a { condition: true } rule c { condition: true }",
      { sample: SAMPLE },
      {
        onProgress: (done, all) => seen.push([done, all]),
      },
    );
    expect(rules.map(({ rule }) => rule)).toEqual(["b", "a", "c"]);
    expect(seen).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  test.each([
    ["timeout", "it took longer than the time limit"],
    ["fibers", "fibers"],
  ] as const)(
    "a rule that ends as %s stands first, with the reason, and costs no other",
    (outcome, reason) => {
      const clock = clockwork({ slow: [900] }, { outcome, matches: [] });
      const { rules } = cost(`${RULES} rule odd { condition: true }`, { sample: SAMPLE }, clock);
      expect(rules[0]).toMatchObject({ rule: "odd", measured: { usPerMib: null, matches: null, reason } });
      expect(rules[1]).toMatchObject({ rule: "slow", measured: { usPerMib: 1800 } });
    },
  );

  test("a string that the engine gives up is told", () => {
    const worst = sampleOf(`xyza${"b".repeat(4000)}`);
    const { rules } = cost("rule odd { strings: $a = /xyzab{0,400}b{0,400}Q/ condition: $a }", {
      sample: worst,
    });
    expect(rules[0]!.measured!.reason).toContain("too many fibers");
  });

  test("an engine that traps is replaced", () => {
    let made = 0;
    let dead = false;
    const newInstance = (): EngineInstance => {
      made++;
      const real = makeLibyara();
      return {
        get dead() {
          return dead && made === 2;
        },
        memoryBytes: 0,
        load: (saved) => real.load(saved),
        buffer: (length) => real.buffer(length),
        compile(source, externals) {
          const result = real.compile(source, externals);
          if (made !== 2 || !Buffer.from(source).includes("odd")) return result;
          const scan = (): EngineScan => {
            dead = true;
            return {
              outcome: "failed",
              message: "the engine has trapped",
              matches: [],
              log: [],
              givenUp: [],
              notEvaluated: [],
            };
          };
          const { rules } = result;
          return {
            ...result,
            rules: { count: 1, save: () => rules!.save(), setEnabled() {}, free() {}, scan },
          };
        },
      };
    };
    const { rules } = cost(
      "rule odd { condition: true } rule even { condition: true }",
      { sample: SAMPLE },
      { newInstance },
    );
    expect(rules.map(({ rule, measured }) => [rule, measured!.reason])).toEqual([
      ["odd", "the engine has trapped"],
      ["even", undefined],
    ]);
    expect(made).toBe(3);
  });

  test("what onProgress throws ends the work", () => {
    const onProgress = () => {
      throw new Error("enough");
    };
    expect(() => cost(RULES, { sample: SAMPLE }, { onProgress })).toThrow("enough");
  });
});
