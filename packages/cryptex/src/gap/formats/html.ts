/** A gap report as one page without scripts or requests. Size is bounded: the first rows are shown, and all are counted. */
import { code, type Html, type PageTable, page, shares, tableSection, text } from "#kit/format/html-page.ts";
import { htmlText } from "#kit/format/markup.ts";
import type { GapComponent, GapReport } from "../gap-report.ts";
import { countWords, notesOf, portsOf } from "./words.ts";

const MAX_ROWS = 5_000;

export function gapHtml(report: GapReport): string {
  const { root, counts, components, excluded, problems } = report;
  const isWhole = components.length > 0 && counts.done === components.length && problems.length === 0;
  const sections = [
    `<div class="verdict ${isWhole ? "good" : "warn"}"><p class="word">${isWhole ? "Everything is ported" : "There are gaps"}</p><p>${htmlText(countWords(report))}.</p></div>`,
    shares("Components", [
      { name: "done", count: counts.done, colour: "good" },
      { name: "in progress", count: counts.in_progress, colour: "warn" },
      { name: "stale", count: counts.stale, colour: "bad" },
      { name: "pending", count: counts.pending, colour: "none" },
    ]),
    section("Problems", ["Place", "Problem"], problems, ({ place, reason }) => [code(place), text(reason)]),
    section(
      "Components",
      ["Component", "Language", "Status", "Port", "Tests", "Responsible", "Entry", "Note"],
      components,
      componentRow,
    ),
    section("Excluded", ["Path", "Language", "Reason"], excluded, ({ component, language, reason }) => [
      code(component),
      text(language ?? ""),
      text(reason),
    ]),
  ];
  return page(`Gap report: ${root}`, sections.filter((each) => each !== "").join("\n"));
}

function componentRow(component: GapComponent): Html[] {
  const { port_status, language, responsible, linked_cryptex, evidence } = component;
  return [
    code(component.component),
    text(language ?? ""),
    text(port_status.replace("_", " ")),
    lines(portsOf(component).map(code)),
    lines(evidence.flatMap(({ tests }) => tests.map(code))),
    text(responsible ?? ""),
    text(linked_cryptex ?? ""),
    lines(notesOf(component).map(text)),
  ];
}

function lines(items: readonly Html[]): Html {
  return { html: items.map(({ html }) => html).join("<br>") };
}

function section<T>(
  title: string,
  columns: PageTable["columns"],
  items: readonly T[],
  row: (item: T) => readonly Html[],
): string {
  return tableSection({ title, columns, rows: items.slice(0, MAX_ROWS).map(row), total: items.length });
}
