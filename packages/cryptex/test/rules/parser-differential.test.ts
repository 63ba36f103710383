/** Our verdict on syntax beside libyara's, on random rules. Where they differ, docs/PARSER.md must say why. */
import { describe, expect, test } from "bun:test";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { parseRuleFile } from "../../src/rules/parser.ts";
import { RandomRules } from "./random-rules.ts";
import { isSyntaxMessage } from "./syntax-messages.ts";

const RULES = 12_000;

const engine = makeLibyara();

/** Errors of the engine; those of syntax, and the others. */
function engineErrors(source: string): { syntax: string[]; beyond: string[] } {
  const { rules, diagnostics } = engine.compile(Buffer.from(source, "latin1"), {});
  rules?.free();
  const messages = diagnostics.filter(({ level }) => level === "error").map(({ message }) => message);
  return {
    syntax: messages.filter((message) => isSyntaxMessage(message)),
    beyond: messages.filter((message) => !isSyntaxMessage(message)),
  };
}

function faultsOf(source: string): string[] {
  return parseRuleFile(Buffer.from(source, "latin1")).faults.map(({ message }) => message);
}

/** Rules that differ in verdict; empty where everything agrees. */
function differences(sources: readonly string[]): string[] {
  return sources.flatMap((source) => {
    const { syntax, beyond } = engineErrors(source);
    const faults = faultsOf(source);
    if (syntax.length > 0 === faults.length > 0 || (faults.length > 0 && beyond.length > 0)) return [];
    return [JSON.stringify({ source, engine: syntax, parser: faults })];
  });
}

describe("verdicts on random rules", () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed of the random rules: ${seed}`);
  const random = new RandomRules(seed);
  // The engine would be given a line feed behind the last line, too; without one it takes an open string at the end for nothing.
  const sources = Array.from({ length: RULES }, (_, index) => {
    const rule = random.rule();
    return `${index % 2 === 0 ? rule : random.damaged(rule)}\n`;
  });
  const sound = sources.filter((source) => faultsOf(source).length === 0);
  const broken = sources.filter((source) => faultsOf(source).length > 0);

  test("many are sound and many are not", () => {
    expect(sound.length).toBeGreaterThan(RULES / 5);
    expect(broken.length).toBeGreaterThan(RULES / 5);
  });

  test("libyara finds no fault of syntax where the parser finds none", () => {
    for (let index = 0; index < sound.length; index += 20) {
      const batch = sound.slice(index, index + 20);
      // A comment that one rule leaves open would hide the others.
      const together = batch.filter((source) => !source.includes("/*")).join("");
      const alone = batch.filter((source) => source.includes("/*"));
      const suspects = engineErrors(together).syntax.length > 0 ? batch : alone;
      expect(differences(suspects)).toEqual([]);
    }
  });

  test("libyara finds a fault where the parser finds one, and mostly one of syntax", () => {
    let beyond = 0;
    for (const source of broken) {
      const errors = engineErrors(source);
      // It stops at its first error, so one beyond syntax can hide ours.
      if (errors.syntax.length === 0 && errors.beyond.length > 0) beyond++;
      else if (errors.syntax.length === 0) expect(differences([source])).toEqual([]);
    }
    expect(beyond).toBeLessThan(broken.length / 10);
  });
});

test("a rule that the parser saves from a broken file is sound alone, and a lost one is not", () => {
  const random = new RandomRules(20);
  for (let round = 0; round < 300; round++) {
    const rules = [random.rule(), random.damaged(random.rule()), random.rule()];
    const source = `${rules.join("\n")}\n`;
    const file = parseRuleFile(Buffer.from(source, "latin1"));
    const saved = file.rules.map(({ span }) => source.slice(span.start, span.end)).join("\n");
    expect(engineErrors(saved).syntax).toEqual([]);
    for (const { span } of file.faults) {
      const { syntax, beyond } = engineErrors(`${source.slice(span.start, span.end)}\n`);
      expect(syntax.length + beyond.length).toBeGreaterThan(0);
    }
  }
});

test("a parser that knows one operator less would be caught", () => {
  const source = "rule a { condition: 1 iequals 2 }\n";
  const withoutOperator = source.replace("iequals", "jequals");
  expect(engineErrors(source).syntax).toEqual([]);
  expect(faultsOf(withoutOperator)).not.toEqual([]);
});

describe("limits are libyara's", () => {
  const nest = (open: string, depth: number, inner: string, close = ""): string =>
    `rule a { condition: ${open.repeat(depth)}${inner}${close.repeat(depth)} }\n`;
  const hex = (depth: number): string =>
    `rule a { strings: $a = { ${"(".repeat(depth)}41${")".repeat(depth)} } condition: $a }\n`;
  const text = (length: number, last = ""): string =>
    `rule a { strings: $a = "${"x".repeat(length)}${last}" condition: $a }\n`;
  const regex = (length: number, last = ""): string =>
    `rule a { condition: "" matches /${"x".repeat(length)}${last}/ }\n`;

  test.each([
    ["parentheses", nest("(", 9_984, "1", ")"), nest("(", 9_985, "1", ")")],
    ["parentheses around a statement", nest("(", 9_984, "true", ")"), nest("(", 9_985, "true", ")")],
    ["signs", nest("-", 9_985, "1"), nest("-", 9_986, "1")],
    ["not", nest("not ", 9_985, "true"), nest("not ", 9_986, "true")],
    ["sums to the right", nest("1 + (", 3_328, "1", ")"), nest("1 + (", 3_329, "1", ")")],
    ["or to the right", nest("true or (", 2_496, "true", ")"), nest("true or (", 2_497, "true", ")")],
    ["alternatives", hex(4_997), hex(4_998)],
    ["a string", text(8_190), text(8_191)],
    ["a string with an escape", text(8_189, "\\x41"), text(8_190, "\\x41")],
    ["a regular expression", regex(8_190), regex(8_191)],
    ["a regular expression with a slash", regex(8_189, "\\/"), regex(8_190, "\\/")],
    [
      "a name",
      `rule ${"a".repeat(128)} { condition: true }\n`,
      `rule ${"a".repeat(129)} { condition: true }\n`,
    ],
    ["a number", nest("", 0, "9223372036854775807"), nest("", 0, "9223372036854775808")],
    ["kilobytes", nest("", 0, "9007199254740991KB"), nest("", 0, "9007199254740992KB")],
    ["megabytes", nest("", 0, "8796093022207MB"), nest("", 0, "8796093022208MB")],
    ["a hex number", nest("", 0, "0x7fffffffffffffff"), nest("", 0, "0x8000000000000000")],
    ["an octal number", nest("", 0, "0o777777777777777777777"), nest("", 0, "0o1000000000000000000000")],
    ["repeats", regex(1, "{32767}"), regex(1, "{32768}")],
    ["a jump in alternatives", hexWith("(41 [200] 42)"), hexWith("(41 [201] 42)")],
    [
      "variables",
      nest("", 0, "for any i in (1..2) : (true)"),
      nest("", 0, "for any i, j in (1..2) : (true)"),
    ],
  ])("%s", (_name, last, first) => {
    expect([faultsOf(last), engineErrors(last).syntax]).toEqual([[], []]);
    expect(faultsOf(first)).toHaveLength(1);
    expect(engineErrors(first).syntax.length).toBeGreaterThan(0);
  });
});

function hexWith(tokens: string): string {
  return `rule a { strings: $a = { ${tokens} } condition: $a }\n`;
}
