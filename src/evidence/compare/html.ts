/** A comparison as one HTML file without scripts or requests. */
import { htmlDocument } from "#kit/format/html-document.ts";
import { htmlText } from "#kit/format/markup.ts";
import { figure, tableHtml } from "../../report/page-parts.ts";
import { PAGE_STYLE } from "../../report/page-style.ts";
import type { Mark } from "../../report/tables.ts";
import type { Comparison, SourceComparison, Verdict } from "./comparison.ts";
import { linesSvg } from "./lines-svg.ts";
import { COLUMNS, cellsOf, factsOf } from "./text.ts";

const MARKS: Readonly<Record<Verdict, Mark>> = { same: "PASS", different: "FAIL", "cannot say": "N/A" };
const CLASSES: Readonly<Record<Verdict, string>> = { same: "pass", different: "fail", "cannot say": "none" };

export function comparisonHtml(comparison: Comparison): string {
  const { verdict, conclusion, sources } = comparison;
  const facts = factsOf(comparison).map(([name, value]) => `<dt>${name}</dt><dd>${htmlText(value)}</dd>`);
  const rows = sources.map((source) => ({
    mark: MARKS[source.verdict],
    cells: cellsOf(source).toSpliced(1, 1),
  }));
  const columns = COLUMNS.toSpliced(1, 1);
  const body = [
    "<h1>Comparison of noise</h1>",
    `<dl>${facts.join("")}</dl>`,
    `<div class="conclusion"><div><p><span class="mark ${CLASSES[verdict]}">${verdict.toUpperCase()}</span></p><p>${htmlText(conclusion)}</p></div></div>`,
    ...(rows.length === 0
      ? []
      : ["<h2>Sources</h2>", tableHtml({ title: "Sources", columns, groups: [{ rows }] })]),
    ...sources.map(section),
  ];
  return htmlDocument(
    `Comparison of ${comparison.a.name} and ${comparison.b.name}`,
    PAGE_STYLE,
    body.join("\n"),
  );
}

function section(source: SourceComparison): string {
  const { id, words, notes } = source;
  return [
    `<h2>${htmlText(id)}</h2>`,
    `<p>${htmlText(words)}</p>`,
    ...(notes.length === 0 ? [] : [`<ul>${notes.map((note) => `<li>${htmlText(note)}</li>`).join("")}</ul>`]),
    pictures(source),
  ].join("\n");
}

function pictures({ samples }: SourceComparison): string {
  if (!samples) return "";
  const { histogram, a, b, unit, tickNs } = samples;
  const { low, width } = histogram;
  const places = histogram.a.map((_, i) => low + (i + 0.5) * width);
  const steps = tickNs[0] === null ? "" : `; a's are ${Number(tickNs[0].toPrecision(4))} ns`;
  const along = (values: readonly number[]) =>
    values.map((value, i): [number, number] => [i / Math.max(1, values.length - 1), value]);
  return [
    '<div class="figures">',
    figure(
      "Samples",
      `Share of samples by their value, a and b, but for one in 200 at either end${steps}.`,
      linesSvg(
        histogram.a.map((share, i) => [places[i]!, share]),
        histogram.b.map((share, i) => [places[i]!, share]),
        { x: unit, y: "share", fromZero: true },
      ),
    ),
    figure(
      "In time",
      "Median of each stretch, from the beginning of each recording to its end.",
      linesSvg(along(a.medians), along(b.medians), { x: "part of the recording", y: unit, fromZero: false }),
    ),
    "</div>",
  ].join("\n");
}
