/** `/rules`, `/rulesets`, `/rule-health`: which rules there are, and what can be tried with them. */
import { endpoint } from "#kit/http/endpoint.ts";
import { objectOf, schemaNamed } from "#kit/http/openapi.ts";
import { type QueryParameter, textParameter } from "#kit/http/parameters.ts";
import { Refusal } from "#kit/http/refusal.ts";
import { list, object, oneOf, optional, text } from "#kit/http/shapes.ts";
import { DEFAULT_SET } from "../../rules/which-rules.ts";
import { TARGETS } from "../../safe-index/targets.ts";
import type { ExplainQuestion } from "../rule-sets.ts";
import { MAX_RULE_TEXT_BYTES } from "../rules/trials.ts";
import { ServiceError } from "../service-error.ts";
import type { Services } from "../services.ts";
import { json, jsonText } from "./answers.ts";
import { AFTER, answer, LIMIT, problem } from "./lists.ts";
import { pageOf } from "./schemas.ts";

const RULESET = textParameter("Name or digest of the rule set; by default the default", 100);
const RULESET_MEMBER = optional(text(100, { least: 1 }));
const RULE_NAME = text(10_000, { least: 1 });
const SET = { "404": problem("There is no such rule set") };

/** The largest texts of rules, with a backslash before each sign. */
const MAX_TEXT_BODY_BYTES = 2 * MAX_RULE_TEXT_BYTES + 1_024;
/** Base64 of the largest content that is explained. */
const MAX_CONTENT_BYTES = 8 * 2 ** 20;
const MAX_EXPLAIN_BODY_BYTES = Math.ceil((MAX_CONTENT_BYTES * 4) / 3) + 16_384;
const MAX_JSON_BYTES = 2 ** 20;

const META_TEXT = textParameter("Metadata that a rule has, as severity=high", 4_000);
const META: QueryParameter<{ readonly key: string; readonly value: string } | undefined> = {
  ...META_TEXT,
  schema: { ...META_TEXT.schema, pattern: "^[^=]+=" },
  read(text, name) {
    const given = META_TEXT.read(text, name);
    if (given === undefined) return undefined;
    const at = given.indexOf("=");
    if (at < 1) throw new Refusal(400, `${name} must be like severity=high`);
    return { key: given.slice(0, at), value: given.slice(at + 1) };
  },
};

const QUESTION = object({
  ruleset: RULESET_MEMBER,
  rule: RULE_NAME,
  root: optional(text(64, { least: 1 })),
  path: optional(text(4_096, { least: 1 })),
  content: optional(text(MAX_EXPLAIN_BODY_BYTES)),
});

export function ruleEndpoints({ ruleSets }: Services) {
  return [
    endpoint("GET /rules", {
      id: "findRules",
      summary: "Rules by words, tags, metadata and modules",
      tag: "rules",
      scope: "read",
      query: {
        q: textParameter("Words, all of which a rule has in its name, tags, metadata or strings"),
        tag: textParameter("A tag that a rule has"),
        meta: META,
        module: textParameter("A module that a rule's condition uses", 200),
        ruleset: RULESET,
        limit: LIMIT,
        after: AFTER,
      },
      responses: {
        "200": answer("A page of rules", pageOf("rules", "RuleSummary", { total: { type: "integer" } })),
        ...SET,
      },
      async handle({ query: { q, tag, meta, module, ruleset, limit, after } }) {
        const found = await ruleSets.findJson({
          text: q,
          tags: tag === undefined ? [] : [tag],
          meta: meta === undefined ? [] : [meta],
          modules: module === undefined ? [] : [module],
          ruleset,
          limit,
          after,
        });
        return jsonText(found);
      },
    }),
    endpoint("GET /rules/{name}", {
      id: "showRule",
      summary: "All rules of a name: their texts, what they need, what needs them",
      tag: "rules",
      scope: "read",
      path: { name: "Name of the rule" },
      query: { ruleset: RULESET },
      responses: { "200": answer("As `cryptex rules show --json` prints it", "ShownRules") },
      handle: async ({ path, query: { ruleset } }) => json(await ruleSets.show(path("name"), ruleset)),
    }),
    endpoint("GET /rule-health", {
      id: "ruleHealth",
      summary: "Rules that are not evaluated, are there twice, or slow scans down",
      tag: "rules",
      scope: "read",
      query: { ruleset: RULESET },
      responses: { "200": answer("Health of a rule set", "RuleHealth"), ...SET },
      handle: async ({ query: { ruleset } }) => json(await ruleSets.health(ruleset)),
    }),
    endpoint("POST /rules/validate", {
      id: "validateRules",
      summary: "Look for faults in a text of rules; nothing is kept of it",
      tag: "rules",
      scope: "scan",
      body: { shape: object({ text: text(MAX_RULE_TEXT_BYTES) }), maxBytes: MAX_TEXT_BODY_BYTES },
      responses: {
        "200": answer("Findings of lint", "Validation"),
        "503": problem("Too many at a time"),
      },
      handle: async ({ body, signal }) => json(await ruleSets.validate(body.text, signal)),
    }),
    endpoint("POST /rules/explain", {
      id: "explainRule",
      summary: "Say why a rule matches a file or some bytes, or why not",
      tag: "rules",
      scope: "scan",
      body: { shape: QUESTION, maxBytes: MAX_EXPLAIN_BODY_BYTES },
      responses: {
        "200": answer("The explanation", "Explanation"),
        "404": problem("There is no such rule set, rule, root or path"),
        "409": problem("There is none: the rule is not evaluated, or the file cannot be read"),
        "503": problem("Too many at a time"),
      },
      handle: async ({ body, signal }) => json(await ruleSets.explain(questionOf(body), signal)),
    }),
    endpoint("POST /rules/safe-index", {
      id: "safeIndex",
      summary: "Make an index of the rules that all these programs can load",
      tag: "rules",
      scope: "scan",
      body: {
        shape: object({
          ruleset: RULESET_MEMBER,
          targets: list(oneOf(TARGETS.map(({ name }) => name)), 10, { least: 1 }),
        }),
        maxBytes: MAX_JSON_BYTES,
      },
      responses: {
        "200": answer("The index, and what was left out", "SafeIndex"),
        "503": problem("Too many at a time"),
        ...SET,
      },
      handle: async ({ body, signal }) => json(await ruleSets.safeIndex(body, signal)),
    }),
    endpoint("GET /rulesets", {
      id: "listRuleSets",
      summary: "Rule sets, the default first",
      tag: "rules",
      scope: "read",
      responses: {
        "200": answer(
          "All of them",
          objectOf({ rulesets: { type: "array", items: schemaNamed("RuleSetInfo") } }, ["rulesets"]),
        ),
      },
      handle: async () => json({ rulesets: await ruleSets.list() }),
    }),
    endpoint("GET /rulesets/{ref}", {
      id: "getRuleSet",
      summary: "A rule set",
      tag: "rules",
      scope: "read",
      path: { ref: "Name or digest; default is the default" },
      responses: { "200": answer("What it holds, and what is lost of it", "RuleSetInfo") },
      async handle({ path }) {
        const ref = path("ref");
        const all = await ruleSets.list();
        const found =
          all.find(({ name, digest }) => name === ref || digest === ref) ??
          all.find((each) => each.default && ref === DEFAULT_SET);
        if (!found) throw new ServiceError("not-found", "there is no such rule set");
        return json(found);
      },
    }),
  ];
}

/** @throws Refusal 400 */
interface Question {
  readonly ruleset?: string;
  readonly rule: string;
  readonly root?: string;
  readonly path?: string;
  readonly content?: string;
}

/** @throws Refusal 400, 413 */
function questionOf({ ruleset, rule, root, path, content }: Question): ExplainQuestion {
  if (content === undefined) {
    if (root === undefined || path === undefined)
      throw new Refusal(400, "root and path, or content, must be given");
    return { ruleset, rule, root, path };
  }
  if (root !== undefined || path !== undefined)
    throw new Refusal(400, "content and root or path contradict each other");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(content) || content.length % 4 !== 0)
    throw new Refusal(400, "content must be base64");
  const bytes = Buffer.from(content, "base64");
  if (bytes.length > MAX_CONTENT_BYTES)
    throw new Refusal(413, `content has more than ${MAX_CONTENT_BYTES} bytes`);
  return { ruleset, rule, content: bytes };
}
