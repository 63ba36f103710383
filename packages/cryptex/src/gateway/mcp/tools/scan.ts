/** The tool that scans, and shows what a scan has found. */
import { z } from "zod";
import { onAbort } from "#kit/abort.ts";
import { plural } from "#kit/format/numbers.ts";
import type { ScanRecord } from "../../../results/journal.ts";
import type { ScanOrder } from "../../scans/scans.ts";
import { ServiceError } from "../../service-error.ts";
import { lines, pageOf, restWords } from "../answers/answer.ts";
import { cursorAt, placeAt } from "../answers/cursor.ts";
import { cutWords, shortenedItems } from "../answers/size.ts";
import { tool, type Work } from "../tool.ts";
import { belowRoot } from "./below-root.ts";
import { CURSOR, CUT, LIMIT, NAME, NEXT, ROOT, RULE_SET } from "./schemas/pieces.ts";
import { LINE_TYPES, lineOf, SCAN_LINE } from "./schemas/scan-line.ts";

const COUNT = z.int().min(0);
const ID = z.uuid();

/** Clients that wait for progress wait for some seconds at least. */
const PROGRESS_MS = 500;

/** Matches of a string that a line shows; the counts say how many there were. */
const MOST_STRINGS = 10;

export const scanDirectory = tool({
  name: "scan-directory",
  title: "Scan files with YARA rules",
  description:
    "Scans files and folders below a root with the YARA rules of a rule set, and waits for the result. Answers with matches by default; with types it shows files that were not wholly evaluated (error), rules that were not (quarantine), and what was left out (skip). Nothing is skipped in silence: complete says whether everything that was asked for was evaluated. To see more of a scan that was made before, give its id in scan, and no root.",
  scopes: ["scan"],
  // The result stays in the store, as that of every scan of the gateway.
  effects: { readOnly: false, destructive: false, idempotent: false },
  timeoutMs: 600_000,
  input: z.strictObject({
    root: ROOT.optional(),
    paths: z.array(NAME).min(1).max(100).default(["."]).describe("Paths below the root, with slashes"),
    ruleset: RULE_SET,
    exclude: z.array(NAME).max(100).default([]).describe("Patterns of paths to leave out, like *.log"),
    max_size: COUNT.optional().describe("Largest file in bytes"),
    recursive: COUNT.optional().describe("Levels of folders that are looked into"),
    archives: COUNT.max(16).default(0).describe("Levels of archives that are looked into"),
    timeout_ms: COUNT.max(600_000).optional().describe("Longest time for a file"),
    scan: ID.optional().describe("Id of a scan by this tool, to be shown in place of a new one"),
    types: z.array(z.enum(LINE_TYPES)).min(1).default(["match"]),
    limit: LIMIT,
    cursor: CURSOR,
  }),
  output: z.strictObject({
    scan: z.string(),
    state: z.enum(["waiting", "running", "done", "cancelled", "failed"]),
    reason: z.string().nullable(),
    complete: z.boolean().nullable(),
    ruleset: z.string().nullable(),
    counts: z
      .strictObject({
        scanned: z.int(),
        clean: z.int(),
        matched: z.int(),
        matches: z.int(),
        skipped: z.int(),
        errors: z.int(),
      })
      .nullable(),
    lines_by_type: z.record(z.string(), z.int()),
    lines: z.array(SCAN_LINE),
    next: NEXT,
    cut: CUT,
  }),
  async run({ types, limit, cursor, scan, root, ...asked }, work) {
    const { journal } = work.services;
    const question = ["scan-directory", scan ?? [root, asked], types];
    const place = placeIn(cursor, question);
    const seen = scan ?? place?.scan;
    const record =
      seen === undefined ? await scanned(orderOf(root, asked, work), work) : madeByTool(journal.scan(seen));
    const after = place?.seq ?? 0;
    const found = journal.read({ scan: record.id, types, after, limit: limit + 1 });
    const { value, cuts } = shortenedItems(found.slice(0, limit).map(lineOf));
    const { items } = pageOf(value, { from: 0, total: value.length });
    const hasMore = items.length < found.length || isGoingOn(record);
    const last = items.length === 0 ? after : found[items.length - 1]!.seq;
    const next = hasMore ? cursorAt(`${record.id} ${last}`, question) : null;
    return {
      data: {
        scan: record.id,
        state: record.state,
        reason: record.reason,
        complete: record.end?.complete ?? null,
        ruleset: record.start?.ruleset.digest ?? null,
        counts: countsOf(record),
        lines_by_type: { ...record.lines },
        lines: [...items],
        next,
        cut: [...cuts],
      },
      says: [
        ...stateWords(record),
        `Here: ${plural(items.length, "line")}.`,
        ...otherWords(record, types),
        ...cutWords(cuts, "The file itself has the rest."),
        ...restWords(next),
      ],
      ...((record.state === "failed" || record.state === "cancelled") && { failed: true }),
      shows: lines([...(record.reason === null ? [] : [{ reason: record.reason }]), ...items]),
    };
  },
});

interface Asked {
  readonly paths: readonly string[];
  readonly ruleset?: string | undefined;
  readonly exclude: readonly string[];
  readonly max_size?: number | undefined;
  readonly recursive?: number | undefined;
  readonly archives: number;
  readonly timeout_ms?: number | undefined;
}

/** @throws ServiceError */
function orderOf(
  root: string | undefined,
  { paths, ruleset, exclude, max_size, recursive, archives, timeout_ms }: Asked,
  { services }: Work,
): ScanOrder {
  const { root: named } = belowRoot({ root, path: paths[0] }, services.roots.names());
  return {
    root: named,
    paths,
    ...(ruleset !== undefined && { ruleset }),
    options: {
      exclude,
      archives,
      maxStrings: MOST_STRINGS,
      ...(max_size !== undefined && { maxSize: max_size }),
      ...(recursive !== undefined && { recursive }),
      ...(timeout_ms !== undefined && { timeoutMs: timeout_ms }),
    },
  };
}

/** Has a scan made, and waits for its end. A call that is cancelled cancels it. @throws ServiceError; the signal's reason */
async function scanned(order: ScanOrder, { services, signal, progress }: Work): Promise<ScanRecord> {
  const { scans } = services;
  const { id } = scans.submit(order, { origin: "mcp" });
  using _cancel = onAbort(signal, () => cancelled(scans, id));
  let last = 0;
  const tell = (files: number, of?: number) => {
    // Who tells it must come further each time.
    if (files > last) progress(files, of, "files were scanned");
    last = Math.max(files, last);
  };
  const timer = setInterval(() => tell(scans.filesDone(id) ?? 0), PROGRESS_MS);
  try {
    const record = await scans.ended(id, signal);
    if (record.end) tell(record.end.scanned, record.end.scanned);
    return record;
  } finally {
    clearInterval(timer);
  }
}

function cancelled(scans: Work["services"]["scans"], id: string): void {
  try {
    scans.cancel(id);
  } catch (error) {
    // It has come to its end in the same moment.
    if (!(error instanceof ServiceError && error.kind === "conflict")) throw error;
  }
}

/** Results of others are not this tool's to show: their readers need another scope. @throws ServiceError */
function madeByTool(record: ScanRecord | undefined): ScanRecord {
  if (record?.origin === "mcp") return record;
  throw new ServiceError(
    "not-found",
    "there is no scan of this tool with that id, or its result was removed",
  );
}

function placeIn(cursor: string | undefined, question: unknown) {
  const [scan, seq] = placeAt(cursor, question)?.split(" ") ?? [];
  return scan === undefined ? undefined : { scan, seq: Number(seq) || 0 };
}

function isGoingOn({ state }: ScanRecord): boolean {
  return state === "waiting" || state === "running";
}

function countsOf({ end }: ScanRecord) {
  if (!end) return null;
  const { scanned: all, clean, matched, matches, skipped, errors } = end;
  return { scanned: all, clean, matched, matches, skipped, errors };
}

function stateWords({ state, end, id, start }: ScanRecord): string[] {
  if (!end) return [`The scan ${id} is ${state}, and its result not whole.`];
  const { scanned: files, matched, matches, clean, skipped, errors, complete } = end;
  const whole = complete
    ? "Everything that was asked for was evaluated."
    : "Not everything that was asked for was evaluated: lines of type error and quarantine say what was not.";
  return [
    `The scan ${id} is ${state}: ${plural(files, "file")} with ${plural(start?.rules ?? 0, "rule")}, ${plural(matches, "match", "matches")} in ${plural(matched, "file")}, ${clean} clean, ${skipped} skipped, ${errors} with errors.`,
    whole,
  ];
}

/** Says what there is besides the lines that are shown. */
function otherWords({ id, lines: written }: ScanRecord, types: readonly string[]): string[] {
  const others = LINE_TYPES.filter((type) => !types.includes(type) && (written[type] ?? 0) > 0);
  if (others.length === 0) return [];
  const counts = others.map((type) => `${written[type]} of type ${type}`);
  return [
    `Other lines: ${counts.join(", ")}. Call this tool with scan ${JSON.stringify(id)} and these types to see them.`,
  ];
}
