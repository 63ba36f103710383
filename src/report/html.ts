/** A report as one HTML file without scripts or requests; pictures are SVG. */
import { htmlDocument } from "#kit/format/html-document.ts";
import { withEntities } from "#kit/format/markup.ts";
import { formatCount } from "#kit/format/numbers.ts";
import { barChart, bitmap, dotChart, lineChart } from "./charts.ts";
import {
  bitCorrelations,
  bitShares,
  byteHistogram,
  bytePairs,
  pValueHistogram,
  spectrum,
} from "./figures.ts";
import { conclusionHtml, factsHtml, figure, tableHtml, tableSection } from "./page-parts.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { Report } from "./report.ts";
import { conclusionOf, factsOf } from "./summary.ts";
import { type Table, tablesOf, valuesTables } from "./tables.ts";

/** @param head the first bytes of the data, which the pictures show */
export function reportHtml(report: Report, head: Uint8Array): string {
  const body = [
    "<h1>Randomness report</h1>",
    factsHtml(factsOf(report)),
    conclusion(report),
    "<h2>Pictures</h2>",
    '<div class="figures">',
    ...figures(report, head),
    "</div>",
    ...tablesOf(report).map(tableSection),
    ...valuesTables(report).map(foldedTable),
  ];
  return htmlDocument(`Randomness report: ${report.input.name}`, PAGE_STYLE, body.join("\n"));
}

function conclusion(report: Report): string {
  const { summary, quality } = report;
  const score =
    quality.score === null
      ? ""
      : `<div class="score">${quality.score.toFixed(1)}<small>quality of 100, grade ${quality.grade}</small></div>`;
  return conclusionHtml(summary.verdict, conclusionOf(report), score);
}

const BITMAP_SIDE = 256;
const LAG_POINTS = 4_096;

function figures(report: Report, head: Uint8Array): string[] {
  const all: (string | undefined)[] = [];
  const pValues = pValueHistogram(report.results, 20);
  const total = pValues.values.reduce((sum, count) => sum + count, 0);
  if (total > 0) {
    const labels = pValues.values.map((_, i) => (i / 20).toFixed(2));
    all.push(
      figure(
        "p-values",
        `${formatCount(total)} in twentieths. Good data fill all alike; tests that share data move together.`,
        barChart(pValues, { x: "p-value", y: "count", labels }),
      ),
    );
  }
  const byteLabels = Array.from({ length: 256 }, (_, byte) => String(byte));
  all.push(
    figure(
      "Byte values",
      "How often each of the 256 occurs. Of good data 99 in 100 end within the band.",
      barChart(byteHistogram(head), { x: "byte", y: "count", labels: byteLabels }),
    ),
    figure(
      "Ones by place in the byte",
      "Share of ones among the bits of each place less one half, 7 being the most significant.",
      barChart(bitShares(head), {
        x: "bit",
        y: "share of ones − ½",
        labels: ["7", "6", "5", "4", "3", "2", "1", "0"],
      }),
    ),
  );
  const correlations = bitCorrelations(head);
  if (correlations.values.length > 0) {
    all.push(
      figure(
        "Autocorrelation of bits",
        "Correlation of each bit with the one so many places later.",
        barChart(correlations, {
          x: "lag, bits",
          y: "correlation",
          labels: correlations.values.map((_, i) => String(i + 1)),
        }),
      ),
    );
  }
  const power = spectrum(head);
  if (power.values.length > 0) {
    all.push(
      figure(
        "Spectrum of bits",
        "Power in 256 bands of frequency; 1 is that of independent fair bits.",
        lineChart(power, { x: "frequency, cycles per bit", y: "power", from: 0, to: 0.5 }),
        "wide",
      ),
    );
  }
  const pairs = bytePairs(head, LAG_POINTS);
  if (pairs.length > 0) {
    all.push(
      figure(
        "Lag plot",
        `${formatCount(pairs.length)} bytes, each over the one before. Good data leave no pattern.`,
        dotChart(pairs, { x: "byte", y: "next byte" }),
        "square",
      ),
    );
  }
  const shown = Math.min(8 * head.length, BITMAP_SIDE ** 2);
  all.push(
    figure(
      "Bitmap",
      `The first ${formatCount(shown)} bits, ${BITMAP_SIDE} a row; ones are filled.`,
      bitmap(head, BITMAP_SIDE),
      "square",
    ),
  );
  return all.filter((text) => text !== undefined);
}

function foldedTable(table: Table): string {
  return `<details><summary>${withEntities(table.title)}</summary>\n${tableHtml(table)}</details>`;
}
