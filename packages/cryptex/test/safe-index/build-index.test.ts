/** Indexes for targets: what is in them, what is not and why, and what the targets' own programs say of them. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { findProgram, runOtherProgram } from "../../src/other-engines/program.ts";
import type { Externals } from "../../src/rules/rule-set.ts";
import { buildIndex, type IndexReport } from "../../src/safe-index/build-index.ts";
import { TARGETS } from "../../src/safe-index/targets.ts";
import { FakePath } from "../support/fake-path.ts";
import { outcomeOf, RuleFolder } from "../support/rule-folder.ts";

const never = new AbortController().signal;

async function build(folder: RuleFolder, target: string, paths = ["index.yar"], externals: Externals = {}) {
  const { text, report } = await buildIndex(
    {
      ...folder.request(paths, { externals }),
      target: TARGETS.find(({ name }) => name === target)!,
      title: ["made by a test"],
    },
    { facts: ENGINE, newInstance: makeLibyara },
    never,
  );
  return { text: Buffer.from(text).toString("latin1"), report, dropped: droppedOf(folder, report) };
}

function droppedOf(folder: RuleFolder, { dropped_rules }: IndexReport): string[] {
  return dropped_rules.map(
    ({ rule, file, line, reason }) =>
      `${rule ?? "-"} ${folder.short(file)}:${line ?? "-"} ${folder.short(reason)}`,
  );
}

const MIXED = {
  "index.yar":
    '/*\ninclude "rules/old.yar"\n*/\ninclude "rules/plain.yar"\n// include "rules/old.yar"\ninclude "rules/mixed.yar"\n',
  "rules/plain.yar":
    'rule talks { meta: about = "cuckoo.sync" strings: $a = "birch" /* cuckoo.network */ $b = /birch|cuckoo.http/ condition: any of them }',
  "rules/mixed.yar":
    'import "cuckoo"\ninclude "sub/deep.yar"\nrule neighbour { strings: $a = "birch" condition: $a }\nrule asks { condition: cuckoo.sync.mutex(/x/) }\nrule leans { strings: $a = "birch" condition: $a and not asks }',
  "rules/sub/deep.yar": 'rule deep { strings: $a = "birch" condition: $a }',
  "rules/old.yar": "rule old { condition: true }",
};

describe("without programs of others", () => {
  test("rules are dropped and not files, with their dependants; nested includes are followed, commented ones not", async () => {
    using _ = new FakePath();
    using folder = new RuleFolder(MIXED);
    const { text, report, dropped } = await build(folder, "libyara-no-cuckoo");
    const kept = outcomeOf({ "safe.yar": text });
    expect(kept).toEqual({
      rules: ["talks", "deep", "neighbour"],
      namespaces: ["default", "default", "default"],
      lost: [],
    });
    expect(dropped).toEqual([
      'asks rules/mixed.yar:4 needs module "cuckoo", which libyara-no-cuckoo does not have: no report of a sandbox is given',
      'leans rules/mixed.yar:5 depends on "asks" (rules/mixed.yar:4), which is not evaluated',
    ]);
    expect(report).toMatchObject({
      rules: 5,
      kept: 3,
      dropped: 2,
      duplicates: 0,
      files: 4,
      compiled_by: ["libyara 4.5.5"],
    });
    expect(text).not.toContain("include");
    expect(text).not.toContain('import "cuckoo"');
    expect(text.startsWith("// made by a test\n")).toBe(true);
  });

  test("rules of modules that our engine lacks are kept for targets that have them, and this is said", async () => {
    using _ = new FakePath();
    using folder = new RuleFolder(MIXED);
    const { text, report } = await build(folder, "libyara-4.5");
    expect([report.kept, report.dropped]).toEqual([5, 0]);
    expect(text).toContain('import "cuckoo"');
    expect(report.compiled_by).toEqual(["libyara 4.5.5 (but for 2 rules with modules that it lacks)"]);
  });

  test("faults of the index are dropped rules, too; duplicates are counted apart; clashing names are made apart and named", async () => {
    using _ = new FakePath();
    using folder = new RuleFolder({
      "a.yar":
        'rule same { condition: true } rule two { condition: filesize > 1 }\nrule bad { condition: }\nrule type { condition: 1 == "a" }\ninclude "gone.yar"',
      "b.yar": "rule same { condition: true } rule two { condition: filesize > 2 }",
    });
    const { text, report, dropped } = await build(folder, "libyara-4.5", ["."]);
    expect(dropped).toEqual([
      'bad a.yar:2 syntax error: "}" cannot follow here: expected a condition',
      "type a.yar:3 type mismatch",
      '- a.yar:4 include "gone.yar": there is no such file',
    ]);
    expect(report.duplicates).toBe(1);
    expect(report.renamed_rules.map(({ rule, as, line }) => [rule, as, line])).toEqual([
      ["two", "two__2_made_apart", 1],
    ]);
    expect(outcomeOf({ "safe.yar": text }).rules).toEqual(["same", "two", "two__2_made_apart"]);
  });

  test("external variables are defined for targets that have them, and never for ClamAV", async () => {
    using _ = new FakePath();
    using folder = new RuleFolder({
      "index.yar": 'rule r { strings: $a = "abcd" condition: $a and score > 3 }',
    });
    expect((await build(folder, "libyara-4.5", undefined, { score: 1n })).report.kept).toBe(1);
    expect((await build(folder, "clamav", undefined, { score: 1n })).dropped).toEqual([
      'r index.yar:1 undefined name "score": no rule is called so, and clamav has no external variables',
    ]);
  });

  test("what ClamAV cannot read is written in another way: comments in hex strings, \\r", async () => {
    using _ = new FakePath();
    using folder = new RuleFolder({
      "index.yar":
        'rule r { strings: $a = { 61 62 /* no */ 63 // no\n 64 } $b = "a\\rb\\\\r" $c = "// \\x41" condition: all of them }',
    });
    const { text } = await build(folder, "clamav");
    expect(text).toContain("$a = { 61 62   63  \n 64 }");
    expect(text).toContain('$b = "a\\x0db\\\\r"');
    expect(text).toContain('$c = "// \\x41"');
  });
});

describe("with the target's program", () => {
  const rules = {
    "index.yar":
      'rule one { strings: $a = "one1" condition: $a }\nrule two { strings: $a = "two2" condition: $a }\nrule three { condition: two }\nrule four { strings: $a = "four" condition: $a }',
  };

  test("what it refuses is dropped with its reason, and what depends on that; then it is asked again", async () => {
    using _ = new FakePath({
      clamscan:
        'case "$1" in --version) echo "ClamAV 9.9.9/1"; exit;; esac\nif /bin/grep -q "rule two" "$3"; then echo "LibClamAV Error: cli_ac_addsig: cannot do it" >&2; echo "LibClamAV Warning: load_oneyara: clamav cannot support 1 input strings, skipping YARA.two" >&2; exit 2; fi\nif /bin/grep -q "rule four" "$3"; then echo "LibClamAV Error: yyerror(): /x/rules.yar line 4 odd" >&2; fi',
    });
    using folder = new RuleFolder({
      "index.yar": rules["index.yar"].replace(
        "rule three { condition: two }",
        'rule three { strings: $a = "3333" condition: $a and two }',
      ),
    });
    const { report, dropped } = await build(folder, "clamav");
    expect(dropped).toEqual([
      "two index.yar:2 clamscan 9.9.9: cannot do it",
      'three index.yar:3 depends on "two", which is not evaluated',
      "four index.yar:4 clamscan 9.9.9: odd",
    ]);
    expect(report.compiled_by).toEqual(["libyara 4.5.5", "clamscan 9.9.9"]);
  });

  test("one that fails without naming a rule is an error: nothing is written that it could not load", async () => {
    using folder = new RuleFolder(rules);
    for (const [script, why] of [
      ["echo broken >&2; exit 2", "exit code 2"],
      ["kill -SEGV $$", "ended by SIGSEGV"],
    ]) {
      using _ = new FakePath({
        clamscan: `case "$1" in --version) echo "ClamAV 9.9.9";; *) ${script};; esac`,
      });
      await expect(build(folder, "clamav")).rejects.toThrow(`clamscan 9.9.9 cannot load the rules (${why})`);
    }
  });

  test("one of another version is not asked", async () => {
    using _ = new FakePath({ yara: 'case "$1" in --version) echo 3.11.0;; *) exit 9;; esac' });
    using folder = new RuleFolder(rules);
    expect((await build(folder, "libyara-4.2")).report.compiled_by).toEqual(["libyara 4.5.5"]);
  });
});

/** Everything that a target's own program must be able to load, in one set. */
const ODD = {
  "index.yar": [
    'import "pe"',
    'rule plain { strings: $a = "birch" wide nocase fullword condition: $a at 0 and filesize < 1MB }',
    "rule hex { strings: $a = { 61 62 [2-4] 63 64 } $b = { 61 62 ?? (63 | 64 65) 66 67 } condition: 1 of them }",
    "rule short_part { strings: $a = { 61 62 [2-4] 63 } condition: $a }",
    "rule not_byte { strings: $a = { 61 62 ~63 64 65 } condition: $a }",
    'rule texts { strings: $a = "birch" condition: $a and "a" contains "b" }',
    'rule big_endian { strings: $a = "birch" condition: $a and uint16be(0) == 1 }',
    "rule signed { condition: pe.is_signed }",
    "rule zero { strings: $a = /ab{0}c/ condition: $a }",
    "rule commented { strings: $a = { 61 /* x */ 62 63 } condition: $a }",
    "rule last_hex { strings: $a = { 61 [2] 62 63 } condition: $a }",
  ].join("\n"),
};

describe("real programs", () => {
  const clamscan = findProgram("clamscan");
  test.skipIf(!clamscan)(
    "clamscan loads the index for clamav without a word, and every rule of it",
    async () => {
      using folder = new RuleFolder(ODD);
      const { report, text } = await build(folder, "clamav");
      expect(report.compiled_by).toHaveLength(2);
      writeFileSync(folder.at("safe.yar"), text, "latin1");
      writeFileSync(folder.at("data"), "birch");
      const { code, stderr } = await runOtherProgram(
        clamscan!,
        ["--no-summary", "-d", folder.at("safe.yar"), folder.at("data")],
        never,
      );
      expect([code, stderr]).toEqual([0, ""]);
      expect(report.kept).toBe(4);
    },
  );

  const yara = findProgram("yara");
  test.skipIf(!yara)("yara 4.2 loads the index for libyara-4.2 without a word", async () => {
    using folder = new RuleFolder(ODD);
    const { text, report } = await build(folder, "libyara-4.2");
    writeFileSync(folder.at("safe.yar"), text, "latin1");
    const { code, stderr } = await runOtherProgram(
      yara!,
      ["-w", folder.at("safe.yar"), folder.at("index.yar")],
      never,
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(report.dropped_rules.map(({ rule }) => rule)).toEqual(["not_byte", "signed", "zero"]);
  });
});
