/** Where the rules of a command come from. */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { InputError, UsageError } from "#kit/errors.ts";
import { parseOptions } from "#kit/term/flags.ts";
import { chosenRules } from "../../src/commands/chosen-rules.ts";
import { RULE_FLAGS } from "../../src/commands/rule-flags.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-chosen-"));
const settings = join(folder, "cryptex.toml");
beforeEach(() => rmSync(settings, { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const optionsOf = (...argv: string[]) => parseOptions({ flags: RULE_FLAGS }, argv);
const env = { CRYPTEX_RULES: ["a.yar", "b/", ""].join(delimiter) };
const none = { includeFolders: [], externals: {} };

test("the command line goes before the settings, these before the environment", () => {
  writeFileSync(settings, 'rules = ["own/", "/elsewhere.yar"]');
  expect(chosenRules(optionsOf("--rules", "x.yar", "--rules", "y"), env, folder)).toEqual({
    paths: ["x.yar", "y"],
    ...none,
  });
  expect(chosenRules(optionsOf(), env, folder)).toEqual({
    paths: [join(folder, "own/"), "/elsewhere.yar"],
    ...none,
  });
  rmSync(settings);
  expect(chosenRules(optionsOf(), env, folder)).toEqual({ paths: ["a.yar", "b/"], ...none });
});

test("settings may name a set, whose name is its alias", () => {
  writeFileSync(settings, 'rules = "mail"\n[rulesets]\nmail = ["mail.yar"]\nweb = ["web.yar"]');
  expect(chosenRules(optionsOf(), {}, folder)).toEqual({
    paths: [join(folder, "mail.yar")],
    alias: "mail",
    ...none,
  });
});

test("settings without rules say nothing", () => {
  writeFileSync(settings, "[other]\nkey = 1");
  expect(chosenRules(optionsOf(), env, folder).paths).toEqual(["a.yar", "b/"]);
});

test("definitions and folders of includes go with any of them", () => {
  const options = optionsOf("--define", "mail=true", "--define", "limit=3", "--include-dir", "inc");
  expect(chosenRules(options, env, folder)).toEqual({
    paths: ["a.yar", "b/"],
    includeFolders: ["inc"],
    externals: { mail: true, limit: 3n },
  });
});

test("nothing that names rules is wrong use, with the ways to name them", () => {
  for (const empty of [{}, { CRYPTEX_RULES: "" }]) {
    expect(() => chosenRules(optionsOf(), empty, folder)).toThrow(UsageError);
  }
});

describe("settings that are wrong are refused, with their place", () => {
  const wrong: readonly (readonly [text: string, complaint: string])[] = [
    ["rules = ", "cryptex.toml: "],
    ["rules = 3", "cryptex.toml: rules is not a list of paths"],
    ["rules = []", "cryptex.toml: rules is not a list of paths"],
    ['rules = ["a", 1]', "cryptex.toml: rules is not a list of paths"],
    ['rules = "mail"', "cryptex.toml: there is no rulesets.mail"],
    ['rules = "constructor"\n[rulesets]\nmail = ["a"]', "cryptex.toml: there is no rulesets.constructor"],
    ['rules = "mail"\nrulesets = 1', "cryptex.toml: there is no rulesets.mail"],
    ['rules = "mail"\n[rulesets]\nmail = "a"', "cryptex.toml: rulesets.mail is not a list of paths"],
    [`x = "${"a".repeat(1 << 20)}"`, "it is larger than"],
  ];
  for (const [text, complaint] of wrong) {
    test(text.slice(0, 40), () => {
      writeFileSync(settings, text);
      expect(() => chosenRules(optionsOf(), env, folder)).toThrow(InputError);
      expect(() => chosenRules(optionsOf(), env, folder)).toThrow(complaint);
    });
  }
});
