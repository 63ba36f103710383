/** Pieces of the schemas of tools. */
import { z } from "zod";

/** A name, a word or a path. Longer ones are in no file of people's. */
export const NAME = z.string().min(1).max(4_096);

export const CURSOR = z
  .string()
  .min(1)
  .max(8_192)
  .optional()
  .describe("From next of the last answer, with the same arguments");

export const LIMIT = z
  .int()
  .min(1)
  .max(500)
  .default(50)
  .describe("Items in one answer at most; fewer where they are long");

/** Cursor to go on with; null at the end. */
export const NEXT = z.string().nullable();

/** Texts and lists that were shortened: where, what is left, of how much. */
export const CUT = z.array(z.strictObject({ at: z.string(), kept: z.int(), of: z.int() }));

export const META = z.array(
  z.union([
    z.strictObject({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) }),
    z.strictObject({ key: z.string(), value_bytes: z.string() }),
  ]),
);

/** A rule, a file or an include that is not evaluated, and why. */
export const QUARANTINED = z.strictObject({
  rule: z.string().nullable(),
  file: z.string(),
  line: z.int().nullable(),
  reason: z.string(),
});

export const RULE_SET = NAME.optional().describe("Name or digest of a rule set; by default the default one");

/** A named folder of this program, and a path below it. */
export const ROOT = NAME.describe("Name of a root: a folder that this program may look into");
export const BELOW_ROOT = NAME.default(".").describe("Path below the root, with slashes");
