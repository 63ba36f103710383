/** A gap report as Markdown, for places that show it. Equal reports give equal bytes. */
import { visible } from "#kit/format/visible.ts";
import { cellCode, cellText } from "../../dictionary/formats/markdown-cells.ts";
import type { GapReport } from "../gap-report.ts";
import { countWords, notesOf, portsOf } from "./words.ts";

export function gapMarkdown(report: GapReport): string {
  const { root, components, excluded, problems } = report;
  const text = (words: string) => cellText(visible(words));
  const code = (words: string) => cellCode(visible(words));
  const sections = [
    `# Gap report: ${text(root)}\n\n${countWords(report)}.`,
    section("Components", "Component | Language | Status | Port | Tests | Responsible | Entry | Note", [
      ...components.map((component) => [
        code(component.component),
        text(component.language ?? ""),
        text(component.port_status.replace("_", " ")),
        portsOf(component).map(code).join("<br>"),
        component.evidence.flatMap(({ tests }) => tests.map(code)).join("<br>"),
        text(component.responsible ?? ""),
        text(component.linked_cryptex ?? ""),
        notesOf(component).map(text).join("<br>"),
      ]),
    ]),
    section(
      "Problems",
      "Place | Problem",
      problems.map(({ place, reason }) => [code(place), text(reason)]),
    ),
    section(
      "Excluded",
      "Path | Language | Reason",
      excluded.map(({ component, language, reason }) => [
        code(component),
        text(language ?? ""),
        text(reason),
      ]),
    ),
  ];
  return sections
    .filter((each) => each !== "")
    .join("\n\n")
    .concat("\n");
}

function section(title: string, columns: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = columns.replaceAll(/[^|]+/g, " --- ").trim();
  return [
    `## ${title}`,
    "",
    `| ${columns} |`,
    `| ${line} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");
}
