/** Reports of other programs' users about rule files: each with its expected answer. One bad rule, file or clash takes nothing else along. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { elfFile } from "../support/files/elf.ts";
import { peFile } from "../support/files/pe.ts";
import { runCryptex, scan, WorkFolder } from "../support/program.ts";

test("a rule that misses an operator, in the middle of a file, costs itself alone", async () => {
  using folder = new WorkFolder({
    "set.yar": [
      'rule before { strings: $a = "walrus" condition: $a }',
      "rule halved {",
      '  strings: $a = "marble"',
      "  condition:",
      "    all of them",
      "    filesize < 1MB",
      "}",
      'rule after { strings: $a = "marble" condition: $a and filesize < 1MB }',
    ].join("\n"),
    "data/one.txt": "a walrus on marble",
    "data/two.txt": "nothing of it",
  });
  const result = await scan(folder, "data", "--rules", "set.yar");
  expect(result.exitCode).toBe(3);
  expect(result.matches).toEqual(["data/one.txt after $a@12+6", "data/one.txt before $a@2+6"]);
  expect(result.quarantined).toEqual(["set.yar:6 halved"]);
  expect(result.end).toMatchObject({ complete: false, scanned: 2, errors: 0 });
});

test("an include is relative to the file that it stands in, once by whatever spelling, and none in comments and texts", async () => {
  using folder = new WorkFolder({
    "set/top.yar": [
      '/* include "gone/one.yar"',
      "*/",
      '// include "gone/two.yar"',
      'include "./deep/middle.yar"',
      'include "deep/../deep/middle.yar"',
      'rule top { meta: text = "include \\"three.yar\\"" strings: $a = "willow" condition: $a }',
    ].join("\n"),
    "set/deep/middle.yar":
      'include "down/leaf.yar"\nrule middle { strings: $a = "hazel" condition: $a and leaf }\n',
    "set/deep/down/leaf.yar": 'rule leaf { strings: $a = "rowan" condition: $a }\n',
    "data/trees.txt": "rowan, hazel, willow",
  });
  const result = await scan(folder, "data", "--rules", "set/top.yar");
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([
    "data/trees.txt leaf $a@0+5",
    "data/trees.txt middle $a@7+5",
    "data/trees.txt top $a@14+6",
  ]);
  expect(result.quarantined).toEqual([]);
});

test("a byte order mark is no part of a rule, and a text is found as its bytes stand in the file", async () => {
  const mark = "\xef\xbb\xbf";
  using folder = new WorkFolder({
    "set/mark.yar": `${mark}rule marked { strings: $a = "plum" condition: $a }\r\n`,
    "set/latin.yar":
      '// caf\xe9\nrule latin { meta: owner = "Zo\xeb" strings: $a = "caf\xe9" condition: $a }\n',
    "set/utf.yar": 'rule utf { strings: $a = "caf\xc3\xa9" condition: $a }\n',
    "data/latin.txt": "plum caf\xe9",
    "data/utf.txt": "plum caf\xc3\xa9",
  });
  const result = await scan(folder, "data", "--rules", "set");
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([
    "data/latin.txt latin $a@5+4",
    "data/latin.txt marked $a@0+4",
    "data/utf.txt marked $a@0+4",
    "data/utf.txt utf $a@5+5",
  ]);
  const latin = result.events.find((event) => event.type === "match" && event.rule === "latin");
  expect(latin).toMatchObject({
    meta: [{ key: "owner", value_bytes: Buffer.from("Zo\xeb", "latin1").toString("base64") }],
  });
});

test("the same rule in two sets is there once, named as a duplicate, and nothing is incomplete by it", async () => {
  using folder = new WorkFolder({
    "one.yar":
      'rule first { strings: $a = "lynx" condition: $a }\nrule both { strings: $a = "mole" condition: $a }\n',
    "two.yar":
      'rule second { strings: $a = "newt" condition: $a }\nrule both\n{\n  strings:\n    $a = "mole"\n  condition: $a\n}\n',
    "data/animals.txt": "lynx mole newt",
  });
  const result = await scan(folder, "data", "--rules", "one.yar", "--rules", "two.yar");
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([
    "data/animals.txt both $a@5+4",
    "data/animals.txt first $a@0+4",
    "data/animals.txt second $a@10+4",
  ]);
  expect(result.quarantined).toEqual(["two.yar:2 both"]);
  expect(result.events.find((event) => event.type === "quarantine")).toMatchObject({
    reason: expect.stringMatching(/duplicate/i),
    harmless: true,
  });
});

test("a helper in a file that sorts behind its user's is found", async () => {
  const text = "stamp";
  const elf = elfFile({
    bits: 64,
    littleEndian: true,
    type: 2,
    machine: 62,
    sections: [{ name: ".text", flags: 6, content: Buffer.from(text) }],
    symbols: [],
    dynamicSymbols: [],
    dynamic: [],
  });
  using folder = new WorkFolder({
    "set/a-user.yar": `rule tiny { strings: $a = "${text}" condition: $a and is_elf and filesize < 4KB }\n`,
    "set/z-helper.yar": "private rule is_elf { condition: uint32(0) == 0x464c457f }\n",
    "data/program": elf.bytes,
    "data/text.txt": text,
  });
  const result = await scan(folder, "data", "--rules", "set");
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([`data/program tiny $a@${Buffer.from(elf.bytes).indexOf(text)}+5`]);
  expect(result.end?.scanned).toBe(2);
});

test("a module that is missing costs the rules that use it, and its import costs none", async () => {
  const program = peFile({
    bits: 32,
    timestamp: 1,
    characteristics: 0x102,
    subsystem: 3,
    dllCharacteristics: 0,
    linkerVersion: [14, 0],
    osVersion: [6, 0],
    imageBase: 0x400000,
    checksum: 0,
    sections: [
      { name: ".text", characteristics: 0x60000020, content: new Uint8Array(512) },
      { name: ".data", characteristics: 0xc0000040, content: new Uint8Array(512) },
    ],
    overlay: Buffer.from("PLAQUE"),
  });
  using folder = new WorkFolder({
    "set.yar": [
      'import "cuckoo"',
      'import "pe"',
      "rule two_sections { condition: pe.number_of_sections == 2 and pe.overlay.size == 6 }",
      'rule sandboxed { strings: $a = "PLAQUE" condition: $a and cuckoo.sync.mutex(/any/) }',
      'rule plain { strings: $a = "PLAQUE" condition: $a }',
    ].join("\n"),
    "data/program.exe": program.bytes,
  });
  const result = await scan(folder, "data", "--rules", "set.yar");
  expect(result.exitCode).toBe(3);
  expect(result.matches).toEqual([
    `data/program.exe plain $a@${program.bytes.length - 6}+6`,
    "data/program.exe two_sections",
  ]);
  expect(result.quarantined).toEqual(["set.yar:4 sandboxed"]);
  expect(result.events.find((event) => event.type === "quarantine")).toMatchObject({
    reason: expect.stringContaining("cuckoo"),
  });
});

/** Texts in which words look like the ends and beginnings of rules. */
const TRICKY = [
  "rule braces",
  "{",
  '  meta: plant = "lupin"',
  "  strings:",
  "    $a = { 51 52 // } rule none { condition: true }",
  "           53 /* }",
  "           { */ 54 }",
  "  condition: $a",
  "}",
  "rule slashes {",
  '  meta: plant = "lupin" more = "}{" link = "http://example/*none*/"',
  "  strings: $a = /Q[RX]S\\/?T/ // } none",
  '           $b = /[}{"]{0}QRST/',
  "  condition: $a or $b",
  "}",
  'rule quotes { strings: $a = "} rule none { condition: true } //" $b = "QRST" condition: $b and not $a }',
  'rule last { strings: $a = "\\"}" $b = "QRST" condition: $b and not $a }',
  "",
].join("\n");

test("braces, quotes and slashes in texts, comments and expressions end no rule", async () => {
  using folder = new WorkFolder({ "tricky.yar": TRICKY, "data/four.bin": "QRST" });
  const result = await scan(folder, "data", "--rules", "tricky.yar");
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([
    "data/four.bin braces $a@0+4",
    "data/four.bin last $b@0+4",
    "data/four.bin quotes $b@0+4",
    "data/four.bin slashes $a@0+4 $b@0+4",
  ]);
  const { stdout } = await runCryptex(
    folder,
    "rules",
    "find",
    "--rules",
    "tricky.yar",
    "--json",
    "plant:lupin",
  );
  expect(
    JSON.parse(stdout).rules.map(({ name, line }: { name: string; line: number }) => [name, line]),
  ).toEqual([
    ["braces", 1],
    ["slashes", 10],
  ]);
});

test("two quantifiers in a row are refused by name, and never a rule that finds nothing", async () => {
  using folder = new WorkFolder({
    "set.yar": [
      "rule one { strings: $a = /key_\\d{1,3}/ condition: $a }",
      "rule plus { strings: $a = /key_\\d+{1,3}/ condition: $a }",
      "rule twice { strings: $a = /[a-z]{2}{2}/ condition: $a }",
    ].join("\n"),
    "data/key.txt": "key_123 abcd",
  });
  const result = await scan(folder, "data", "--rules", "set.yar");
  expect(result.exitCode).toBe(3);
  expect(result.matches).toEqual(["data/key.txt one $a@0+7"]);
  expect(result.quarantined).toEqual(["set.yar:2 plus", "set.yar:3 twice"]);
  for (const event of result.events) {
    if (event.type === "quarantine") expect(event.reason).toMatch(/quantif|repeat|syntax/);
  }
  const lint = await runCryptex(folder, "rules", "lint", "set.yar", "--fail-on", "lint");
  expect([lint.exitCode, lint.stdout]).toEqual([4, expect.stringMatching(/plus(.|\n)*twice/)]);
});

test("an index for engines without a module leaves rules out, not files, and what depends on them", async () => {
  using folder = new WorkFolder({
    "index.yar": [
      "/*",
      'include "./rules/none.yar"',
      "*/",
      'include "./rules/plain.yar"',
      '// include "./rules/broken.yar"',
      'include "./rules/mixed.yar"',
      'include "./rules/more.yar"',
    ].join("\n"),
    "rules/plain.yar": [
      'import "cuckoo" // of no use',
      'rule mentions { meta: about = "cuckoo.sync" strings: $a = "beryl" /* cuckoo.network */ condition: $a }',
      "rule in_regex { strings: $a = /ber[y]l|cuckoo.http/ condition: $a }",
    ].join("\n"),
    "rules/mixed.yar": [
      'import "cuckoo"',
      "rule asks { condition: cuckoo.sync.mutex(/m/) }",
      'rule depends { strings: $a = "beryl" condition: $a and not asks }',
      'rule beside { strings: $a = "beryl" condition: $a }',
    ].join("\n"),
    "rules/broken.yar": "rule of syntax error",
    "rules/more.yar": 'include "deep/last.yar"',
    "rules/deep/last.yar": [
      'import "cuckoo"',
      'rule kept { strings: $a = "beryl" condition: $a }',
      "rule lost { condition: cuckoo.network.http_get(/g/) }",
    ].join("\n"),
    "data/gem.txt": "beryl",
  });
  const built = await runCryptex(
    folder,
    "index",
    "build",
    "index.yar",
    "--target",
    "libyara-no-cuckoo",
    "-o",
    "safe.yar",
  );
  expect([built.stderr, built.exitCode]).toEqual([expect.any(String), 0]);
  const report = JSON.parse(readFileSync(folder.at("safe.yar.json"), "utf8"));
  const dropped = report.dropped_rules.map(
    ({ rule, file, line }: { rule: string; file: string; line: number }) => `${file}:${line} ${rule}`,
  );
  expect(dropped.sort()).toEqual([
    "rules/deep/last.yar:3 lost",
    "rules/mixed.yar:2 asks",
    "rules/mixed.yar:3 depends",
  ]);
  const result = await scan(folder, "data", "--rules", "safe.yar");
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([
    "data/gem.txt beside $a@0+5",
    "data/gem.txt in_regex $a@0+5",
    "data/gem.txt kept $a@0+5",
    "data/gem.txt mentions $a@0+5",
  ]);
});
