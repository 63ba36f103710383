/** Comparing engines: what each is asked, how its answer is read, and which differences are told. */
import { describe, expect, test } from "bun:test";
import { findProgram } from "../../src/other-engines/program.ts";
import {
  type Answers,
  differencesOf,
  parseYara,
  parseYaraX,
  verifyEngines,
} from "../../src/other-engines/verify.ts";
import { FakePath } from "../support/fake-path.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const never = new AbortController().signal;
const answers = (entries: Record<string, Record<string, string[]>>): Answers =>
  new Map(
    Object.entries(entries).map(([path, rules]) => [
      path,
      new Map(Object.entries(rules).map(([rule, matches]) => [rule, new Set(matches)])),
    ]),
  );
const TWO_RULES = {
  "a.yar": 'rule one { strings: $a = "x" condition: $a }\nrule two { strings: $a = "y" condition: $a }',
};

test("reads what yara prints: paths with blanks, matches without data, rules without matches", () => {
  const stdout = Buffer.from(
    "one /tmp/a b\n0x0:1:$a: x\n0x1f:2:$b: \ntwo /tmp/a b\nthree /tmp/c\n0x10:3:$: abc\n",
  );
  expect(parseYara(stdout)).toEqual(
    answers({ "/tmp/a b": { one: ["$a@0", "$b@31"], two: [] }, "/tmp/c": { three: ["$@16"] } }),
  );
});

test("reads what YARA-X prints", () => {
  const line = (path: string, rules: unknown) => `${JSON.stringify({ path, rules })}\n`;
  const stdout =
    line("/a", [{ identifier: "one", strings: [{ identifier: "$a", offset: 3, match: "x" }] }]) +
    line("/b", [{ identifier: "two" }]) +
    line("/c", []);
  expect(parseYaraX(Buffer.from(stdout))).toEqual(answers({ "/a": { one: ["$a@3"] }, "/b": { two: [] } }));
});

describe("differences", () => {
  using folder = new RuleFolder(TWO_RULES);
  const { rules } = folder.compile();

  test("of verdicts and of matches are told, with the engines; agreement is not", () => {
    const own = answers({ f: { one: ["$a@0", "$a@5"] }, g: { one: ["$a@1"], two: ["$a@2"] } });
    const other = answers({
      f: { one: ["$a@0", "$a@9"], two: ["$a@1"] },
      g: { one: ["$a@1"], two: ["$a@2"] },
    });
    expect(
      differencesOf(
        rules,
        ["f", "g", "h"],
        new Map([
          ["libyara", own],
          ["yara", other],
        ]),
      ),
    ).toEqual([
      {
        path: "f",
        rule: "one",
        yes: ["libyara", "yara"],
        no: [],
        matches: { libyara: ["$a@5"], yara: ["$a@9"] },
      },
      { path: "f", rule: "two", yes: ["yara"], no: ["libyara"] },
    ]);
  });

  test("between three engines name all of them", () => {
    const found = answers({ f: { one: ["$a@0"] } });
    const all = new Map([
      ["libyara", found],
      ["yara", found],
      ["yara-x", answers({})],
    ]);
    expect(differencesOf(rules, ["f"], all)).toEqual([
      { path: "f", rule: "one", yes: ["libyara", "yara"], no: ["yara-x"] },
    ]);
  });
});

describe("verifyEngines", () => {
  const yara = (scan: string) =>
    `case "$1" in --version) echo 4.2.3; exit;; esac\ncase " $* " in *" --scan-list "*) ${scan};; *) ${CHECK};; esac`;
  const CHECK =
    'if /bin/grep -q "rule two" "$2"; then echo "rule \\"two\\" in /x/rules.yar(2): error: odd" >&2; exit 1; fi';
  const ask = async (
    script: string,
    files: readonly string[],
    own: Answers,
    text: Record<string, string> = TWO_RULES,
  ) => {
    using _ = new FakePath({ yara: script });
    using folder = new RuleFolder(text);
    const { rules, quarantined: lost } = folder.compile();
    return await verifyEngines({ rules, lost, files, own, ownName: "libyara" }, never);
  };

  test("names what our own engine does not evaluate", async () => {
    const rules = { "a.yar": "rule one { condition: true }\nrule bad { condition: nosuch }" };
    const result = await ask(yara('echo "one f"'), ["f"], answers({ f: { one: [] } }), rules);
    expect(result).toMatchObject({
      rules: 1,
      differences: [],
      not_compared: [
        { rule: "bad", engine: "libyara", reason: expect.stringContaining('undefined name "nosuch"') },
      ],
    });
  });

  test("leaves out, and names, what another program refuses and what cannot be asked", async () => {
    const own = answers({ f: { one: ["$a@0"], two: ["$a@0"] } });
    const result = await ask(yara('echo "one f"; echo "0x0:1:\\$a: x"'), ["f", "line\nend"], own);
    expect(result).toEqual({
      engines: ["libyara", "yara"],
      files: 1,
      rules: 1,
      differences: [],
      not_compared: [
        { rule: "two", engine: "yara 4.2.3", reason: "odd" },
        { path: "line\nend", reason: "its name has a line end" },
      ],
    });
    const perFile = await ask(yara(":"), ["f"], answers({}), {
      "a.yar": 'rule one { condition: filename == "f" }',
    });
    expect(perFile.not_compared.map(({ rule }) => rule)).toEqual(["one"]);
  });

  test("a miss of the other engine is a difference", async () => {
    const result = await ask(yara(":"), ["f"], answers({ f: { one: ["$a@0"] } }));
    expect(result.differences).toEqual([{ path: "f", rule: "one", yes: ["libyara"], no: ["yara"] }]);
  });

  test("a file that the other engine cannot scan is named, and is no difference", async () => {
    const script = yara('echo "error scanning f: error: 31" >&2; echo "two g"');
    const result = await ask(script, ["f", "g"], answers({ f: { one: ["$a@0"] } }));
    expect(result).toMatchObject({
      files: 1,
      not_compared: [
        { rule: "two" },
        { path: "f", engine: "yara", reason: "it could not scan the file: error: 31" },
      ],
    });
  });

  test("a program that fails, or none at all, is an error and not agreement", async () => {
    await expect(ask(yara("echo oh >&2; exit 1"), ["f"], answers({}))).rejects.toThrow(
      "yara failed (exit code 1): oh",
    );
    using _ = new FakePath();
    using folder = new RuleFolder(TWO_RULES);
    const { rules } = folder.compile();
    await expect(
      verifyEngines({ rules, lost: [], files: [], own: answers({}), ownName: "libyara" }, never),
    ).rejects.toThrow("no other engine");
  });

  test.skipIf(!findProgram("yara"))("real yara agrees with what it says itself", async () => {
    using folder = new RuleFolder({ ...TWO_RULES, "data.bin": "xyxy" });
    const { rules } = folder.compile();
    const file = folder.at("data.bin");
    const own = answers({ [file]: { one: ["$a@0", "$a@2"], two: ["$a@1", "$a@3"] } });
    expect(
      (await verifyEngines({ rules, lost: [], files: [file], own, ownName: "libyara" }, never)).differences,
    ).toEqual([]);
  });
});
