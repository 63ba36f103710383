import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import fc from "fast-check";
import { InputError, type ProgramError, UsageError } from "#kit/errors.ts";
import { namedRules, parseSettings, whichRules } from "../../src/rules/which-rules.ts";

let root: string;
let folder: string;
let settings: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cryptex-which-"));
  folder = join(root, "a", "b");
  settings = join(root, "cryptex.toml");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const named = (given: readonly string[], env: Record<string, string> = {}) =>
  namedRules(given, { env, folder });

const SETTINGS = `
[rules]
default = ["house", "extra/one.yar"]

[rulesets.house]
paths = ["rules", "/shared/rules"]
[rulesets.other-1]
paths = ["other.yar"]
`;

describe("which rules are meant", () => {
  test("those given, before all else", () => {
    writeFileSync(settings, SETTINGS);
    expect(named(["x.yar", "some/folder"], { CRYPTEX_RULES: "y" })).toEqual({
      paths: ["x.yar", "some/folder"],
      source: "--rules",
    });
  });

  test("the default of the nearest cryptex.toml, with paths from its folder", () => {
    writeFileSync(settings, SETTINGS);
    const paths = [join(root, "rules"), "/shared/rules", join(root, "extra", "one.yar")];
    expect(named([], { CRYPTEX_RULES: "y" })).toEqual({ paths, source: settings });
    writeFileSync(join(folder, "cryptex.toml"), '[rules]\ndefault = ["near"]');
    expect(named([])?.paths).toEqual([join(folder, "near")]);
  });

  test("one rule set alone gives its name", () => {
    writeFileSync(settings, SETTINGS.replace(', "extra/one.yar"', ""));
    expect(named([])?.alias).toBe("house");
    expect(named(["other-1"])).toEqual({
      paths: [join(root, "other.yar")],
      source: "--rules",
      alias: "other-1",
    });
    expect(named(["other-1", "house"])?.alias).toBeUndefined();
    expect(named(["other-1", "x.yar"])?.alias).toBeUndefined();
  });

  test("those of CRYPTEX_RULES, where no default is named", () => {
    const env = { CRYPTEX_RULES: ["", "a.yar", "b", ""].join(delimiter) };
    expect(named([], env)).toEqual({ paths: ["a.yar", "b"], source: "CRYPTEX_RULES" });
    writeFileSync(settings, "[rulesets.b]\npaths = ['set']");
    expect(named([], env)?.paths).toEqual(["a.yar", join(root, "set")]);
  });

  test("nobody names any", () => {
    expect(named([], { CRYPTEX_RULES: "" })).toBeUndefined();
    const which = () => whichRules([], { env: {}, folder }, ["another way"]);
    expect(which).toThrow(UsageError);
    try {
      which();
    } catch (error) {
      expect((error as ProgramError).hints.join()).toMatch(
        /--rules.*cryptex\.toml.*CRYPTEX_RULES.*another way/s,
      );
    }
  });

  test("a name that is a path as well is refused; a path that looks like one is not", () => {
    writeFileSync(settings, SETTINGS);
    mkdirSync(join(folder, "house"));
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(() => named(["house"])).toThrow("a path as well");
      expect(named(["./house"])?.paths).toEqual(["./house"]);
    } finally {
      process.chdir(before);
    }
  });

  test("a wrong cryptex.toml does not matter where paths are given", () => {
    writeFileSync(settings, "nonsense");
    expect(named(["x.yar"])?.paths).toEqual(["x.yar"]);
    expect(() => named([])).toThrow(InputError);
    expect(() => named(["x"])).toThrow(settings);
  });
});

describe("a hostile cryptex.toml", () => {
  const faults: readonly [text: string, words: string][] = [
    ["rules = ", "no TOML"],
    ["[rules]\ndefualt = []", "unknown key defualt in [rules]"],
    ["[ruleset.a]\npaths = []", "unknown key ruleset in the file"],
    ["[rulesets.a]\npath = []", "unknown key path in [rulesets.a]"],
    ["[__proto__]\na = 1", "unknown key __proto__"],
    ["rules = 5", "[rules] is not a table"],
    ["rules = []", "[rules] is not a table"],
    ["rulesets = 1979-05-27", "[rulesets] is not a table"],
    ["[rules]\ndefault = 'x'", "rules.default is not a list of paths"],
    ["[rules]\ndefault = [1]", "rules.default is not a list of paths"],
    ["[rules]\ndefault = ['']", "rules.default is not a list of paths"],
    ['[rules]\ndefault = ["a\\u0000b"]', "NUL"],
    ["[rulesets.'a b']\npaths = ['x']", "a b cannot name a rule set"],
    ["[rulesets.'../x']\npaths = ['x']", "cannot name a rule set"],
    ["[rulesets.a]\npaths = []", "rulesets.a has no paths"],
    ["[rulesets.a]", "rulesets.a has no paths"],
    ["rulesets.a = 'x'", "[rulesets.a] is not a table"],
    [`a = ${"[".repeat(30_000)}`, "no TOML"],
    ['"\\u001b[31m" = 1', "\\x1B[31m"],
  ];
  for (const [text, words] of faults) {
    test(`${words}: ${JSON.stringify(text.slice(0, 40))}`, () => {
      const read = () => parseSettings(text, settings);
      expect(read).toThrow(InputError);
      expect(read).toThrow(words);
      expect(read).toThrow(settings);
    });
  }

  test("suggests the key that may be meant", () => {
    try {
      parseSettings("[rules]\ndefualt = []", settings);
      throw new Error("nothing was thrown");
    } catch (error) {
      expect((error as ProgramError).hints).toEqual(["did you mean 'default'?"]);
    }
  });

  test("that is too large, or a folder, is refused", () => {
    writeFileSync(settings, `# ${"x".repeat(100_000)}`);
    expect(() => named([])).toThrow("larger than");
    mkdirSync(join(folder, "cryptex.toml"));
    expect(() => named([])).toThrow("not a regular file");
  });

  test("is settings or an InputError, whatever it holds", () => {
    const parts = fc.constantFrom(
      ..."[rules]|[rulesets.a]|default|paths| = |[|]|'a'|\"|{|}|\n|#|.|,|1|true|\u0000|\\|__proto__|é".split(
        "|",
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((list) => list.join("")),
        ),
        (text) => {
          try {
            const { byDefault, sets } = parseSettings(text, settings);
            for (const path of [...byDefault, ...[...sets.values()].flat()]) expect(path).toBeString();
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
