/** Values that the engine is asked for come out exact, or as unknown. */
import { describe, expect, test } from "bun:test";
import type { ExplainedNode, Explanation } from "../../src/explain/explanation.ts";
import { literalOf } from "../../src/explain/values.ts";
import { matching, newEngine, peFile } from "../engine/support.ts";
import { Random } from "../support/random.ts";
import { agreementOf, newAgreement } from "./agreement.ts";

/** Explains the one rule of a source. */
function explained(source: string, bytes: Uint8Array): Explanation {
  const found: Explanation[] = [];
  const each = (explanation: Explanation) => void found.push(explanation);
  agreementOf(source, {}, [{ name: "data", bytes }], newAgreement(), { each });
  return found[0]!;
}

function leaves(node: ExplainedNode | undefined): ExplainedNode[] {
  if (!node) return [];
  return [node, ...(node.children ?? []).flatMap(leaves)];
}

function shownValue({ condition }: Explanation, kind: string) {
  return leaves(condition).find((node) => node.kind === kind)?.value?.value;
}

describe("floats have all their digits", () => {
  const random = new Random(7);
  const samples: readonly (readonly [string, Uint8Array])[] = [
    ["noise", random.bytes(1000)],
    ["a tiny one", Buffer.from([1, ...new Uint8Array(99_999)])],
    ["zero", new Uint8Array(10)],
    ["a whole one", Buffer.from([200, 200])],
  ];
  test.each(samples)("%s", (_, bytes) => {
    const mean = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
    const rule = 'import "math" rule r { condition: math.mean(0, filesize) > 300.0 }';
    expect(shownValue(explained(rule, bytes), "call")).toBe(mean);
  });
});

describe("texts", () => {
  const rule = 'import "pe" rule r { condition: pe.sections[0].name == "x" }';
  const withName = (name: string) => {
    const bytes = Buffer.from(peFile());
    bytes.write(name.padEnd(8, "\0"), bytes.indexOf(".text"), "latin1");
    return bytes;
  };
  test.each([
    [".text", ".text"],
    ["a\x01\xff", "a\\x01\\xFF"],
    // What looks like the engine's escape of a byte, and is none.
    ["a\\x01", "a\\\\x01"],
    ["\\x41", "\\\\x41"],
  ])("%j", (name, shown) => {
    expect(shownValue(explained(rule, withName(name)), "member")).toBe(shown);
  });

  test("that cannot be told from the engine's escapes are unknown, and so is what hangs on them", () => {
    const { unavailable, condition, verdict } = explained(rule, withName("\\x01\x02"));
    expect(unavailable).toEqual({
      kind: "unknown",
      reason: "its bytes cannot be told from the engine's escapes",
    });
    expect({ state: condition?.state, verdict }).toEqual({ state: "unknown", verdict: "no match" });
  });
});

test("a value written for the engine is that value", () => {
  const numbers = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)];
  const floats = [0.5, -2.25, 0.1, 1e-7, 123456789012345680000, 1e25];
  const conditions = [
    ...numbers.map((value) => `${literalOf({ type: "integer", value })} == n`),
    ...floats.map((value) => `${literalOf({ type: "float", value })} == f`),
  ];
  for (const [index, condition] of conditions.entries()) {
    const externals = { n: numbers[index] ?? 0n, f: floats[index - numbers.length] ?? 0.25 };
    expect([condition, matching(newEngine(), `rule r { condition: ${condition} }`, "", externals)]).toEqual([
      condition,
      [0],
    ]);
  }
});
