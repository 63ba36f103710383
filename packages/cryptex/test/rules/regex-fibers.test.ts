/** The estimate of live fibers beside the engine, which gives a string up above 1,024 of them. */
import { describe, expect, test } from "bun:test";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { parseRegex } from "../../src/rules/regex.ts";
import { liveFibers, MAX_FIBERS } from "../../src/rules/regex-fibers.ts";

function estimate(source: string): number {
  const regex = parseRegex(source);
  if (!("root" in regex)) throw new Error(regex.message);
  return liveFibers(regex.root);
}

/** Tells if the engine gives the string up on the text that is worst for it. */
function isGivenUp(source: string): boolean {
  const engine = makeLibyara();
  const { rules } = engine.compile(Buffer.from(`rule r { strings: $a = /${source}/ condition: #a > 0 }`), {});
  const bytes = Buffer.from(`xyza${"b".repeat(4000)}`);
  engine.buffer(bytes.length).set(bytes);
  return rules!.scan(bytes.length, { timeoutMs: 0, maxMatches: 0 }).givenUp.length > 0;
}

describe("counted repeats behind or within each other are given up", () => {
  test.each([
    "b{0,350}b{0,350}",
    ".{0,520}b.{0,520}",
    "(b{0,20}){0,20}",
    "(bb?){0,300}",
    "(b|bb){0,200}",
    "(b+){0,300}",
  ])("%s", (source) => {
    expect(isGivenUp(`xyza${source}Q`)).toBe(true);
    // The estimate is off by a tenth or so.
    expect(estimate(`xyza${source}Q`)).toBeGreaterThan(0.9 * MAX_FIBERS);
  });
});

describe("near ones are not", () => {
  test.each([
    "b{0,100}b{0,100}",
    ".{0,3000}b.{0,60}",
    "b{0,3000}",
    "b{0,3000}-b{0,3000}",
    "(bb){0,600}",
    "(b{0,20}){0,5}",
    "b+b*b+",
    "(b+)+",
    // Split at the lazy jumps.
    ".{0,3000}?b.{0,3000}?",
  ])("%s", (source) => {
    expect(isGivenUp(`xyza${source}Q`)).toBe(false);
    expect(estimate(`xyza${source}Q`)).toBeLessThan(0.6 * MAX_FIBERS);
  });
});

test("groups nested ten thousand deep", () => {
  expect(estimate(`${"(a".repeat(10_000)}${")".repeat(10_000)}`)).toBeGreaterThan(0);
});
