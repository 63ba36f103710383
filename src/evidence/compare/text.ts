/** A comparison for the terminal, and the table that the page shows too. */
import { formatAmount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import type { Style } from "#kit/term/style.ts";
import { type Column, type Row, table } from "#kit/term/table.ts";
import type { Comparison, Side, SourceComparison, Verdict } from "./comparison.ts";
import { BOUNDS } from "./judge.ts";

const STYLES: Readonly<Record<Verdict, Style>> = { same: "good", different: "bad", "cannot say": "warn" };

export const COLUMNS: readonly Column[] = [
  { title: "source" },
  { title: "verdict" },
  { title: "level", align: "right" },
  { title: "shape", align: "right", optional: true, leaves: 3 },
  { title: "distance", align: "right", optional: true, leaves: 2 },
  { title: "symbols", align: "right", optional: true, leaves: 1 },
  { title: "min-entropy", align: "right" },
  { title: "rate", align: "right", leaves: 4 },
];

export function comparisonText(comparison: Comparison, screen: Screen): string {
  const facts = factsOf(comparison);
  const width = Math.max(...facts.map(([name]) => name.length));
  const rows = comparison.sources.map((source): Row => {
    const [id, verdict, ...cells] = cellsOf(source);
    return [id!, { text: verdict!, style: STYLES[source.verdict] }, ...cells];
  });
  const titles = COLUMNS.map((column) => ({ ...column, title: column.title.toUpperCase() }));
  return [
    ...facts.map(([name, value]) => fitLines(`${name.padEnd(width)}  ${value}`, screen)),
    ...(rows.length === 0 ? [] : ["", table(titles, rows, screen)]),
    ...comparison.sources.flatMap(({ id, words, notes }) => [
      "",
      fitLines(`${id}: ${visible(words)}`, screen),
      ...notes.map((note) => fitLines(`  ${visible(note)}`, screen)),
    ]),
    "",
    fitLines(visible(comparison.conclusion), screen),
    "",
  ].join("\n");
}

/** Numbers of a source: changes from a to b where they have a sign, else sizes. The first two are the id and the verdict. */
export function cellsOf({ id, verdict, samples, assessed, rateHz }: SourceComparison): string[] {
  const tests = samples?.tests;
  const entropies = samples ? [samples.a.mcvH, samples.b.mcvH] : assessed ? assessed.map(({ h }) => h) : [];
  return [
    id,
    verdict,
    tests === undefined ? "" : levelCell(tests.level.effect),
    tests?.shape.effect.toFixed(2) ?? "",
    tests?.distribution.effect.toFixed(2) ?? "",
    tests?.symbols.effect.toFixed(2) ?? "",
    entropies.map((h) => h.toPrecision(3)).join(" → "),
    rateHz === null ? "" : rateHz.map(formatAmount).join(" → "),
  ];
}

/** @param log natural logarithm of the ratio of levels */
function levelCell(log: number): string {
  if (Math.abs(log) >= Math.log(2)) return `× ${Number(Math.exp(log).toPrecision(3))}`;
  const percent = (Math.exp(log) - 1) * 100;
  return `${percent >= 0 ? "+" : ""}${percent.toFixed(1)} %`;
}

/** Names and values, one line each. */
export function factsOf(comparison: Comparison): [name: string, value: string][] {
  const { a, b, differences, onlyInA, onlyInB, remarks, falseAlarms } = comparison;
  const each = (name: string, values: readonly string[]) =>
    values.map((value, i): [string, string] => [i === 0 ? name : "", visible(value)]);
  return [
    ["a", sideText(a)],
    ["b", sideText(b)],
    ...each(
      "besides",
      differences.length > 0 ? differences : ["same machine, program and load, as far as recorded"],
    ),
    ...each("only in a", onlyInA.length > 0 ? [onlyInA.join(", ")] : []),
    ...each("only in b", onlyInB.length > 0 ? [onlyInB.join(", ")] : []),
    ...each("remarks", remarks),
    ["counts", countsText(comparison)],
    [
      "by chance",
      falseAlarms.tests === 0
        ? "nothing was tested: a profile keeps no samples"
        : `any false alarm in at most ${falseAlarms.level * 100} % of comparisons, ${falseAlarms.tests} tests together`,
    ],
  ];
}

function countsText({ bounds, falseAlarms }: Comparison): string {
  const { level, shape, entropy, order, rate } = bounds ?? BOUNDS;
  const always = [`min-entropies by a factor of ${entropy}`, `rates by a factor of ${rate}`];
  if (falseAlarms.tests === 0) return always.join(", ");
  if (bounds === null) return `every difference that chance does not explain, and ${always[1]}`;
  return [
    `levels by ${Math.round((level - 1) * 100)} %`,
    `shapes by ${shape}`,
    `order by ${order}`,
    ...always,
  ].join(", ");
}

function sideText({ name, kind, sources, machine }: Side): string {
  return `${visible(name)} (${kind}, ${plural(sources, "source")}): ${visible(machine)}`;
}
