import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "#kit/term/command.ts";
import { parseOptions } from "#kit/term/flags.ts";
import { type FakeIo, fakeIo } from "../../../../test/support/fake-io.ts";
import { rulesFind } from "../../src/commands/rules-find.ts";
import { rulesIndex } from "../../src/commands/rules-index.ts";
import { rulesShow } from "../../src/commands/rules-show.ts";
import { rulesStats } from "../../src/commands/rules-stats.ts";
import type { Deps } from "../../src/deps.ts";

let folder: string;
let rules: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-commands-"));
  rules = join(folder, "rules");
  mkdirSync(rules);
  writeFileSync(join(rules, "a.yar"), FILE);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Braces, comments and words of rules where they are none of it; an escape code in a text. */
const FILE = `rule hex_comments
{
    meta:
        keyword = "lily"
    strings:
        $op = { 41 42 // } rule fake { condition: true }
                43    /* } */ 44 }
    condition:
        $op
}
rule tail : Web {
    meta: keyword = "lily" other = "}{" description = "red \\x1b[31m text"
    strings: $r = /A[BX]C\\/?D/ // } tail
    condition: $r or hex_comments
}
rule brace { strings: $a = "} rule fake2 { condition: true } //" condition: $a }
`;

async function run<D extends Command<Deps>>(command: D, argv: string[], io: FakeIo = fakeIo()) {
  const options = parseOptions(command, argv);
  const env = { HOME: folder, XDG_DATA_HOME: join(folder, "data") };
  const exitCode = await command.run(options as never, io, { env });
  return { exitCode, out: io.written().toString(), talk: io.talk() };
}

describe("rules find", () => {
  test("lists rules with their lines, as JSON", async () => {
    const { exitCode, out } = await run(rulesFind, ["--rules", rules, "--format", "json"]);
    expect(exitCode).toBe(0);
    const { schema, rules: found, problems } = JSON.parse(out);
    expect(schema).toBe(1);
    expect(problems).toEqual([]);
    expect(found.map(({ name, line, end_line }: never) => [name, line, end_line])).toEqual([
      ["hex_comments", 1, 10],
      ["tail", 11, 15],
      ["brace", 16, 16],
    ]);
    expect(found[1]).toMatchObject({
      file: join(rules, "a.yar"),
      tags: ["Web"],
      private: false,
      modules: [],
    });
  });

  test("finds by words, and by a key with a text", async () => {
    for (const words of [["lily"], ["keyword:lily"], ["--meta", "keyword=lily"]]) {
      const { out } = await run(rulesFind, ["--rules", rules, "--json", ...words]);
      expect(JSON.parse(out).rules.map(({ name }: { name: string }) => name)).toEqual([
        "hex_comments",
        "tail",
      ]);
    }
    const { out, exitCode } = await run(rulesFind, ["--rules", rules, "nothing like it"]);
    expect([out, exitCode]).toEqual(["0 rules\n", 0]);
  });

  test("shows no code that a terminal obeys", async () => {
    for (const form of [[], ["--json"]]) {
      const { out } = await run(rulesFind, ["--rules", rules, "tail", ...form]);
      expect(out).toContain(form.length > 0 ? "\\u001b[31m" : "\\x1B[31m");
      expect(out).not.toContain("\x1b");
    }
  });

  test("names what it could not read, and ends with 3", async () => {
    writeFileSync(join(rules, "b.yar"), "rule broken { condition: }");
    const { exitCode, out, talk } = await run(rulesFind, ["--rules", rules]);
    expect(exitCode).toBe(3);
    expect(talk).toContain(`${join(rules, "b.yar")}:1: rule broken: syntax error`);
    expect(out).toContain("3 rules");
  });

  test("reads rules without the store where that cannot be used, and says so", async () => {
    const argv = ["--rules", rules, "--db", join(folder, "missing", "store.db"), "lily"];
    const { exitCode, out, talk } = await run(rulesFind, argv);
    expect(exitCode).toBe(0);
    expect(out).toContain("2 rules");
    expect(talk).toContain("the rules are read without it");
  });

  test("refuses a store that is none", async () => {
    const argv = ["--rules", rules, "--db", join(rules, "a.yar")];
    await expect(run(rulesFind, argv)).rejects.toThrow("is no database");
  });

  test("without --rules and without an index it says what to do", async () => {
    await expect(run(rulesFind, ["lily"])).rejects.toThrow("no rules are named");
  });

  test("can be interrupted", async () => {
    for (let i = 0; i < 600; i++) writeFileSync(join(rules, `r${i}.yar`), `rule r${i} { condition: true }`);
    const interrupted = AbortSignal.abort(new Error("interrupted"));
    await expect(run(rulesFind, ["--rules", rules], fakeIo({ signal: interrupted }))).rejects.toThrow(
      "interrupted",
    );
  });
});

describe("rules index", () => {
  test("makes rules be found without --rules, with what changed since", async () => {
    const first = await run(rulesIndex, [rules]);
    expect(first).toMatchObject({ exitCode: 0, out: "3 rules in 1 file, of which 1 were read anew\n" });
    expect(existsSync(join(folder, "data", "cryptex", "cryptex.db"))).toBe(true);
    writeFileSync(join(rules, "b.yar"), "rule later { condition: true }");
    const { out } = await run(rulesFind, ["--json"]);
    expect(JSON.parse(out).rules).toHaveLength(4);
  });

  test("names paths that are missing, and does not keep them", async () => {
    const missing = join(folder, "missing");
    const { exitCode, talk } = await run(rulesIndex, [rules, missing]);
    expect(exitCode).toBe(3);
    expect(talk).toContain(`${missing}: cannot be read`);
    expect(await run(rulesFind, ["brace"])).toMatchObject({ exitCode: 0, talk: "" });
  });

  test("keeps the folders for includes", async () => {
    const lib = join(folder, "lib");
    mkdirSync(lib);
    writeFileSync(join(lib, "helper.yar"), "rule helper { condition: true }");
    writeFileSync(join(rules, "a.yar"), 'include "helper.yar"');
    await run(rulesIndex, [rules, "--include-dir", lib]);
    expect(await run(rulesFind, ["helper"])).toMatchObject({ exitCode: 0, talk: "" });
  });
});

describe("rules show", () => {
  test("shows text, place and relations", async () => {
    const { out } = await run(rulesShow, ["hex_comments", "--rules", rules]);
    expect(out).toContain(`place       ${join(rules, "a.yar")}:1-10`);
    expect(out).toContain(`used by     tail (${join(rules, "a.yar")}:11)`);
    expect(out).toEndWith(`${FILE.slice(0, FILE.indexOf("\nrule tail"))}\n`);
  });

  test("as JSON", async () => {
    const { out } = await run(rulesShow, ["tail", "--rules", rules, "--json"]);
    const [shown] = JSON.parse(out).rules;
    expect(shown.uses).toEqual([{ name: "hex_comments", file: join(rules, "a.yar"), line: 1 }]);
    expect(shown.text).toStartWith("rule tail : Web {");
    expect(shown.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("an unknown name: those that are like it", async () => {
    await expect(run(rulesShow, ["tial", "--rules", rules])).rejects.toMatchObject({
      message: "no rule is called 'tial'",
      hints: ["did you mean 'tail'?"],
    });
  });
});

test("rules stats counts, as text and as JSON", async () => {
  writeFileSync(join(rules, "b.yar"), "rule brace { condition: true }");
  const { out } = await run(rulesStats, ["--rules", rules]);
  expect(out).toContain("4 rules in 2 files; 0 rules private, 0 global");
  expect(out).toMatch(/TAG +RULES\nWeb +1/);
  const json = JSON.parse((await run(rulesStats, ["--rules", rules, "--json"])).out);
  expect(json).toMatchObject({ schema: 1, rules: 4, files: 2, duplicates: [], clashes: [{ name: "brace" }] });
});
