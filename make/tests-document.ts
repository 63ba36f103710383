/**
 * Keeps the tables of docs/TESTS.md in step with the lists of tests: a row a test, in the list's order, under the
 * list's groups. The other cells of a row are written by hand and stay; those of a new test are empty.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { generated } from "#kit/make/generated.ts";
import type { SuiteId, TestName } from "../src/stats/result.ts";
import { ESTIMATORS } from "../src/stats/sp800-90b/index.ts";
import { SUITES } from "../src/stats/suites.ts";

const DOCUMENT = join("docs", "TESTS.md");

/** The tests that a suite's table has; of SP 800-90B the estimators, each of which has a result on each track. */
const ROWS: Readonly<Record<SuiteId, readonly TestName[]>> = {
  battery: SUITES.battery.tests,
  "sp800-22": SUITES["sp800-22"].tests,
  "sp800-90b": ESTIMATORS,
  ais31: SUITES.ais31.tests,
  "fips140-2": SUITES["fips140-2"].tests,
};

/** The text with its tables renewed. @throws Error if a suite has no section with a table */
export function testsDocument(text: string): string {
  return Object.entries(ROWS).reduce((document, [suite, tests]) => {
    const section = document.indexOf(`(\`--suite ${suite}\``);
    const table = /\n\|[^\n]*\n\|-[^\n]*\n(?<rows>(?:\|[^\n]*\n)*)/.exec(document.slice(section));
    if (section < 0 || !table) throw new Error(`docs/TESTS.md has no table for --suite ${suite}`);
    const rows = table.groups!["rows"]!;
    const start = section + table.index + table[0].length - rows.length;
    return document.slice(0, start) + renewed(rows, tests) + document.slice(start + rows.length);
  }, text);
}

function renewed(rows: string, tests: readonly TestName[]): string {
  const lines = rows.trimEnd().split("\n");
  const known = new Map(lines.map((line) => [/^\| `([^`]+)` \|/.exec(line)?.[1], line]));
  const blanks = " |".repeat(lines[0]!.split("|").length - 3);
  let group: string | undefined;
  return tests
    .map((test) => {
      const heading = test.group === group ? "" : `| **${test.group}** |${blanks}\n`;
      group = test.group;
      return `${heading}${known.get(test.id) ?? `| \`${test.id}\` |${blanks}`}\n`;
    })
    .join("");
}

/** Writes the document. Returns its path if it was not current. */
export function generateTestsDocument(): string[] {
  return generated(DOCUMENT, testsDocument(readFileSync(join(ROOT, DOCUMENT), "utf8")));
}
