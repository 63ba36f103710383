/** The tool that explains why a rule matches a file, or does not. */
import { z } from "zod";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { explanationText } from "../../../explain/text.ts";
import type { Explained, ExplainQuestion } from "../../rule-sets.ts";
import { ServiceError } from "../../service-error.ts";
import { type Cut, cutWords, PAGE_CHARS, shortened } from "../answers/size.ts";
import { READS, tool } from "../tool.ts";
import { belowRoot } from "./below-root.ts";
import { EXPLAINED } from "./schemas/explanation.ts";
import { CUT, NAME, ROOT, RULE_SET } from "./schemas/pieces.ts";

/** A file that is sent along; larger ones are named below a root. */
const MOST_CONTENT = 2 ** 20;

export const explain = tool({
  name: "rule-explain",
  title: "Explain why a rule matches a file",
  description:
    "Shows why a YARA rule matches a file below a root, or bytes that are sent along, and for one that does not match what would have to change: the condition as a tree with the state of each part, and what strings were found where.",
  scopes: ["scan"],
  effects: READS,
  timeoutMs: 90_000,
  input: z.strictObject({
    ruleset: RULE_SET,
    rule: NAME.describe("Name of the rule; NAMESPACE/NAME where several have it"),
    root: ROOT.optional(),
    path: NAME.optional().describe("Path of the file below the root, with slashes"),
    content: z
      .base64()
      .max(Math.ceil(MOST_CONTENT / 3) * 4)
      .optional()
      .describe("Content of the file in base64, at most 1 MiB, in place of root and path"),
  }),
  output: EXPLAINED.extend({ cut: CUT }),
  async run({ ruleset, rule, root, path, content }, { services, signal }) {
    const subject = subjectOf({ root, path, content }, services.roots.names());
    const explained = await services.ruleSets.explain({ ruleset, rule, ...subject }, signal);
    const { value, cuts } = cutExplanation(explained);
    return {
      data: { ...value, cut: [...cuts] },
      says: [
        VERDICTS[explained.verdict ?? "none"],
        ...(explained.unavailable
          ? ["The tree of the condition cannot be relied on; the reason stands below."]
          : []),
        ...cutWords(cuts, "The command `cryptex explain` prints all of it."),
      ],
      shows: explanationText(value, NO_SCREEN),
    };
  },
});

const VERDICTS = {
  match: "It matches.",
  "no match": "It does not match.",
  none: "The engine has no answer for this rule and file.",
};

type Subject = ExplainQuestion extends infer Question
  ? Question extends { readonly root: string }
    ? { readonly root: string; readonly path: string }
    : { readonly content: Uint8Array }
  : never;

function subjectOf(
  { root, path, content }: { readonly [name in "root" | "path" | "content"]: string | undefined },
  roots: readonly string[],
): Subject {
  if (content !== undefined && root === undefined && path === undefined)
    return { content: Buffer.from(content, "base64") };
  if (content !== undefined) throw new ServiceError("invalid", "give either content, or root and path");
  return belowRoot({ root, path }, roots);
}

/** Limits under which an explanation becomes smaller and smaller, until it fits. */
const LIMITS = [
  { chars: 4_000, items: 50 },
  { chars: 500, items: 20 },
  { chars: 100, items: 5 },
];

function cutExplanation(explained: Explained): { readonly value: Explained; readonly cuts: readonly Cut[] } {
  for (const limits of LIMITS) {
    const cut = shortened(explained, limits);
    if (JSON.stringify(cut.value).length <= PAGE_CHARS) return cut;
  }
  // Deep rather than wide.
  const { condition: _, ...rest } = shortened(explained, LIMITS.at(-1)!).value;
  return { value: rest, cuts: [{ at: "condition", kept: 0, of: 1 }] };
}
