/** The schema of the gap report: docs/gap-report.schema.json says what its parts mean. */
import { z } from "zod";

const COUNT = z.int().min(0);
const DIGEST = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .nullable();

const COMPONENT = z.strictObject({
  component: z.string(),
  language: z.string().nullable(),
  port_status: z.enum(["pending", "in_progress", "done", "stale"]),
  rust_status: z.enum(["pending", "in_progress", "done"]),
  responsible: z.string().nullable(),
  linked_cryptex: z.string().nullable(),
  evidence: z.array(
    z.strictObject({
      to: z.string(),
      declared_in: z.array(z.string()),
      about: z.array(z.string()),
      symbols: z.array(z.string()),
      tests: z.array(z.string()),
      sha256: DIGEST,
      faults: z.array(z.string()),
    }),
  ),
  suggestions: z.array(
    z.strictObject({ candidate: z.string(), score: z.number().min(0).max(1), why: z.string() }),
  ),
  sha256: DIGEST,
  reason: z.string().optional(),
  order: z.string().optional(),
});

export const GAP_REPORT = z.strictObject({
  schema: z.literal(1),
  root: z.string(),
  components: z.array(COMPONENT),
  excluded: z.array(
    z.strictObject({ component: z.string(), language: z.string().nullable(), reason: z.string() }),
  ),
  counts: z.strictObject({
    pending: COUNT,
    in_progress: COUNT,
    done: COUNT,
    stale: COUNT,
    excluded: COUNT,
    problems: COUNT,
  }),
  problems: z.array(
    z.strictObject({
      kind: z.enum(["declaration", "stale", "unread", "owners"]),
      component: z.string().nullable(),
      place: z.string(),
      reason: z.string(),
    }),
  ),
});
