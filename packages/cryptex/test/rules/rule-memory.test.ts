/** Rules that do not fit the memory are named, and nothing of them is begun. */
import { expect, test } from "bun:test";
import { listRuleFiles } from "../../src/rules/list-rule-files.ts";
import { readRuleFiles } from "../../src/rules/rule-files.ts";
import { RuleMemory } from "../../src/rules/rule-memory.ts";
import { WorkFolder } from "../support/program.ts";

const roomOf = (mib: number) => () => ({
  bytes: mib * 2 ** 20,
  limit: "a limit of the test",
  ofAddresses: false,
});

test("files are read until the next does not fit with those before it; smaller ones after it may", () => {
  using folder = new WorkFolder({
    "a.yar": `rule a { condition: true } //${"a".repeat(2 ** 20)}`,
    "b.yar": `rule b { condition: true } //${"b".repeat(2 ** 20)}`,
    "c.yar": "rule c { condition: true }",
  });
  const { listed } = listRuleFiles([folder.path]);
  const { rules, quarantined } = readRuleFiles(listed, [], false, new RuleMemory(roomOf(90)));
  expect(rules.map(({ syntax }) => syntax.name)).toEqual(["a", "c"]);
  expect(quarantined.map(({ file, reason }) => [file, reason])).toEqual([
    [
      folder.at("b.yar"),
      "cannot be read: with the rules before it, it takes 81 MiB of memory, and 74 MiB are left of a limit of the test",
    ],
  ]);
  expect(readRuleFiles(listed, [], false, new RuleMemory(roomOf(100))).quarantined).toEqual([]);
  expect(readRuleFiles(listed, [], false, new RuleMemory(() => undefined)).quarantined).toEqual([]);
});
