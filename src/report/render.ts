/** The ways in which a report is written. */
import type { Screen } from "#kit/term/screen.ts";
import { reportJson } from "./json.ts";
import { reportMarkdown } from "./markdown.ts";
import type { ReportRun } from "./run-options.ts";
import { reportText } from "./text.ts";

export const REPORT_FORMATS = ["text", "json", "md", "html"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** @param screen where text goes */
export async function renderReport(run: ReportRun, format: ReportFormat, screen: Screen): Promise<string> {
  switch (format) {
    case "text":
      return reportText(run.report, screen);
    case "json":
      return reportJson(run.report);
    case "md":
      return reportMarkdown(run.report);
    case "html":
      // The charts are a large module: it is loaded only when they are drawn.
      return (await import("./html.ts")).reportHtml(run.report, run.head);
  }
}
