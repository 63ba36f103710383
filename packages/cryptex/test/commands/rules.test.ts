/** `rules lint`, `rules cost` and `rules deps` from their command line to their exit code. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { InputError, UsageError } from "#kit/errors.ts";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { product } from "../../src/product.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const folder = new RuleFolder({
  "good.yar": 'rule good { strings: $a = "a good string" condition: $a }',
  "hint.yar": 'rule hinted { strings: $a = "abc" condition: $a }',
  "warn.yar": "rule warned { condition: filesize >= 0 }",
  "bad.yar": "rule bad { condition: nobody }\nrule fine { condition: true }",
  "quantifiers.yar": [
    'rule single { strings: $t = "abcd" condition: $t }',
    "rule plus_range { strings: $t = /ab+{1,3}cd/ condition: $t }",
    "rule range_range { strings: $t = /a{2}{2}/ condition: $t }",
  ].join("\n"),
  "hostile.yar": 'rule r { condition: \x1b[31mred }\nrule ok { strings: $a = "abcdef" condition: $a }',
  "deps.yar":
    'import "pe"\nrule base { condition: pe.is_pe }\nrule top { condition: base and filename == "a" }\nrule lost { condition: nobody }',
  "sample/one.txt": "here is a good string",
  "sample/two.txt": "nothing",
});
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.at("empty"));

const trial = { ...product, deps: () => ({ env: { HOME: folder.at("home") } }) };

async function run(...args: readonly string[]) {
  const io = fakeIo();
  const code = await runApp(trial, args, io);
  const text = folder.short(io.written().toString());
  return { code, text, talk: folder.short(io.talk()), json: () => JSON.parse(text) };
}
const at = (name: string) => folder.at(name);

describe("rules lint", () => {
  test.each([
    ["good.yar", 0],
    ["hint.yar", 0],
    ["warn.yar", 4],
    ["bad.yar", 4],
    // Two quantifiers in a row: legal elsewhere, and then without a match.
    ["quantifiers.yar", 4],
  ] as const)("%s with --fail-on lint: exit %i, without 0", async (name, code) => {
    expect((await run("rules", "lint", at(name), "--fail-on", "lint")).code).toBe(code);
    expect((await run("rules", "lint", at(name))).code).toBe(0);
  });

  test("a file that cannot be read is not linted: exit 3", async () => {
    const { code, text } = await run("rules", "lint", at("good.yar"), at("absent.yar"));
    expect(code).toBe(3);
    expect(text).toContain("absent.yar: error: cannot be read: there is no such file [unreadable]");
  });

  test("a line a finding: place, severity, rule, words, code; then what to do; then the counts", async () => {
    const { text } = await run("rules", "lint", at("warn.yar"));
    expect(text).toBe(
      [
        "warn.yar:1: warning: rule warned: this comparison is always true: it is never below 0 [always-true]",
        "  take it out, or compare with the value that was meant",
        "0 errors, 1 warning, 0 hints in 1 rule of 1 file",
        "",
      ].join("\n"),
    );
  });

  test("JSON has the counts and the findings", async () => {
    const { json } = await run("rules", "lint", at("bad.yar"), at("hint.yar"), "--json");
    expect(json()).toMatchObject({ schema: 1, files: 2, rules: 3, errors: 1, warnings: 0, hints: 1 });
    expect(json().findings[0]).toEqual({
      file: "bad.yar",
      line: 1,
      rule: "bad",
      severity: "error",
      code: "undefined-name",
      message: expect.stringContaining('undefined name "nobody"'),
    });
    expect(json().findings[1]).toMatchObject({
      file: "hint.yar",
      severity: "hint",
      hint: expect.any(String),
    });
  });

  test("text of rule files does not reach the terminal as it is", async () => {
    for (const args of [[], ["--json"]]) {
      const { text } = await run("rules", "lint", at("hostile.yar"), ...args);
      expect(text).toContain("[syntax]".slice(1, -1));
      expect(text).not.toContain("\x1b");
    }
  });

  test("where there is no rule, nothing is all right: exit 1", async () => {
    folder.write("none/readme.txt", "no rule");
    for (const path of ["none", "none.yar"]) {
      folder.write("none.yar", "// no rule\n");
      const { code, talk } = await run("rules", "lint", at(path));
      expect([code, talk]).toEqual([
        1,
        expect.stringContaining("nothing was looked at: there is no rule in"),
      ]);
    }
  });

  test("no rules are named", async () => {
    const failure = await rejectionOf(runApp(trial, ["rules", "lint"], fakeIo()));
    expect(failure).toBeInstanceOf(UsageError);
  });
});

test("index build: what is printed as JSON commands no terminal, and is what the file holds", async () => {
  folder.write("odd\x9b31m.yar", "rule odd { condition: nobody }");
  const [index, out] = [at("odd\x9b31m.yar"), at("out.yar")];
  const { text, json } = await run("index", "build", index, "--target", "libyara-4.5", "-o", out, "--json");
  expect(text).not.toContain("\x9b");
  expect(json().dropped_rules[0].file).toBe("odd\x9b31m.yar");
  expect(JSON.parse(folder.short(readFileSync(`${out}.json`, "utf8")))).toEqual(json());
});

describe("rules cost", () => {
  test("by atoms: a table, and JSON", async () => {
    const { code, text } = await run("rules", "cost", at("good.yar"), at("hint.yar"));
    expect(code).toBe(0);
    expect(text).toEndWith(
      "hinted  hint.yar:1\n  $a has 3 fixed bytes, fewer than the 4 that the engine searches by: it is found by chance in many files: make it longer, or ask for others beside it\n",
    );
    expect(text.split("\n")[1]).toMatch(/^hinted +0 +227 +1 +\$a: 61 62 63 +hint\.yar:1$/);
    const { json } = await run("rules", "cost", "--rules", at("hint.yar"), "--json");
    expect(json()).toEqual({
      schema: 1,
      sample: null,
      rules: [
        {
          rule: "hinted",
          namespace: "default",
          file: "hint.yar",
          line: 1,
          quality: 227,
          entries: 1,
          tries_per_mib: 0.0625,
          advice: [expect.stringContaining("$a has 3 fixed bytes")],
          strings: [
            { id: "$a", line: 1, quality: 227, atoms: ["61 62 63"], entries: 1, tries_per_mib: 0.0625 },
          ],
        },
      ],
      not_evaluated: [],
    });
  });

  test("on a sample, in a thread", async () => {
    const { code, json } = await run("rules", "cost", at("good.yar"), "--sample", at("sample"), "--json");
    expect(code).toBe(0);
    expect(json().sample).toEqual({
      files: 2,
      bytes: 28,
      left_out: 0,
      runs: 3,
      floor_us_per_mib: expect.any(Number),
    });
    expect(json().rules).toMatchObject([
      { rule: "good", us_per_mib: expect.any(Number), matches: 1, reason: null },
    ]);
  });

  test("the sample is taken as far as there is room, and what is left out is counted", async () => {
    const { json } = await run(
      "rules",
      "cost",
      at("good.yar"),
      "--sample",
      at("sample"),
      "--sample-size",
      "10",
      "--json",
    );
    expect(json().sample).toMatchObject({ files: 1, bytes: 7, left_out: 1 });
    const nothing = ["rules", "cost", at("good.yar"), "--sample", at("sample"), "--sample-size", "1"];
    expect(await rejectionOf(runApp(trial, nothing, fakeIo()))).toBeInstanceOf(InputError);
    expect(await rejectionOf(runApp(trial, [...nothing.slice(0, 4), at("empty")], fakeIo()))).toBeInstanceOf(
      InputError,
    );
  });

  test("a rule at fault: exit 3, named on stderr; the others are there", async () => {
    const { code, text, talk } = await run("rules", "cost", at("bad.yar"), "--sample", at("sample"));
    expect(code).toBe(3);
    expect(talk).toContain("bad.yar:1: rule bad: undefined name");
    expect(text).toContain("fine");
  });

  test("as a picture: a bar a rule, the dearest first", async () => {
    const { text } = await run(
      "rules",
      "cost",
      at("good.yar"),
      at("hint.yar"),
      "--format",
      "svg",
      "--top",
      "1",
    );
    expect(text).toContain("The 1 dearest of 2 rules");
    expect([...text.matchAll(/<g><title>([^<]*)/g)].map(([, name]) => name)).toEqual([
      "hinted  hint.yar:1: 0",
    ]);
    const measured = await run("rules", "cost", at("good.yar"), "--sample", at("sample"), "--format", "svg");
    expect(measured.text).toContain("microseconds of the processor");
  });

  test("options of the sample need one", async () => {
    const failure = await rejectionOf(
      runApp(trial, ["rules", "cost", at("good.yar"), "--runs", "2"], fakeIo()),
    );
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toContain("--runs needs --sample");
  });

  test("an interrupt ends it, even inside a rule that never ends", async () => {
    folder.write("endless/r.yar", "rule endless { condition: for all i in (0..1000000000000) : (i >= 0) }");
    const io = fakeIo();
    const args = ["rules", "cost", at("endless"), "--sample", at("sample"), "--timeout", "100000"];
    const end = rejectionOf(runApp(trial, args, io));
    setTimeout(() => io.interrupt.abort(new Error("stop")), 300);
    expect(String(await end)).toContain("stop");
  });
});

describe("rules deps", () => {
  test("a tree both ways, with files", async () => {
    const { code, text } = await run("rules", "deps", "base", "top", "--rules", at("deps.yar"));
    expect(code).toBe(0);
    expect(text).toBe(
      [
        "base  deps.yar:2",
        "  needs",
        "    module pe",
        "  needed by",
        "    rule top  deps.yar:3",
        "  files",
        "    deps.yar",
        "",
        "top  deps.yar:3",
        "  needs",
        "    external filename",
        "    rule base  deps.yar:2",
        "      module pe",
        "  files",
        "    deps.yar",
        "",
      ].join("\n"),
    );
  });

  test("JSON; a rule that is not evaluated is named, exit 3", async () => {
    const { code, json } = await run("rules", "deps", "top", "lost", "--rules", at("deps.yar"), "--json");
    expect(code).toBe(3);
    const place = { namespace: "default", file: "deps.yar" };
    expect(json()).toEqual({
      schema: 1,
      rules: [
        {
          rule: "top",
          ...place,
          line: 3,
          modules: [],
          externals: ["filename"],
          files: ["deps.yar"],
          uses: [{ rule: "base", ...place, line: 2 }],
          used_by: [],
        },
      ],
      not_evaluated: [{ rule: "lost", file: "deps.yar", line: 4, reason: expect.stringContaining("nobody") }],
    });
  });

  test("a picture and Mermaid show what the named rules need and what needs them", async () => {
    const { code, text } = await run(
      "rules",
      "deps",
      "base",
      "--rules",
      at("deps.yar"),
      "--format",
      "mermaid",
    );
    expect(code).toBe(0);
    expect(text.split("\n").slice(4, -2)).toEqual([
      '  n0["base<br/>deps.yar:2"]',
      '  n1["module pe"]:::beside',
      '  n2["top<br/>deps.yar:3"]',
      '  n3["external filename"]:::beside',
      "  n0 --> n1",
      "  n2 --> n3",
      "  n2 --> n0",
    ]);
    const file = at("deps.svg");
    const svg = await run("rules", "deps", "--rules", at("deps.yar"), "--format", "svg", "-o", file);
    expect(svg).toMatchObject({
      code: 3,
      text: "",
      talk: expect.stringContaining("rule lost: undefined name"),
    });
    expect(readFileSync(file, "utf8").match(/<rect /g)).toHaveLength(4);
  });

  test("the result replaces none of the rules; two formats contradict each other", async () => {
    const deps = ["rules", "deps", "--rules", at("deps.yar")];
    const before = readFileSync(at("deps.yar"));
    expect(await rejectionOf(runApp(trial, [...deps, "-o", at("deps.yar")], fakeIo()))).toBeInstanceOf(
      UsageError,
    );
    expect(readFileSync(at("deps.yar"))).toEqual(before);
    expect(await rejectionOf(runApp(trial, [...deps, "--json", "--format", "svg"], fakeIo()))).toBeInstanceOf(
      UsageError,
    );
  });

  test("no such rule: a name that is near", async () => {
    const failure = await rejectionOf(
      runApp(trial, ["rules", "deps", "bas", "--rules", at("deps.yar")], fakeIo()),
    );
    expect(failure).toBeInstanceOf(InputError);
    expect(failure).toMatchObject({ hints: [expect.stringContaining("base")] });
  });
});
