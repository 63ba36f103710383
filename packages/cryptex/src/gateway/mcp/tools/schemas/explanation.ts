/** The schema of an explanation: explain/explanation.ts says what its parts mean. */
import { z } from "zod";

const STATE = z.enum(["true", "false", "undefined", "unknown"]);
const VARIABLES = z.record(z.string(), z.string());

const NODE = z.strictObject({
  id: z.int(),
  kind: z.string(),
  text: z.string(),
  state: STATE,
  value: z
    .strictObject({
      type: z.enum(["integer", "float", "text"]),
      value: z.union([z.number(), z.string()]),
      length: z.int().optional(),
    })
    .optional(),
  reason: z.string().optional(),
  reads: z.string().optional(),
  found: z.strictObject({ total: z.int(), offsets: z.array(z.int()) }).optional(),
  needs: z.union([z.number(), z.string()]).optional(),
  has: z.int().optional(),
  get children() {
    return z.array(NODE).optional();
  },
  more: z.int().optional(),
  get loop() {
    return LOOP.optional();
  },
});

const LOOP = z.strictObject({
  turns: z.number(),
  get shown() {
    return z.array(z.strictObject({ variables: VARIABLES, body: NODE }));
  },
});

const RULE = z.strictObject({ rule: z.string(), namespace: z.string() });

export const EXPLANATION = z.strictObject({
  rule: z.string(),
  namespace: z.string(),
  file: z.string(),
  line: z.int(),
  verdict: z.enum(["match", "no match"]).nullable(),
  unavailable: z
    .strictObject({
      kind: z.enum(["engine", "time", "size", "unknown", "disagreement"]),
      reason: z.string(),
    })
    .optional(),
  condition: NODE.optional(),
  held_back_by: z.array(RULE).optional(),
  strings: z.array(
    z.strictObject({
      id: z.string(),
      total: z.int(),
      matches: z.array(
        z.strictObject({
          offset: z.int(),
          length: z.int(),
          data: z.string(),
          xor_key: z.int().optional(),
        }),
      ),
      incomplete: z.string().optional(),
    }),
  ),
  changes: z
    .strictObject({
      count: z.int(),
      exact: z.boolean(),
      nodes: z.array(
        z.strictObject({
          text: z.string(),
          now: STATE,
          wanted: z.enum(["true", "false"]),
          variables: VARIABLES.optional(),
          node: z.int().optional(),
        }),
      ),
    })
    .optional(),
});

/** With the file that it is about. */
export const EXPLAINED = EXPLANATION.extend({
  schema: z.literal(1),
  path: z.string(),
  path_bytes: z.string().optional(),
  size: z.int(),
  sha256: z.string(),
});
