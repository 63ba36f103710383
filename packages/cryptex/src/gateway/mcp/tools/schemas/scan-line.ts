/** The schemas of lines of a scan's result: scan-runner/events.ts says what their parts mean. */
import { z } from "zod";
import type { JournalLine } from "../../../../results/journal.ts";
import { EXPLANATION } from "./explanation.ts";
import { META } from "./pieces.ts";

const PATH = { path: z.string(), path_bytes: z.string().optional() };

const MATCH = {
  type: z.literal("match"),
  ...PATH,
  sha256: z.string(),
  size: z.int(),
  rule: z.string(),
  namespace: z.string(),
  tags: z.array(z.string()),
  meta: META,
  strings: z.array(z.strictObject({ id: z.string(), offset: z.int(), length: z.int(), data: z.string() })),
  strings_total: z.record(z.string(), z.int()).optional(),
  engine: z.string(),
  explanation: EXPLANATION.optional(),
};

const QUARANTINE = {
  type: z.literal("quarantine"),
  path: z.string().optional(),
  path_bytes: z.string().optional(),
  rule: z.string().nullable(),
  file: z.string(),
  line: z.int().nullable(),
  reason: z.string(),
  harmless: z.literal(true).optional(),
};

const reasoned = <Type extends string>(type: Type) => ({
  type: z.literal(type),
  ...PATH,
  reason: z.string(),
});

const LOG = { type: z.literal("log"), ...PATH, message: z.string() };

export const LINE_TYPES = ["match", "error", "quarantine", "skip", "note", "log"] as const;

export const SCAN_LINE = z.discriminatedUnion("type", [
  z.strictObject(MATCH),
  z.strictObject(reasoned("error")),
  z.strictObject(QUARANTINE),
  z.strictObject(reasoned("skip")),
  z.strictObject(reasoned("note")),
  z.strictObject(LOG),
]);

/** Picks the members that the schema has. */
const PICKED = z.discriminatedUnion("type", [
  z.object(MATCH),
  z.object(reasoned("error")),
  z.object(QUARANTINE),
  z.object(reasoned("skip")),
  z.object(reasoned("note")),
  z.object(LOG),
]);

export function lineOf({ type, data }: JournalLine): z.infer<typeof SCAN_LINE> {
  return PICKED.parse({ type, ...data });
}
