/** Reports of other programs' users about rules that found too little or too much: each with its expected answer. */
import { describe, expect, test } from "bun:test";
import { runCryptex, type ScanResult, scan, WorkFolder } from "../support/program.ts";

async function scanned(
  rules: string,
  data: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<ScanResult> {
  const files = Object.entries(data).map(([name, content]) => [`data/${name}`, content]);
  using folder = new WorkFolder({ "set.yar": rules, ...Object.fromEntries(files) });
  return await scan(folder, "data", "--rules", "set.yar", ...args);
}

test("the parts of a hex string are found further apart than 4 KiB", async () => {
  const result = await scanned(
    [
      "rule limited { strings: $a = { 42 45 47 3A [4500-7000] 3A 45 4E 44 } condition: $a }",
      "rule open { strings: $a = { 42 45 47 3A [-] 3A 45 4E 44 } condition: $a }",
      "rule end { strings: $a = { 3A 45 4E 44 } condition: $a }",
    ].join("\n"),
    { "far.bin": `BEG:${"\x22".repeat(6000)}:END` },
  );
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([
    "data/far.bin end $a@6004+4",
    "data/far.bin limited $a@0+6008",
    "data/far.bin open $a@0+6008",
  ]);
});

describe("a string with thousands of matches", () => {
  const count = 4000;
  const rules = [
    `rule counted { strings: $a = "xy" condition: #a == ${count} }`,
    `rule placed { strings: $a = "xy" condition: $a at ${2 * count - 2} }`,
    `rule last { strings: $a = "xy" condition: @a[${count}] == ${2 * count - 2} }`,
    'rule other { strings: $b = "zw" condition: $b }',
  ].join("\n");
  const data = { "many.bin": `${"xy".repeat(count)}zw` };

  test("is counted to the last, and found at the last place", async () => {
    const result = await scanned(rules, data, "--max-strings", "10000");
    expect(result.exitCode).toBe(0);
    const places = result.events.flatMap((event) =>
      event.type === "match" ? [[event.rule, event.strings.length]] : [],
    );
    expect(Object.fromEntries(places)).toEqual({ counted: count, last: count, placed: 1, other: 1 });
  });

  test("a line that does not list all says how many there are", async () => {
    const result = await scanned(rules, data);
    const counted = result.events.find((event) => event.type === "match" && event.rule === "counted");
    expect(counted).toMatchObject({ strings_total: { $a: count } });
    expect(counted?.type === "match" && counted.strings.length).toBe(100);
  });
});

test("a sum of sixty terms, and parentheses in parentheses", async () => {
  const names = Array.from({ length: 60 }, (_, index) => index);
  const result = await scanned(
    [
      `rule score { strings: ${names.map((n) => `$t${n} = "term${n}_"`).join(" ")} condition: ${names.map((n) => `#t${n}`).join(" + ")} >= 3 }`,
      `rule deep { condition: ${"(".repeat(40)}filesize > 0${")".repeat(40)} }`,
    ].join("\n"),
    { "terms.txt": "term5_ term59_ term30_" },
  );
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual(["data/terms.txt deep", "data/terms.txt score $t30@15+7 $t5@0+6 $t59@7+7"]);
});

test("a word boundary in an alternative ends no scan, and the files behind are scanned as well", async () => {
  const result = await scanned(
    [
      'rule steady { strings: $a = "oars" condition: $a }',
      "rule shaky { strings: $a = /(\\bcat|\\w)\\w/ condition: $a }",
    ].join("\n"),
    { "one.txt": "oars", "two.txt": "oars: a cat ran", "zed.txt": "oars" },
  );
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([
    "data/one.txt shaky $a@0+2 $a@1+2 $a@2+2",
    "data/one.txt steady $a@0+4",
    "data/two.txt shaky $a@0+2 $a@1+2 $a@2+2 $a@8+2 $a@9+2 $a@12+2 $a@13+2",
    "data/two.txt steady $a@0+4",
    "data/zed.txt shaky $a@0+2 $a@1+2 $a@2+2",
    "data/zed.txt steady $a@0+4",
  ]);
});

test("without case, a class that leaves a letter out leaves it out in both cases", async () => {
  const result = await scanned("rule other { strings: $a = /[^k]/i condition: $a }", {
    "same.txt": "kKkK",
    "some.txt": "k-K",
  });
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual(["data/some.txt other $a@1+1"]);
});

const peers = ["yara", "yr"].filter((name) => Bun.which(name) !== null);
if (peers.length === 0)
  console.warn("skipped: rules on which engines differ: neither yara nor yr is installed");
test.skipIf(peers.length === 0)(
  "rules on which engines differ are named, and those on which they agree are not",
  async () => {
    using folder = new WorkFolder({
      "set.yar": [
        'rule agreed { strings: $a = "cc" condition: $a }',
        // YARA-X takes "0 of" for "0 or more of".
        'rule zero { strings: $a = "cc" $b = "dd" condition: 0 of them }',
        // YARA 4.2 has "none" true whatever the loop finds.
        "rule loop { condition: for none i in (1, 2) : ( i == 1 ) }",
      ].join("\n"),
      "data.bin": "cc",
    });
    const { exitCode, stdout } = await runCryptex(
      folder,
      "verify-engines",
      "data.bin",
      "--rules",
      "set.yar",
      "--json",
    );
    const expected = [...(peers.includes("yara") ? ["loop"] : []), ...(peers.includes("yr") ? ["zero"] : [])];
    const named = new Set(JSON.parse(stdout).differences.map(({ rule }: { rule: string }) => rule));
    expect([[...named].sort(), exitCode]).toEqual([expected, 4]);
  },
);
