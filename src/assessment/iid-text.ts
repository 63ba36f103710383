/** The tests of the IID assumption for the terminal. */
import { formatCount } from "#kit/format/numbers.ts";
import type { Screen } from "#kit/term/screen.ts";
import { type Cell, type Column, type Row, tableLines } from "#kit/term/table.ts";
import { formatP } from "../report/numbers.ts";
import { STATISTICS } from "../stats/sp800-90b/iid/index.ts";
import type { IidTests } from "./iid-tests.ts";

export function iidLines(iid: IidTests, screen: Screen): string[] {
  const { independence, goodnessOfFit, longestRepeat, permutation, passed } = iid;
  const tests = [
    ...[
      ["Chi-square independence", "§5.2.1", independence] as const,
      ["Chi-square goodness of fit", "§5.2.2", goodnessOfFit] as const,
      ["Longest repeated substring", "§5.2.5", longestRepeat] as const,
    ].map(
      ([title, section, test]): Row =>
        test.kind === "not-applicable"
          ? [NOT_APPLICABLE, title, section, test.reason]
          : [verdict(test.passed), title, section, `p = ${formatP(test.pValue)}`],
    ),
    permutation.kind === "not-applicable"
      ? [NOT_APPLICABLE, "Permutation tests", "§5.1", permutation.reason]
      : [
          verdict(permutation.passed),
          "Permutation tests",
          "§5.1",
          `${formatCount(permutation.permutations)} permutations measured`,
        ],
  ];
  const statistics =
    permutation.kind === "not-applicable"
      ? []
      : STATISTICS.map((id): Row => {
          const { original, greater, equal, less, passed: one } = permutation.statistics[id];
          return [
            "    ",
            verdict(one),
            id,
            `${greater} greater, ${equal} equal, ${less} less than ${original}`,
          ];
        });
  const conclusion =
    passed === null
      ? "whether the data are IID is open: a test could not be made"
      : passed
        ? "nothing speaks against the data being IID"
        : "the data are not IID: their entropy is that of the non-IID track (without --iid)";
  const untitled: Column[] = [{ title: "" }, { title: "" }, { title: "" }, { title: "", wraps: "inside" }];
  return [...[tests, statistics].flatMap((rows) => tableLines(untitled, rows, screen).lines), "", conclusion];
}

const NOT_APPLICABLE: Cell = { text: "N/A", style: "dim" };

export function verdict(passed: boolean | null): Exclude<Cell, string> {
  if (passed === null) return { text: "OPEN", style: "warn" };
  return passed ? { text: "PASS", style: "good" } : { text: "FAIL", style: "bad" };
}
