/** The output formats of a scan, by name. */
import { csvWriter } from "./csv.ts";
import type { FormatOptions, FormatWriter } from "./format.ts";
import { htmlWriter } from "./html.ts";
import { jsonWriter, ndjsonWriter } from "./json.ts";
import { sarifWriter } from "./sarif.ts";
import { textWriter } from "./text.ts";
import { yaraWriter } from "./yara-lines.ts";

export interface Format {
  /** One line for help. */
  readonly summary: string;
  open(options: FormatOptions): FormatWriter;
}

export const FORMATS = {
  text: { summary: "for people: matches by file, then what was not evaluated", open: textWriter },
  ndjson: { summary: "one JSON object a line, as it happens", open: ndjsonWriter },
  json: { summary: "one JSON object with all of the result", open: jsonWriter },
  sarif: { summary: "SARIF 2.1.0, for code scanning and viewers", open: sarifWriter },
  csv: { summary: "one line an event, for spreadsheets and databases", open: csvWriter },
  html: { summary: "a report in one file, with pictures", open: htmlWriter },
  yara: { summary: "the lines of the program yara", open: yaraWriter },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;
