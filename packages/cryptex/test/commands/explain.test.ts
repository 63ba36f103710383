/** `explain`, and `scan --explain`, from their command line to their exit code, with the real engine. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import Ajv2020 from "ajv/dist/2020";
import { InputError, UsageError } from "#kit/errors.ts";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import schema from "../../docs/scan-output.schema.json";
import type { ExplainedNode, Explanation } from "../../src/explain/explanation.ts";
import { product } from "../../src/product.ts";
import { peFile } from "../engine/support.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const folder = new RuleFolder({
  "rules/main.yar": `import "pe" import "math" import "console"
private rule small { condition: filesize < 100 }
rule greeting : tag { meta: by = "us"
  strings: $a = "hello" $wild = { 68 65 ?? } $secret = /wor[a-z]+/ private
  condition: /* a comment */ small   and 2 of them and $a at 0 and filename == "note.txt" }
rule loops { strings: $l = "l" condition: for any i in (1..#l) : ( @l[i] > 8 ) and not pe.is_pe }
rule sections { condition: for any s in pe.sections : ( s.name == ".text" and s.raw_data_size > 99 ) }
rule entropy { condition: math.entropy(0, filesize) > 7.5 or console.log("said") == 0 }
rule absent { strings: $x = "absent" $y = "hello" condition: $y and not (not $x or filesize > 5) }
rule xored { strings: $x = "secret" xor(1-255) condition: $x }
rule external { condition: limit > 10 }
rule endless { condition: for all i in (0..2000000) : ( i >= 0 ) }
rule slow { condition: for all i in (0..100000000000) : ( i >= 0 ) }
rule deep { condition: ${"not (".repeat(2000)}filesize > 0${")".repeat(2000)} }
rule greedy { condition: filepath + "" }
rule broken { condition: nothing }
rule leans { condition: broken or true }
rule numbers { condition: filesize and pe.is_pe and (1 or "x") and uint8(filesize) }`,
  "scanned/s.yar": `rule greeting { strings: $a = "hello" condition: $a and filesize < 100 }
rule endless { condition: for all i in (0..2000000) : ( i >= 0 ) }
rule missing { condition: filesize > 100 }`,
  "rules/twice-a.yar": "rule twice { condition: filesize > 5 }",
  "rules/twice-b.yar": "rule twice { condition: filesize > 500 }",
  "global/g.yar":
    'global rule only_small { condition: filesize < 5 } rule held { strings: $a = "hello" condition: $a }',
  "hostile/h.yar": 'rule hostile { strings: $a = /\\x1b\\[[^\\n]+/ condition: $a and "\\x1b[31m" != "x" }',
  "fibers/f.yar": `rule fibers { strings: $a = /a.{0,3000}b.{0,3000}c/ condition: $a }
rule mixed { strings: $a = /a.{0,3000}b.{0,3000}c/ $b = "bb" condition: any of them }
rule resting { condition: fibers or filesize == 0 }`,
});
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.at("files"));
const put = (name: string, content: Uint8Array | string) => writeFileSync(folder.at("files", name), content);
put("note.txt", "hello world");
put("other.txt", "well, hello hello");
put(
  "xored",
  Buffer.from("....secret").map((byte) => byte ^ 7),
);
put("app.exe", peFile());
put("hostile", "\x1b[31mred\x1b[0m\x07\n");
put("fibers", `a${"b".repeat(1100)}`);
symlinkSync("note.txt", folder.at("files", "link"));

const trial = { ...product, deps: () => ({ env: { HOME: folder.at("home") } }) };
type Screen = Parameters<typeof fakeIo>[0];

async function run(args: readonly string[], screen?: Screen) {
  const io = fakeIo(screen);
  const code = await runApp(trial, args, io);
  const text = folder.short(io.written().toString());
  return { code, text, talk: folder.short(io.talk()), json: () => JSON.parse(text) };
}
const explain = (rule: string, file: string, ...more: readonly string[]) =>
  run(["explain", rule, folder.at("files", file), "--rules", folder.at("rules"), ...more]);

async function explained(rule: string, file: string, ...more: readonly string[]): Promise<Explanation> {
  return (await explain(rule, file, "--json", ...more)).json();
}

function find(node: ExplainedNode | undefined, text: string): ExplainedNode | undefined {
  if (!node || node.text === text) return node;
  const inside = [...(node.children ?? []), ...(node.loop?.shown ?? []).map(({ body }) => body)];
  for (const child of inside) {
    const found = find(child, text);
    if (found) return found;
  }
  return undefined;
}

const validate = new Ajv2020({ allowUnionTypes: true }).compile({
  ...schema,
  $id: "explanation",
  oneOf: undefined,
  $ref: "#/$defs/explanation",
});

describe("a hit", () => {
  test("as text", async () => {
    const { code, text } = await explain("greeting", "note.txt");
    expect(code).toBe(0);
    expect(text).toBe(`greeting, rules/main.yar:3
matches files/note.txt, 11 bytes
condition
  true       and, of 4
    true       small
    true       2 of them (has 3, needs 2)
      true       $a  (found 1 time: 0x0)
      true       $wild  (found 1 time: 0x0)
      true       $secret  (found 1 time: 0x6)
    true       $a at 0  (found 1 time: 0x0)
    true       filename == "note.txt"  (filename = "note.txt")
strings
  $a: 1 match
    0x0 5 bytes: hello
  $wild: 1 match
    0x0 3 bytes: hel
  $secret: 1 match
    0x6 5 bytes: world
`);
  });

  test("numbers and fields that count as true or false have a state, too", async () => {
    const { text } = await explain("numbers", "note.txt");
    expect(text).toContain(`
  false      and, of 4
    true       filesize = 11
    false      pe.is_pe = 0
    true       (1 or "x")
    undefined  uint8(filesize) = undefined  (filesize = 11)
`);
  });

  test("as JSON: what the schema says, with the digest of the file", async () => {
    const { code, json } = await explain("greeting", "note.txt", "--format", "json");
    expect(code).toBe(0);
    const { schema: version, path, size, sha256, ...explanation } = json();
    expect({ version, path, size }).toEqual({ version: 1, path: "files/note.txt", size: 11 });
    expect(sha256).toBe(new Bun.CryptoHasher("sha256").update("hello world").digest("hex"));
    expect(validate(explanation), JSON.stringify(validate.errors)).toBe(true);
    expect(explanation.verdict).toBe("match");
    expect(explanation.changes).toBeUndefined();
  });

  test("shows the turns of a loop, those first that decide", async () => {
    const { condition } = await explained("loops", "note.txt");
    const loop = find(condition, "for any i in (1..#l) : ( @l[i] > 8 )");
    expect(loop).toMatchObject({ state: "true", needs: 1, has: 1, loop: { turns: 3 } });
    expect(loop?.loop?.shown.map(({ variables }) => variables["i"])).toEqual(["1", "2", "3"]);
  });

  test("shows fields of modules with their indices, and keys of xor", async () => {
    const { condition } = await explained("sections", "app.exe");
    expect(find(condition, "s.name")).toMatchObject({
      reads: "pe.sections[0].name",
      value: { type: "text", value: ".text" },
    });
    const { strings } = await explained("xored", "xored");
    expect(strings[0]?.matches[0]).toMatchObject({ offset: 4, length: 6, xor_key: 7 });
  });

  test("a private rule has a verdict, too, and a rule its external", async () => {
    expect((await explained("small", "note.txt")).verdict).toBe("match");
    const rules = ["--define", "limit=11"];
    expect((await explained("external", "note.txt", ...rules)).verdict).toBe("match");
  });
});

describe("a miss", () => {
  test("as text, with what would have to change", async () => {
    const { code, text } = await explain("greeting", "other.txt");
    expect(code).toBe(0);
    expect(text).toContain("does not match files/other.txt, 17 bytes\n");
    expect(text).toContain("    false      $a at 0  (found 2 times: 0x6, 0xc)\n");
    expect(text).toEndWith(`to match, 2 parts would have to change
  false -> true: $a at 0
  false -> true: filename == "note.txt"
`);
  });

  test("values are exact", async () => {
    const { condition } = await explained("entropy", "note.txt");
    const value = find(condition, "math.entropy(0, filesize)")?.value;
    // By the definition of entropy: 11 bytes, l thrice, o twice, six others once.
    const share = (count: number) => -(count / 11) * Math.log2(count / 11);
    expect(value?.value).toBeCloseTo(share(3) + share(2) + 6 * share(1), 12);
  });

  test("the smallest set goes through not, and, or", async () => {
    const { changes } = await explained("absent", "note.txt");
    expect(changes).toEqual({
      count: 2,
      exact: true,
      nodes: [
        { text: "$x", now: "false", wanted: "true", node: expect.any(Number) },
        { text: "filesize > 5", now: "true", wanted: "false", node: expect.any(Number) },
      ],
    });
  });

  test("an undefined field is undefined, and so is what is made of it", async () => {
    const { condition, changes } = await explained("sections", "note.txt");
    expect(condition).toMatchObject({ state: "false", loop: { turns: 0 } });
    expect(changes?.count).toBe(1);
  });

  test("is held back by a global rule", async () => {
    const args = ["explain", "held", folder.at("files/note.txt"), "--rules", folder.at("global")];
    const { held_back_by, verdict, condition, changes } = (
      await run([...args, "--json"])
    ).json() as Explanation;
    expect({ held_back_by, verdict }).toEqual({
      held_back_by: [{ rule: "only_small", namespace: "default" }],
      verdict: "no match",
    });
    expect(condition?.state).toBe("true");
    expect(changes?.nodes).toEqual([{ text: "global rule only_small", now: "false", wanted: "true" }]);
  });
});

describe("explanation unavailable: exit 3, with the reason", () => {
  test.each([
    ["endless", "size"],
    ["fibers", "engine"],
    ["resting", "engine"],
  ] as const)("%s: %s", async (rule, kind) => {
    const rules = folder.at(rule === "endless" ? "rules" : "fibers");
    const { code, json } = await run([
      "explain",
      rule,
      folder.at("files/fibers"),
      "--rules",
      rules,
      "--json",
    ]);
    expect(code).toBe(3);
    const { schema: _, path, size, sha256, ...explanation } = json();
    expect(explanation.unavailable.kind).toBe(kind);
    if (kind === "size") expect(explanation.condition).toBeUndefined();
    else expect(explanation.condition.state).toBe("unknown");
    expect(validate(explanation), JSON.stringify(validate.errors)).toBe(true);
  });

  test("but not where the string that the engine gave up on decides nothing", async () => {
    const args = ["explain", "mixed", folder.at("files/fibers"), "--rules", folder.at("fibers"), "--json"];
    const { code, json } = await run(args);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ verdict: "match", condition: { state: "true", has: 1 } });
    expect(json().strings[0].incomplete).toContain("too many fibers");
  });

  test("a rule at fault, and one that leans on it", async () => {
    for (const [rule, reason] of [
      ["broken", 'undefined name "nothing"'],
      ["leans", 'depends on "broken"'],
    ] as const) {
      const { code, talk, text } = await explain(rule, "note.txt");
      expect([code, text]).toEqual([3, ""]);
      expect(talk).toContain("explanation unavailable: rules/main.yar:");
      expect(talk).toContain(reason);
    }
  });

  test("the time is over: in the engine, and in the evaluator", async () => {
    for (const rule of ["slow", "endless"]) {
      const { code, json } = await explain(rule, "note.txt", "--json", "--timeout", "1ms");
      expect(code).toBe(3);
      expect(json().unavailable).toEqual({ kind: "time", reason: "the time for the file was over" });
    }
  });

  test("a file that is too large", async () => {
    const { code, talk } = await explain("greeting", "note.txt", "--max-size", "5");
    expect(code).toBe(3);
    expect(talk).toContain("size of 11 bytes is over the limit of 5");
  });
});

describe("refuses", () => {
  test("two formats at once", async () => {
    expect(await rejectionOf(explain("small", "note.txt", "--json", "--format", "text"))).toBeInstanceOf(
      UsageError,
    );
  });

  test("a rule that is not there, with the nearest name", async () => {
    const error = await rejectionOf(explain("greetin", "note.txt"));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({
      message: "no rule is called 'greetin'",
      hints: ["did you mean 'greeting'?"],
    });
  });

  test("a name of two rules; with the namespace it is one", async () => {
    const error = await rejectionOf(explain("twice", "note.txt"));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({
      message: "several rules are called 'twice'",
      hints: ["name it 'twice-a.yar:twice'", "name it 'twice-b.yar:twice'"],
    });
    expect((await explained("twice-a.yar:twice", "note.txt")).verdict).toBe("match");
    expect((await explained("twice-b.yar:twice", "note.txt")).verdict).toBe("no match");
  });

  test.each([
    ["", "is no regular file"],
    ["nowhere", "does not exist"],
  ])("files/%s", async (name, message) => {
    const error = await rejectionOf(explain("small", name));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(message);
  });

  test("but not a link that is named", async () => {
    expect((await explain("greeting", "link")).code).toBe(0);
  });
});

test("a deep condition is explained as far as it is shown", async () => {
  const { code, json } = await explain("deep", "note.txt", "--json");
  expect(code).toBe(0);
  expect(json().verdict).toBe("match");
});

test("hostile bytes never reach the terminal, and no line is wider than it", async () => {
  const screen = { terminal: true, columns: 80, color: true };
  const args = ["explain", "hostile", folder.at("files/hostile"), "--rules", folder.at("hostile")];
  const { text } = await run(args, screen);
  expect(text).toContain("\\x1B[31mred\\x1B[0m\\x07");
  expect(stripVTControlCharacters(text)).not.toMatch(/[^\n -~]/);
  // The escapes are ours: none of the file's colour.
  expect(text).not.toContain("\x1b[31m");
  for (const rule of ["greeting", "loops", "deep", "sections"]) {
    const { text } = await run(
      ["explain", rule, folder.at("files/note.txt"), "--rules", folder.at("rules")],
      screen,
    );
    const tree = text.split("\n").slice(2);
    expect(tree.filter((line) => stripVTControlCharacters(line).length > 80)).toEqual([]);
  }
});

test("an interrupt ends it, with its reason", async () => {
  const io = fakeIo();
  const args = ["explain", "endless", folder.at("files/note.txt"), "--rules", folder.at("rules")];
  const ended = rejectionOf(runApp(trial, args, io));
  const reason = new Error("interrupted");
  io.interrupt.abort(reason);
  expect(await ended).toBe(reason);
});

describe("scan --explain", () => {
  const scan = (...more: readonly string[]) =>
    run(["scan", folder.at("files/note.txt"), "--rules", folder.at("scanned"), "--explain", ...more]);

  test("each match line has its explanation, as the schema says; without it none has", async () => {
    const { text } = await scan("--format", "ndjson");
    const matches = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === "match");
    const line = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    expect(matches.map(({ rule }) => rule)).toEqual(["greeting", "endless"]);
    for (const match of matches) {
      expect(line(match), JSON.stringify(line.errors)).toBe(true);
      const { rule, explanation } = match;
      expect(explanation).toMatchObject({ rule, verdict: "match" });
      if (rule !== "endless") expect(explanation.condition.state).toBe("true");
      else expect(explanation.unavailable.kind).toBe("size");
    }
    const plain = await run(["scan", folder.at("files/note.txt"), "--rules", folder.at("scanned")]);
    expect(plain.text).not.toContain("explanation");
  });

  test("text has the tree below the rule", async () => {
    const { text } = await scan("--format", "text");
    expect(text).toContain("    condition\n      true       and, of 2\n");
  });

  test("with --cache the lines are the same, and apart from those without", async () => {
    const db = folder.at("store.db");
    const rules = ["--rules", folder.at("rules/twice-a.yar"), "--cache", "--db", db];
    const files = folder.at("files/note.txt");
    const lines = [];
    for (const more of [["--explain"], [], ["--explain"]])
      lines.push((await run(["scan", files, ...rules, ...more])).text);
    expect(lines[2]).toBe(lines[0]!);
    expect(lines[0]).toContain('"explanation":');
    expect(lines[1]).not.toContain('"explanation":');
  });

  test("other formats have no place for it", async () => {
    expect(await rejectionOf(scan("--format", "csv"))).toBeInstanceOf(UsageError);
  });
});
