/** Flags and output that commands `gap …` share. */
import { flag } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Screen } from "#kit/term/screen.ts";
import { type GapReport, reportText } from "../gap/gap-report.ts";
import { writeResult } from "./own-files.ts";

export const ROOT_FLAG = {
  root: flag.folder({ default: ".", about: "Folder of the code base" }),
};

export const REPORT_FORMATS = ["text", "json", "md", "html"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const FORMAT_FLAG = {
  format: flag.choice(REPORT_FORMATS, { default: "text", about: "Form of the result" }),
};

/** Loads what writes a form when it is asked for. */
const FORMS: Readonly<Record<ReportFormat, (report: GapReport, io: Screen) => Promise<string>>> = {
  text: async (report, io) => (await import("../gap/formats/text.ts")).gapText(report, io),
  json: async (report) => reportText(report),
  md: async (report) => (await import("../gap/formats/markdown.ts")).gapMarkdown(report),
  html: async (report) => (await import("../gap/formats/html.ts")).gapHtml(report),
};

/** @param inputs paths that the result may not replace */
export async function writeReport(
  report: GapReport,
  format: ReportFormat,
  output: string | undefined,
  inputs: readonly string[],
  io: Io,
): Promise<void> {
  await writeResult(await FORMS[format](report, io), output, inputs, io);
}
