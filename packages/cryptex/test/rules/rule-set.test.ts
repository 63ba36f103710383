/** A set of rules out of files: what is read, what is kept, what is lost and why. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import fc from "fast-check";
import { matchesOf, outcomeOf, RuleFolder } from "../support/rule-folder.ts";

describe("files", () => {
  test("a folder stands for the rule files below it, in the order of names; other files are none", () => {
    const { rules } = outcomeOf({
      "b.yar": "rule b { condition: true }",
      "a/z.yara": "rule az { condition: true }",
      "a.yar": "rule a { condition: true }",
      "notes.txt": "rule n { condition: true }",
      "upper.YAR": "rule u { condition: true }",
    });
    expect(rules).toEqual(["az", "a", "b", "u"]);
  });

  test("a file that is named may be called anything; the same file is read once, whatever leads to it", () => {
    using folder = new RuleFolder({ "set.txt": "rule a { condition: true }" });
    symlinkSync("set.txt", folder.at("link.yar"));
    const { rules, quarantined } = folder.compile(["set.txt", "link.yar", "./set.txt", "."]);
    expect(rules.map(({ syntax }) => syntax.name)).toEqual(["a"]);
    expect(quarantined).toEqual([]);
  });

  test("missing paths, links to nowhere and links in circles are named, and the rest is read", () => {
    using folder = new RuleFolder({ "a.yar": "rule a { condition: true }" });
    symlinkSync("nowhere.yar", folder.at("dead.yar"));
    mkdirSync(folder.at("sub"));
    symlinkSync("..", folder.at("sub/up"));
    const { rules, quarantined } = folder.compile([".", "absent.yar"]);
    expect(rules.map(({ syntax }) => syntax.name)).toEqual(["a"]);
    expect(
      quarantined.map(({ file, rule, line, reason }) => [folder.short(file), rule, line, reason]),
    ).toEqual([
      ["absent.yar", null, null, "cannot be read: there is no such file"],
      ["dead.yar", null, null, "cannot be read: the link leads nowhere"],
    ]);
  });

  test("a comment that is never closed is said", () => {
    const { rules, lost } = outcomeOf({
      "a.yar": "rule a { condition: true }\n/* rule b { condition: true }\n",
    });
    expect(rules).toEqual(["a"]);
    expect(lost).toEqual(["- a.yar:2 a comment is never closed: what follows it is not read"]);
  });
});

describe("includes", () => {
  test("are relative to the file that holds them, then to the include folders; two spellings are one file", () => {
    const { rules, lost } = outcomeOf(
      {
        "all.yar":
          'include "sub/mid.yar"\ninclude "sub/../sub/mid.yar"\ninclude "far.yar"\n/* include "no.yar" */\nrule top { strings: $a = "include \\"no.yar\\"" condition: $a }',
        "sub/mid.yar": 'include "leaf/leaf.yar"\nrule mid { condition: leaf }',
        "sub/leaf/leaf.yar": "rule leaf { condition: true }",
        "lib/far.yar": "rule far { condition: true }",
      },
      ["all.yar"],
      {},
    );
    expect(rules).toEqual(["leaf", "mid", "top"]);
    expect(lost).toEqual(['- all.yar:3 include "far.yar": there is no such file']);
    using folder = new RuleFolder({
      "all.yar": 'include "far.yar"',
      "lib/far.yar": "rule far { condition: true }",
    });
    const set = folder.compile(["all.yar"], { includeFolders: [folder.at("lib")] });
    expect(set.rules.map(({ syntax }) => syntax.name)).toEqual(["far"]);
  });

  test("in a circle, or too deep, take out what stood there and nothing else", () => {
    const circle = outcomeOf(
      {
        "a.yar": 'include "b.yar"\nrule a { condition: true }',
        "b.yar": 'rule b { condition: true }\ninclude "a.yar"',
      },
      ["a.yar"],
    );
    expect(circle.rules).toEqual(["b", "a"]);
    expect(circle.lost).toEqual(['- b.yar:2 include "a.yar": the file includes itself in a circle']);
    const deep: Record<string, string> = {};
    for (let i = 0; i < 20; i++)
      deep[`f${i}.yar`] = `rule r${i} { condition: true }\ninclude "f${i + 1}.yar"`;
    const { rules, lost } = outcomeOf(deep, ["f0.yar"]);
    expect(rules).toHaveLength(16);
    expect(lost).toEqual(['- f15.yar:2 include "f16.yar": more than 16 includes within each other']);
  });
});

describe("a fault takes out itself and what depends on it", () => {
  test("syntax, undefined names, refusals of the engine, each with file and line", () => {
    const { rules, lost } = outcomeOf({
      "a.yar": [
        "rule ok1 { condition: true }",
        "rule syntax { condition: }",
        "rule name {",
        "  condition:",
        "    nosuch }",
        'rule unused { strings: $a = "x" $b = "y"',
        "  condition: $a }",
        'rule type { condition: 1 == "a" }',
        "rule leans { condition: name and ok1 }",
        "rule leans2 { condition: leans or type }",
        "rule ok2 { condition: ok1 }",
      ].join("\n"),
    });
    expect(rules).toEqual(["ok1", "ok2"]);
    expect(lost).toEqual([
      'syntax a.yar:2 syntax error: "}" cannot follow here: expected a condition',
      'name a.yar:5 undefined name "nosuch": no rule, module or external variable is called so (--define nosuch=VALUE defines a variable)',
      'unused a.yar:7 unreferenced string "$b"',
      "type a.yar:8 type mismatch",
      'leans a.yar:9 depends on "name" (a.yar:3), which is not evaluated',
      'leans2 a.yar:10 depends on "leans" (a.yar:9), which is not evaluated',
    ]);
  });

  test("rules that lean on one that could not be parsed, by name or by wildcard", () => {
    const { rules, lost } = outcomeOf({
      "a.yar": [
        "rule helper_a { condition: ( }",
        "rule helper_b { condition: false }",
        "rule leans { condition: helper_a }",
        "rule all_of_them { condition: none of (helper_*) }",
        "rule other { condition: helper_b }",
      ].join("\n"),
    });
    expect(rules).toEqual(["helper_b", "other"]);
    expect(lost).toEqual([
      'helper_a a.yar:1 syntax error: "}" cannot follow here: expected a condition',
      'leans a.yar:3 depends on "helper_a" (a.yar:1), which is not evaluated',
      'all_of_them a.yar:4 depends on "helper_a" (a.yar:1), which is not evaluated',
    ]);
  });

  test("a file whose own rule could not be parsed does not take another file's", () => {
    const { rules, lost } = outcomeOf({
      "a.yar": "rule helper { condition: ( }\nrule user_a { condition: helper }",
      "b.yar": "rule helper { condition: true }\nrule user_b { condition: helper }",
    });
    expect(rules).toEqual(["helper", "user_b"]);
    expect(lost).toEqual([
      'helper a.yar:1 syntax error: "}" cannot follow here: expected a condition',
      'user_a a.yar:2 depends on "helper" (a.yar:1), which is not evaluated',
    ]);
  });

  test("any set of sound rules is untouched by any faulty neighbours", () => {
    const faults = [
      "condition: }",
      "condition: nosuch",
      'strings: $a = "x" condition: true',
      'condition: "a" > 1',
      "strings: $a = /a**/ condition: $a",
      'strings: $a = "x',
      "condition: pe.x",
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: faults.length - 1 }), { maxLength: 12 }), (kinds) => {
        const text = kinds
          .map((kind, i) => `rule r${i} { ${kind < 0 ? 'strings: $s = "s" condition: $s' : faults[kind]} }`)
          .join("\n");
        const sound = kinds.flatMap((kind, i) => (kind < 0 ? [`r${i}`] : []));
        const { rules, lost } = outcomeOf({ "a.yar": text });
        expect(rules).toEqual(sound);
        expect(lost.map((line) => line.split(" ")[0]).sort()).toEqual(
          kinds.flatMap((kind, i) => (kind < 0 ? [] : [`r${i}`])).sort(),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("rules that depend on each other are lost, in whatever direction; a rule that names itself is", () => {
    const { rules, lost } = outcomeOf({
      "a.yar":
        "rule a { condition: b } rule b { condition: c } rule c { condition: a } rule s { condition: s } rule d { condition: not a } rule e { condition: true }",
    });
    expect(rules).toEqual(["e"]);
    expect(lost).toHaveLength(5);
    expect(lost.join("\n")).toContain("depend on each other");
  });

  test("modules: one that this engine lacks, one that is not imported, one that another file imports", () => {
    const { rules, lost } = outcomeOf({
      "a.yar":
        'import "cuckoo"\nimport "pe"\nrule sandbox { condition: cuckoo.sync.mutex(/x/) }\nrule plain { condition: true }',
      "b.yar": "rule other_file { condition: pe.is_pe }\nrule forgot { condition: elf.type == 1 }",
    });
    expect(rules).toEqual(["plain", "other_file"]);
    expect(lost).toEqual([
      'sandbox a.yar:3 needs module "cuckoo", which this engine does not have: no report of a sandbox is given',
      'forgot b.yar:2 the module "elf" is not imported; add: import "elf"',
    ]);
  });

  test("external variables: those of the file are there, foreign ones lose their rules unless they are defined", () => {
    const files = {
      "a.yar":
        'rule own { condition: filename == "x" and filepath == "" and extension == "" and owner == "" and filetype == "" }\nrule foreign { condition: score > 3 }',
    };
    expect(outcomeOf(files).rules).toEqual(["own"]);
    expect(outcomeOf(files, undefined, { externals: { score: 5n } }).rules).toEqual(["own", "foreign"]);
    // The type counts: a text cannot be compared with a number.
    expect(outcomeOf(files, undefined, { externals: { score: "5" } }).lost).toEqual([
      "foreign a.yar:2 type mismatch",
    ]);
  });
});

describe("one name, several rules", () => {
  test("the same text is one rule, whatever its blanks and comments", () => {
    const { rules, lost } = outcomeOf({
      "a.yar": 'rule same { strings: $a = "x" condition: $a }',
      "b.yar":
        '\nrule same\n{\n  // a note\n  strings: $a = "x"\n  condition: $a\n}\nrule b { condition: same }',
    });
    expect(rules).toEqual(["same", "b"]);
    expect(lost).toEqual(["same b.yar:2 (harmless) duplicate of the rule in a.yar:1"]);
  });

  test("another text: both are kept, each in the namespace of its file, and serve their own dependants", () => {
    using folder = new RuleFolder({
      "a.yar": 'rule same { strings: $a = "one" condition: $a } rule a { condition: same }',
      "sub/b.yar": 'rule same { strings: $a = "two" condition: $a } rule b { condition: same }',
      "c.yar": "rule c { condition: same } rule alone { condition: true }",
    });
    const set = folder.compile();
    expect(set.quarantined.map(({ rule, reason }) => `${rule}: ${folder.short(reason)}`)).toEqual([
      'c: "same" may mean any of several rules: a.yar:1, sub/b.yar:1',
    ]);
    expect(matchesOf(set, "one")).toEqual(["a.yar/same", "a", "alone"]);
    expect(matchesOf(set, "two")).toEqual(["alone", "sub/b.yar/same", "b"]);
  });

  test("the same text that leans on different rules is not the same rule", () => {
    using folder = new RuleFolder({
      "a.yar": 'rule helper { strings: $a = "one" condition: $a } rule user { condition: helper }',
      "b.yar": 'rule helper { strings: $a = "two" condition: $a } rule user { condition: helper }',
    });
    const set = folder.compile();
    expect(set.quarantined).toEqual([]);
    expect(matchesOf(set, "two")).toEqual(["b.yar/helper", "b.yar/user"]);
  });

  test("twice in one file: both are kept and told apart by their lines", () => {
    using folder = new RuleFolder({
      "a.yar": 'rule r { strings: $a = "one" condition: $a }\nrule r { strings: $a = "two" condition: $a }',
    });
    const set = folder.compile();
    expect(matchesOf(set, "one two")).toEqual(["a.yar/r", "a.yar:2/r"]);
  });

  test("files of the same name in two folders have namespaces of their own", () => {
    using folder = new RuleFolder({
      "x/a.yar": "rule r { condition: filesize > 0 }",
      "y/a.yar": "rule r { condition: filesize > 1 }",
    });
    const { rules } = folder.compile(["x", "y"]);
    expect(rules.map(({ namespace }) => folder.short(namespace))).toEqual(["x/a.yar", "y/a.yar"]);
  });

  test("wildcards take in every rule of the name, made names neither more nor less", () => {
    using folder = new RuleFolder({
      "a.yar":
        'rule apt { strings: $a = "one" condition: $a } rule apt_x { strings: $a = "three" condition: $a } rule any_apt { condition: any of (apt*) } rule any_under { condition: any of (apt_*) }',
      "b.yar": 'rule apt { strings: $a = "two" condition: $a }',
    });
    const set = folder.compile();
    expect(set.quarantined).toEqual([]);
    expect(matchesOf(set, "two")).toEqual(["b.yar/apt", "any_apt"]);
    expect(matchesOf(set, "three")).toEqual(["apt_x", "any_apt", "any_under"]);
  });

  test("a wildcard whose rules are lost in part is lost", () => {
    const { rules, lost } = outcomeOf({
      "a.yar":
        "rule p_1 { condition: true } rule p_2 { condition: nosuch } rule w { condition: any of (p_*) } rule nothing { condition: any of (q_*) }",
    });
    expect(rules).toEqual(["p_1"]);
    expect(lost.map((line) => line.split(" ")[0])).toEqual(["p_2", "w", "nothing"]);
  });
});

describe("order", () => {
  test("a helper comes before its users, wherever it stands; all else stays in the order of the files", () => {
    const { rules } = outcomeOf({
      "aa.yar": "rule one { condition: true } rule user { condition: helper } rule two { condition: true }",
      "zz.yar":
        "rule three { condition: true } private rule helper { condition: deeper } private rule deeper { condition: true }",
    });
    expect(rules).toEqual(["one", "deeper", "helper", "user", "two", "three"]);
  });

  test("a chain of 5,000 rules, the last one first", () => {
    const count = 5_000;
    const text = Array.from(
      { length: count },
      (_, i) => `rule r${i} { condition: ${i + 1 < count ? `r${i + 1}` : "true"} }`,
    ).join("\n");
    const { rules, lost } = outcomeOf({ "a.yar": text });
    expect(lost).toEqual([]);
    expect([rules.length, rules[0]]).toEqual([count, `r${count - 1}`]);
  });

  test("global rules hold for all files; a private rule is not reported", () => {
    using folder = new RuleFolder({
      "a.yar":
        'global private rule small { condition: filesize < 10 } rule a { strings: $a = "x" condition: $a }',
      "b.yar": 'rule b { strings: $a = "x" condition: $a }',
    });
    const set = folder.compile();
    expect(matchesOf(set, "x")).toEqual(["a", "b"]);
    expect(matchesOf(set, "x".repeat(20))).toEqual([]);
  });
});

test("a mark of byte order, CR LF and bytes beyond ASCII stay what they are", () => {
  using folder = new RuleFolder({
    "a.yar":
      '\xef\xbb\xbfrule bom { strings: $a = "caf\xe9" condition: $a }\r\nrule crlf {\r\n  condition:\r\n    nosuch\r\n}\r\n',
  });
  const set = folder.compile();
  expect(matchesOf(set, "caf\xe9")).toEqual(["bom"]);
  expect(set.quarantined.map(({ rule, line }) => [rule, line])).toEqual([["crlf", 4]]);
});
