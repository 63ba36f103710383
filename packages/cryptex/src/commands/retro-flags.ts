/** The flags of `results retro`, and what they choose. */
import { hostname } from "node:os";
import { UsageError } from "#kit/errors.ts";
import { flag, many, type OptionsOf, positional } from "#kit/term/flags.ts";
import type { Journal, ScanRecord } from "../results/journal.ts";
import { recordOf } from "../results/scan-lines.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { sinceOf } from "./result-flags.ts";
import { RULE_FLAGS } from "./rule-flags.ts";
import { checkForm, SCAN_FLAGS } from "./scan-flags.ts";
import { parseTime } from "./times.ts";

const { format, json, output, failOn, timeout, threads, maxStrings, explain, listClean, maxSize } =
  SCAN_FLAGS;

export const RETRO_FLAGS = {
  id: many(positional.text({ required: false, about: "Id of a result; default: all of them" })),
  since: flag.value(parseTime, {
    hint: "TIME",
    about: "Only results that were written down then or later",
  }),
  origin: flag.text({ hint: "NAME", about: "Only results of this origin" }),
  here: many(flag.text({ hint: "NAME", about: "Origin whose paths are paths of this machine, too" })),
  base: flag.folder({ about: "Folder from which relative paths of collected results start" }),
  ...{ format, json, output, failOn, timeout, threads, maxStrings, explain, listClean, maxSize },
  ...RULE_FLAGS,
  ...STORE_FLAG,
};

/** Tells that paths of results of an origin are paths of this machine. */
export function isHere(origin: string, more: readonly string[]): boolean {
  return [hostname(), "gateway", "mcp", ...more].includes(origin);
}

type RetroOptions = OptionsOf<typeof RETRO_FLAGS>;

/** @throws UsageError */
export function checkRetro({ id, since, origin, json, format, explain }: RetroOptions): void {
  if (id.length > 0 && (since !== undefined || origin !== undefined)) {
    throw new UsageError("results are named by their ids, or chosen by --since and --origin, not both");
  }
  checkForm({ json, format, explain });
}

/** Lists the results that are named; where none is, all that are meant. @throws JournalError for an id that is nowhere */
export function chosenScans(
  journal: Journal,
  { id, since, origin }: Pick<RetroOptions, "id" | "since" | "origin">,
): readonly ScanRecord[] {
  if (id.length > 0) return id.map((each) => recordOf(journal, each));
  const meant = { ...sinceOf(since), ...(origin !== undefined && { origin }) };
  return journal.scans({ ...meant, limit: Number.MAX_SAFE_INTEGER });
}
