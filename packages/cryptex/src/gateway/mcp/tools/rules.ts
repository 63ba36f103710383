/** Tools of rules: which there are, what is wrong with a text of them, why one matches a file or does not. */
import { z } from "zod";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { explanationText } from "../../../explain/text.ts";
import type { Explained, ExplainQuestion } from "../../rule-sets.ts";
import { ServiceError } from "../../service-error.ts";
import { lines, pageOf, restWords } from "../answer.ts";
import { cursorAt, numberAt, placeAt } from "../cursor.ts";
import { EXPLAINED } from "../explanation-schema.ts";
import { CURSOR, CUT, LIMIT, META, NAME, NEXT, QUARANTINED, ROOT, RULE_SET } from "../schemas.ts";
import { type Cut, cutWords, fitting, PAGE_CHARS, shortened, shortenedItems } from "../size.ts";
import { READS, tool } from "../tool.ts";
import { ruleUri } from "../uris.ts";
import { belowRoot } from "./below-root.ts";

const SETS = z.array(
  z.strictObject({
    name: z.string(),
    default: z.boolean(),
    digest: z.string(),
    rules: z.int(),
    files: z.int(),
    modules: z.array(z.string()),
    quarantined: z.int(),
  }),
);

const SUMMARY = z.strictObject({
  uri: z.string(),
  name: z.string(),
  namespace: z.string().nullable(),
  file: z.string(),
  line: z.int(),
  tags: z.array(z.string()),
  meta: META,
  modules: z.array(z.string()),
  digest: z.string(),
});

export const listRules = tool({
  name: "list-rules",
  title: "List rule sets and YARA rules",
  description:
    "Lists the YARA rules of a rule set, all or those with certain words, tags, metadata and modules, and the rule sets that there are. The resource under `uri` has the text of a rule.",
  scopes: ["read"],
  effects: READS,
  timeoutMs: 120_000,
  input: z.strictObject({
    ruleset: RULE_SET,
    text: z
      .string()
      .max(4_096)
      .optional()
      .describe("Words in names, tags, metadata and strings; a rule has all of them"),
    tags: z.array(NAME).max(20).default([]),
    meta: z
      .array(z.strictObject({ key: NAME, value: NAME }))
      .max(20)
      .default([]),
    modules: z.array(NAME).max(20).default([]),
    limit: LIMIT,
    cursor: CURSOR,
  }),
  output: z.strictObject({
    rulesets: SETS,
    rules: z.array(SUMMARY),
    total: z.int(),
    next: NEXT,
    quarantined: z.array(QUARANTINED),
    cut: CUT,
  }),
  async run({ limit, cursor, ...query }, { services: { ruleSets } }) {
    const question = ["list-rules", query];
    const all = await ruleSets.list();
    const wanted = all.find((set) =>
      query.ruleset === undefined ? set.default : isCalled(set, query.ruleset),
    );
    const page = (most: number) => ruleSets.find({ ...query, limit: most, after: placeAt(cursor, question) });
    let found = await page(limit);
    const shown = () =>
      shortenedItems(
        found.rules.map((rule) => ({ uri: ruleUri(wanted?.name ?? "default", rule.name), ...rule })),
      );
    const fits = fitting(shown().value);
    // The cursor of fewer rules is another one.
    if (fits < found.rules.length) found = await page(fits);
    const { value, cuts } = shown();
    const next = found.next === null ? null : cursorAt(found.next, question);
    const quarantined = wanted?.quarantined ?? [];
    const named = shortenedItems(quarantined.slice(0, MOST_QUARANTINED).map(withoutHarm));
    const sets = all.map(({ quarantined: lost, modules, ...facts }) => ({
      ...facts,
      modules: [...modules],
      quarantined: lost.length,
    }));
    return {
      data: {
        rulesets: sets,
        rules: value,
        total: found.total,
        next,
        quarantined: named.value,
        cut: [...cuts, ...named.cuts],
      },
      says: [
        `${value.length} of ${found.total} rules, of ${sets.length} rule sets.`,
        ...lostWords(quarantined.length, named.value.length),
        ...cutWords([...cuts, ...named.cuts], "The resource under `uri` has the whole text of a rule."),
        ...restWords(next),
      ],
      shows: lines([...sets, ...value, ...named.value]),
    };
  },
});

/** Rules that are not evaluated, of which more are counted only. */
const MOST_QUARANTINED = 20;

function withoutHarm({ rule, file, line, reason }: z.infer<typeof QUARANTINED>) {
  return { rule, file, line, reason };
}

function lostWords(all: number, named: number): string[] {
  if (all === 0) return [];
  const some = named < all ? `, of which ${named} are named here` : ", named here";
  return [`Not evaluated: ${all} rules or files of the set${some}.`];
}

function isCalled(
  { name, digest }: { readonly name: string; readonly digest: string },
  ref: string,
): boolean {
  return name === ref || digest === ref || digest === `sha256:${ref}`;
}

export const validate = tool({
  name: "rule-validate",
  title: "Check a text of YARA rules",
  description:
    "Says what is wrong with a text of YARA rules, which stands alone and is kept nowhere: rules that an engine would not take, likely mistakes, and what makes scans slow.",
  scopes: ["scan"],
  effects: READS,
  timeoutMs: 40_000,
  input: z.strictObject({
    text: z
      .string()
      .max(2 ** 20)
      .describe("Rules, at most 1 MiB"),
    limit: LIMIT,
    cursor: CURSOR,
  }),
  output: z.strictObject({
    valid: z.boolean(),
    rules: z.int(),
    findings: z.array(
      z.strictObject({
        line: z.int().nullable(),
        rule: z.string().nullable(),
        severity: z.enum(["error", "warning", "hint"]),
        code: z.string(),
        message: z.string(),
        hint: z.string().optional(),
      }),
    ),
    total: z.int(),
    next: NEXT,
    cut: CUT,
  }),
  async run({ text, limit, cursor }, { services: { ruleSets }, signal }) {
    const question = ["rule-validate", text];
    const from = numberAt(cursor, question);
    const { valid, rules, findings } = await ruleSets.validate(text, signal);
    const own = findings.slice(from, from + limit).map(({ file: _, ...finding }) => finding);
    const { value, cuts } = shortenedItems(own);
    const { items, goesOnAt } = pageOf(value, { from, total: findings.length });
    const next = goesOnAt === undefined ? null : cursorAt(goesOnAt, question);
    const verdict = valid ? "No rule is at fault" : "Some of it is at fault";
    return {
      data: { valid, rules, findings: [...items], total: findings.length, next, cut: [...cuts] },
      says: [
        `${verdict}: ${rules} rules were read, and ${findings.length} findings made, of which ${items.length} are here.`,
        ...cutWords(cuts, "The text itself has the rest."),
        ...restWords(next),
      ],
      shows: lines(items),
    };
  },
});

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
