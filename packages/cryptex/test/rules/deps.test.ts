/** Dependencies of rules, both ways. */
import { expect, test } from "bun:test";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { type DependencyReport, dependenciesOf, filesOf } from "../../src/rules/deps.ts";
import { RuleFolder } from "../support/rule-folder.ts";

function deps<T>(
  files: Readonly<Record<string, string>>,
  look: (report: DependencyReport, folder: RuleFolder) => T,
): T {
  using folder = new RuleFolder(files);
  return look(dependenciesOf(folder.request(), ENGINE.modules), folder);
}

const SET = {
  "a.yar":
    'import "pe"\nrule top { condition: mid and base and filename == "x" }\nrule wild { condition: any of (mi*) }',
  "b.yar": "rule mid { condition: base and filesize < 10 }",
  "c.yar": "private rule base { condition: pe.is_pe }\nrule alone { condition: true }",
};

test("rules, modules and externals, directly; files, all the way down", () => {
  const found = deps(SET, ({ rules }, folder) =>
    rules.map((each) => ({
      rule: each.rule.syntax.name,
      modules: each.modules,
      externals: each.externals,
      uses: each.uses.map(({ rule }) => rule.syntax.name),
      usedBy: each.usedBy.map(({ rule }) => rule.syntax.name),
      files: filesOf(each).map((path) => folder.short(path)),
    })),
  );
  expect(found).toEqual([
    { rule: "base", modules: ["pe"], externals: [], uses: [], usedBy: ["mid", "top"], files: ["c.yar"] },
    {
      rule: "mid",
      modules: [],
      externals: [],
      uses: ["base"],
      usedBy: ["top", "wild"],
      files: ["b.yar", "c.yar"],
    },
    {
      rule: "top",
      modules: [],
      externals: ["filename"],
      uses: ["mid", "base"],
      usedBy: [],
      files: ["a.yar", "b.yar", "c.yar"],
    },
    {
      rule: "wild",
      modules: [],
      externals: [],
      uses: ["mid"],
      usedBy: [],
      files: ["a.yar", "b.yar", "c.yar"],
    },
    { rule: "alone", modules: [], externals: [], uses: [], usedBy: [], files: ["c.yar"] },
  ]);
});

test("what is lost is named with the reason, with its dependants", () => {
  const lost = deps(
    { "a.yar": "rule bad { condition: nobody } rule user { condition: bad }" },
    (report) => report.lost,
  );
  expect(lost.map(({ rule }) => rule)).toEqual(["bad", "user"]);
  expect(lost[1]!.reason).toContain('depends on "bad"');
});

test("a name means the rule of its own file", () => {
  const other = "rule base { condition: filesize > 1 } rule user { condition: base }";
  const found = deps({ "a.yar": "rule base { condition: true }", "b.yar": other }, ({ rules }, folder) => {
    const user = rules.find(({ rule }) => rule.syntax.name === "user")!;
    return user.uses.map(({ rule }) => folder.short(rule.file.path));
  });
  expect(found).toEqual(["b.yar"]);
});
