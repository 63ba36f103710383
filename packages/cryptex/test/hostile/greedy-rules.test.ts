/** Rules that want more than there is: each costs itself, or the file, and says so. */
import { expect, test } from "bun:test";
import { runScan } from "../../src/scan-runner/runner.ts";
import { MAX_SIZE } from "../../src/scan-runner/walk.ts";
import { dexFile } from "../support/files/dex.ts";
import { RuleFolder } from "../support/rule-folder.ts";
import { expectCountsOf, ownThread, ruleSetOf } from "./support.ts";

async function scan(source: string, content: string) {
  using rules = new RuleFolder({ "rules.yar": source });
  using files = new RuleFolder({ file: content });
  const events = await Array.fromAsync(
    runScan({
      ruleSet: ruleSetOf(rules),
      walk: { roots: [files.path], exclude: [], maxSize: MAX_SIZE, maxDepth: 1, follow: false },
      threads: 1,
      timeoutMs: 60_000,
      maxStrings: 1_000_000,
      signal: new AbortController().signal,
      startThread: ownThread,
    }),
  );
  return { events, end: expectCountsOf(events) };
}

const MANY = Array.from({ length: 20_000 }, () => "1").join(", ");

test("a condition with more operands than the engine's stack holds costs its rule and those that rest on it", async () => {
  const { events, end } = await scan(
    `rule greedy { condition: for any i in (${MANY}) : (i == 2) }
     rule rests { condition: greedy or true }
     rule other { condition: true }`,
    "x",
  );
  expect(events.flatMap((event) => (event.type === "match" ? [event.rule] : []))).toEqual(["other"]);
  const lost = events.flatMap((event) =>
    event.type === "quarantine" ? [`${event.rule}: ${event.reason}`] : [],
  );
  expect(lost).toEqual([
    "greedy: the engine gave up on the rule in this file: its condition has too many operands",
    "rests: rests on greedy, on which the engine gave up in this file",
  ]);
  expect(end).toMatchObject({ complete: false, scanned: 1, matched: 1 });
});

test("console.log has an end, and the last line says what is left out", async () => {
  const { events, end } = await scan(
    `import "console"
     rule talks { condition: for all i in (1..30000) : (console.log("${"a".repeat(100)}")) }`,
    "x",
  );
  const logs = events.flatMap((event) => (event.type === "log" ? [event.message] : []));
  expect(logs.length).toBeGreaterThan(10_000);
  expect(logs.length).toBeLessThan(11_000);
  expect(logs.at(-1)).toBe(`and ${30_000 - (logs.length - 1)} more, which are left out`);
  expect(end).toMatchObject({ complete: true, matched: 1 });
});

test.each([
  ["string_ids", 0x38, 4],
  ["type_ids", 0x40, 4],
  ["proto_ids", 0x48, 4],
  ["field_ids", 0x50, 8],
  ["method_ids", 0x58, 8],
  ["class_defs", 0x60, 32],
])("a count of %s that overflows 32 bits is no small one", async (_, at, divisor) => {
  const { bytes } = dexFile([{ name: "Lcom/example/Main;", fields: ["x"], methods: ["run"] }]);
  const content = Buffer.from(bytes);
  // Times the size of an item, of which the divisor is a part, it is 0 in 32 bits.
  content.writeUInt32LE(2 ** 32 / divisor, at);
  const rule = 'import "dex" rule seen { condition: defined dex.header.file_size }';
  const { end } = await scan(rule, content.toString("latin1"));
  expect(end).toMatchObject({ complete: true, scanned: 1, matched: 1, errors: 0 });
});

test("strings of one byte: the list of matches has an end, the totals do not", async () => {
  const strings = Array.from({ length: 20 }, (_, i) => `$a${i} = "a"`).join(" ");
  const { events } = await scan(
    `rule many { strings: ${strings} condition: all of them }`,
    "a".repeat(60_000),
  );
  const [match] = events.flatMap((event) => (event.type === "match" ? [event] : []));
  expect(match!.strings).toHaveLength(100_000);
  expect(Object.values(match!.strings_total!)).toEqual(Array.from({ length: 19 }, () => 60_000));
});
