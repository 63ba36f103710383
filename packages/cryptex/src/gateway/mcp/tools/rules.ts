/** Tools of rules: which there are, and what is wrong with a text of them. */
import { z } from "zod";
import { plural } from "#kit/format/numbers.ts";
import type { RuleFinding, RuleSets } from "../../rule-sets.ts";
import { lines, pageOf, restWords } from "../answers/answer.ts";
import { cursorAt, numberAt, placeAt } from "../answers/cursor.ts";
import { cutWords, fitting, shortenedItems } from "../answers/size.ts";
import { ruleUri } from "../resources/uris.ts";
import { READS, tool } from "../tool.ts";
import { CURSOR, CUT, LIMIT, META, NAME, NEXT, QUARANTINED, RULE_SET } from "./schemas/pieces.ts";

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
    const sets = await ruleSets.list();
    const wanted = sets.find((set) =>
      query.ruleset === undefined ? set.default : isCalled(set, query.ruleset),
    );
    const after = placeAt(cursor, question);
    const { rules, total, ...found } = await pageThatFits(ruleSets, { ...query, limit, after }, wanted?.name);
    const next = found.next === null ? null : cursorAt(found.next, question);
    const lost = (wanted?.quarantined ?? []).filter(({ harmless }) => !harmless);
    const named = shortenedItems(lost.slice(0, MOST_QUARANTINED).map(asQuarantined));
    const cuts = [...found.cuts, ...named.cuts];
    const shownSets = sets.map(({ quarantined, ...facts }) => ({
      ...facts,
      quarantined: quarantined.length,
    }));
    return {
      data: { rulesets: shownSets, rules, total, next, quarantined: named.value, cut: cuts },
      says: [
        `${rules.length} of ${plural(total, "rule")}. Rule sets: ${sets.length}.`,
        ...lostWords(lost.length, named.value.length),
        ...cutWords(cuts, "The resource under `uri` has the whole text of a rule."),
        ...restWords(next),
      ],
      shows: lines([...shownSets, ...rules, ...named.value]),
    };
  },
});

/** Rules that are not evaluated, of which more are counted only. */
const MOST_QUARANTINED = 20;

/** Asks for as many rules as fit, since the cursor is that of the last one. @param set that they are in */
async function pageThatFits(ruleSets: RuleSets, query: RuleFinding, set = "default") {
  const asked = async (limit: number) => {
    const { rules, ...found } = await ruleSets.find({ ...query, limit });
    const { value, cuts } = shortenedItems(rules.map((rule) => ({ uri: ruleUri(set, rule.name), ...rule })));
    return { ...found, rules: value, cuts };
  };
  const found = await asked(query.limit);
  const fits = fitting(found.rules);
  return fits < found.rules.length ? await asked(fits) : found;
}

function asQuarantined({ rule, file, line, reason }: z.infer<typeof QUARANTINED>) {
  return { rule, file, line, reason };
}

function lostWords(all: number, named: number): string[] {
  if (all === 0) return [];
  const some = named < all ? `; the first ${named} are named` : "";
  return [
    `Not evaluated: ${all} rules or files of the set${some}. In the list such rules have no namespace; the lines of type quarantine of a scan name them all.`,
  ];
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
        `${verdict}. ${plural(rules, "rule")}, ${plural(findings.length, "finding")}; here: ${items.length}.`,
        ...cutWords(cuts, "The text itself has the rest."),
        ...restWords(next),
      ],
      shows: lines(items),
    };
  },
});
