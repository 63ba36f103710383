/** Finds the tests of rule files. Takes a while for large collections, so it has a thread of its own. */
import { dirname } from "node:path";
import { triesPerMib } from "../rules/cost.ts";
import { listRuleFiles } from "../rules/list-rule-files.ts";
import { readRuleFiles } from "../rules/rule-files.ts";
import { join, pathOf } from "../scan-runner/paths.ts";
import { type Annotation, annotationsOf } from "./annotations.ts";

export interface FindRequest {
  readonly paths: readonly string[];
  readonly includeFolders: readonly string[];
}

export type RuleTest = Annotation & {
  readonly file: string;
  /** Names the file of "match" and "nomatch" from the working folder on: a binary string. */
  readonly sample?: string;
  /** Holds the figure for "cost"; undefined for a rule at fault. */
  readonly cost?: number;
};

export interface TestFault {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface FoundTests {
  /** By file, then by line. */
  readonly tests: readonly RuleTest[];
  readonly faults: readonly TestFault[];
}

export function findTests({ paths, includeFolders }: FindRequest): FoundTests {
  // What cannot be read is named by whoever opens the rules.
  const { files } = readRuleFiles(listRuleFiles(paths).listed, includeFolders);
  const tests: RuleTest[] = [];
  const faults: TestFault[] = [];
  for (const { path: file, bytes, syntax } of files) {
    const found = annotationsOf(bytes, syntax);
    const costs = new Map<string, number>();
    if (found.tests.some(({ kind }) => kind === "cost"))
      for (const rule of syntax.rules) costs.set(`${rule.line} ${rule.name}`, triesPerMib(rule));
    const folder = pathOf(dirname(file));
    for (const test of found.tests) {
      const cost = test.kind === "cost" ? costs.get(`${test.ruleLine} ${test.rule}`) : undefined;
      tests.push({
        ...test,
        file,
        ...(test.kind !== "cost" && { sample: sampleOf(folder, test.path) }),
        ...(cost !== undefined && { cost }),
      });
    }
    for (const fault of found.faults) faults.push({ file, ...fault });
  }
  return { tests, faults };
}

/** Writes the path of a file that a comment in this folder names, each place in one way as far as no link is involved. */
function sampleOf(folder: string, name: string): string {
  const path = name.startsWith("/") ? name : join(folder === "." ? "" : folder, name);
  return (
    path
      .replaceAll(/\/{2,}/g, "/")
      .replaceAll(/(?<=^|\/)\.\//g, "")
      .replace(/(?<=[^/])\/$/, "") || "."
  );
}
