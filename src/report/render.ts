/** The ways in which a report is written. */
import type { Screen } from "#kit/term/screen.ts";
import { reportJson } from "./json.ts";
import { reportMarkdown } from "./markdown.ts";
import type { ReportRun } from "./report.ts";
import { reportText } from "./text.ts";
import { TestThreads } from "./threads/test-threads.ts";

export const REPORT_FORMATS = ["text", "json", "md", "html"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** @param screen where text goes @throws the signal's reason */
export async function renderReport(
  run: ReportRun,
  format: ReportFormat,
  screen: Screen,
  { threads, signal }: { readonly threads: number; readonly signal: AbortSignal },
): Promise<string> {
  switch (format) {
    case "text":
      return reportText(run.report, screen);
    case "json":
      return reportJson(run.report);
    case "md":
      return reportMarkdown(run.report);
    case "html": {
      using thread = new TestThreads(Math.min(threads, 1), signal);
      return await thread.run({ kind: "page", run });
    }
  }
}
