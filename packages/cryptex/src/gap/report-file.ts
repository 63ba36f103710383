/** Reads a report that was written before. It may come from anybody. */
import { InputError } from "#kit/errors.ts";
import { readSmallFile } from "#kit/files/small-file.ts";
import { type Schema, schemaFault } from "#kit/format/json-schema.ts";
import { visible } from "#kit/format/visible.ts";
import document from "../../docs/gap-report.schema.json";
import type { GapReport } from "./gap-report.ts";

export const REPORT_FILE = "gap_report.json";

/** A hundred thousand components of a thousand characters, and some. */
const MAX_BYTES = 128 * 2 ** 20;

const DEFINITIONS = document.$defs as unknown as Readonly<Record<string, Schema>>;

/** @throws InputError */
export function readReport(path: string): GapReport {
  const { text } = readSmallFile(path, MAX_BYTES);
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${visible(path)} is no JSON: ${visible((error as Error).message)}`);
  }
  const fault = schemaFault(report, DEFINITIONS["report"]!, DEFINITIONS);
  if (fault !== undefined) throw new InputError(`${visible(path)} is no gap report${visible(fault)}`);
  return report as GapReport;
}
