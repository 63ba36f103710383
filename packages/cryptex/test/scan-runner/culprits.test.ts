import { expect, test } from "bun:test";
import fc from "fast-check";
import type { CompiledRules, EngineScan } from "../../src/engine/engine.ts";
import { findCulprits } from "../../src/scan-runner/culprits.ts";

const outcomeOf = (outcome: EngineScan["outcome"]): EngineScan => ({
  outcome,
  matches: [],
  log: [],
  givenUp: [],
  notEvaluated: [],
});

const blameOf = (rule: number) => (rule % 2 === 0 ? "fibers" : "stack");

/** Rules of which some make every scan fail while they are switched on. */
function rulesWith(count: number, bad: ReadonlySet<number>) {
  const off = new Set<number>();
  let scans = 0;
  const rules: CompiledRules = {
    count,
    save: () => expect.unreachable(),
    setEnabled: (rule, enabled) => void (enabled ? off.delete(rule) : off.add(rule)),
    scan: () => expect.unreachable(),
    free: () => {},
  };
  const scan = (): EngineScan => {
    scans++;
    const first = [...bad].sort((a, b) => a - b).find((rule) => !off.has(rule));
    return outcomeOf(first === undefined ? "done" : blameOf(first));
  };
  return { rules, scan, off, scans: () => scans };
}

test("finds exactly the rules at fault, in about a dozen scans each, and leaves all switched on", () => {
  const cases = fc
    .integer({ min: 1, max: 3000 })
    .chain((count) =>
      fc.tuple(fc.constant(count), fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 8 })),
    );
  fc.assert(
    fc.property(cases, ([count, bad]) => {
      const { rules, scan, off, scans } = rulesWith(count, new Set(bad));
      const found = findCulprits(rules, scan);
      expect(found.scan.outcome).toBe("done");
      expect([...found.rules].toSorted(([a], [b]) => a - b)).toEqual(
        bad.toSorted((a, b) => a - b).map((rule) => [rule, blameOf(rule)]),
      );
      expect(off.size).toBe(0);
      expect(scans()).toBeLessThanOrEqual(bad.length * (Math.ceil(Math.log2(count)) + 1) + 1);
    }),
  );
});

test("gives up on a file where most rules are at fault", () => {
  const { rules, scan } = rulesWith(100, new Set(Array.from({ length: 100 }, (_, i) => i)));
  const found = findCulprits(rules, scan);
  expect(found.scan.outcome).toBe("fibers");
  expect(found.rules.size).toBe(32);
});

test("ends when the file's time is over", () => {
  const { rules, scan } = rulesWith(100, new Set([50]));
  let left = 3;
  const found = findCulprits(rules, () => (left-- > 0 ? scan() : outcomeOf("timeout")));
  expect(found.scan.outcome).toBe("timeout");
});
