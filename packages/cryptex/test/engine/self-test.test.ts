/** The self tests pass on the engine, and fail on engines with a single fault. */
import { expect, test } from "bun:test";
import type { CompiledRules, EngineInstance, EngineScan } from "../../src/engine/engine.ts";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { runSelfTests, SELF_TESTS } from "../../src/engine/self-test.ts";

const failing = (newInstance: () => EngineInstance) =>
  [...runSelfTests(newInstance)].filter(({ fault }) => fault !== undefined).map(({ name }) => name);

test("the engine passes all of them", () => {
  expect([...runSelfTests(makeLibyara)].filter(({ fault }) => fault !== undefined)).toEqual([]);
});

test("there is one for every module", () => {
  const tested = SELF_TESTS.flatMap(({ name }) => (name.startsWith("module ") ? [name.slice(7)] : []));
  expect(tested).toEqual([...ENGINE.modules]);
});

/** The engine with its scans changed. */
function spoiled(change: (scan: EngineScan, rules: CompiledRules) => EngineScan): () => EngineInstance {
  return () => {
    const engine = makeLibyara();
    return {
      get dead() {
        return engine.dead;
      },
      get memoryBytes() {
        return engine.memoryBytes;
      },
      buffer: (length) => engine.buffer(length),
      load: (saved) => engine.load(saved),
      compile(source, externals) {
        const { rules, diagnostics } = engine.compile(source, externals);
        if (!rules) return { rules, diagnostics };
        const scan: CompiledRules["scan"] = (length, options) => change(rules.scan(length, options), rules);
        return {
          rules: {
            count: rules.count,
            save: () => rules.save(),
            setEnabled: (rule, on) => rules.setEnabled(rule, on),
            free: () => rules.free(),
            scan,
          },
          diagnostics,
        };
      },
    };
  };
}

test("an engine that loses the last rule fails in both orders", () => {
  const failed = failing(
    spoiled((scan, { count }) => ({ ...scan, matches: scan.matches.filter(({ rule }) => rule < count - 1) })),
  );
  expect(failed).toContain("two rules with one string, in both orders");
});

test("an engine that loses matches of more than 4,096 bytes fails", () => {
  const failed = failing(
    spoiled((scan) => ({
      ...scan,
      matches: scan.matches.filter(({ strings }) =>
        strings.every(({ matches }) => matches.every(({ length }) => length <= 4096)),
      ),
    })),
  );
  expect(failed).toEqual(["jump over 10,000 bytes in a hex string"]);
});

test("an engine that calls every scan done fails where a scan cannot be", () => {
  const failed = failing(spoiled((scan) => ({ ...scan, outcome: "done", givenUp: [] })));
  expect(failed).toEqual([
    "time limit ends a rule that never would",
    "too many fibers of a regular expression are said",
  ]);
});

test("an engine that breaks fails, and the tests go on", () => {
  const failed = failing(() => {
    throw new Error("no memory");
  });
  expect(failed).toHaveLength(SELF_TESTS.length);
});
