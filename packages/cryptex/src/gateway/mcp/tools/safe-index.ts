/** The tool that makes safe indexes, and keeps them as artifacts. */
import { z } from "zod";
import { formatCount, plural } from "#kit/format/numbers.ts";
import type { MetaValue } from "../../../rules/rule-info.ts";
import type { RuleSet } from "../../../rules/rule-set.ts";
import type { IndexReport } from "../../../safe-index/build-index.ts";
import { lines } from "../answers/answer.ts";
import { cutWords, shortened } from "../answers/size.ts";
import { licenceOf, type WithMeta } from "../resources/licences.ts";
import { artifactUri } from "../resources/uris.ts";
import { tool } from "../tool.ts";
import { CUT, NAME, RULE_SET } from "./schemas/pieces.ts";

const ARTIFACT = z.strictObject({
  uri: z.string(),
  digest: z.string(),
  name: z.string(),
  type: z.string(),
  licence: z.string(),
  bytes: z.int(),
});

export const createSafeIndex = tool({
  name: "create-safe-index",
  title: "Make a safe index",
  description:
    "Writes one file with every rule of a rule set that all the named targets can load, and a report that says which rules were left out and why. Both are kept as artifacts; where there is no more room the oldest artifacts are dropped.",
  scopes: ["scan", "write"],
  writes: true,
  effects: { readOnly: false, destructive: true, idempotent: true },
  timeoutMs: 600_000,
  input: z.strictObject({
    ruleset: RULE_SET,
    targets: z
      .array(NAME)
      .min(1)
      .max(16)
      .describe("As clamav, libyara-4.2, libyara-4.5, libyara-no-cuckoo, yara-x"),
  }),
  output: z.strictObject({
    index: ARTIFACT,
    report: ARTIFACT,
    ruleset: z.string(),
    rules: z.int(),
    kept: z.int(),
    dropped: z.int(),
    duplicates: z.int(),
    compiled_by: z.array(z.string()),
    reasons: z.array(z.strictObject({ reason: z.string(), rules: z.int() })),
    cut: CUT,
  }),
  async run({ ruleset, targets }, { services: { ruleSets, artifacts }, author, signal }) {
    const set = await ruleSets.open(ruleset);
    const { index, index_bytes, report } = await ruleSets.safeIndex({ ruleset, targets }, signal);
    signal.throwIfAborted();
    const made_of = { ruleset: set.digest, targets: [...new Set(targets)], made_by: author };
    const licence = licenceOf(keptRules(set, report));
    const name = `safe-${set.digest.slice("sha256:".length, "sha256:".length + 12)}.yar`;
    const content = index_bytes === undefined ? Buffer.from(index) : Buffer.from(index_bytes, "base64");
    const kept = artifacts.keep({ name, type: "text/x-yara", licence, made_of, content });
    const reportText = Buffer.from(`${JSON.stringify(report, undefined, 2)}\n`);
    const facts = {
      name: `${name}.json`,
      type: "application/json",
      licence,
      made_of: { ...made_of, index: kept.digest },
    };
    const keptReport = artifacts.keep({ ...facts, content: reportText });
    const reasons = Object.entries(report.reasons).map(([reason, rules]) => ({ reason, rules }));
    const { value, cuts } = shortened({ reasons });
    return {
      data: {
        index: shown(kept),
        report: shown(keptReport),
        ruleset: set.digest,
        rules: report.rules,
        kept: report.kept,
        dropped: report.dropped,
        duplicates: report.duplicates,
        compiled_by: [...report.compiled_by],
        reasons: value.reasons,
        cut: [...cuts],
      },
      says: [
        `The index has ${formatCount(report.kept)} of ${plural(report.rules, "rule")}. Left out: ${formatCount(report.dropped)}. There twice: ${formatCount(report.duplicates)}.`,
        `It is the resource ${artifactUri(kept.digest)}, and the report the resource ${artifactUri(keptReport.digest)}.`,
        ...cutWords(cuts, "The report has all of it."),
      ],
      shows: lines([{ licence }, ...value.reasons]),
    };
  },
});

function* keptRules({ rules }: RuleSet, { dropped_rules }: IndexReport): Generator<WithMeta> {
  const dropped = new Set(dropped_rules.map(({ rule, file }) => `${file}:${rule}`));
  for (let number = 0; number < rules.count; number++) {
    const info = rules.get(number);
    if (!dropped.has(`${info.file}:${info.name}`)) yield { meta: info.meta.map(asText) };
  }
}

/** Texts of a compiled set are binary strings. */
function asText({ key, value }: MetaValue) {
  return { key, value: typeof value === "string" ? Buffer.from(value, "latin1").toString() : value };
}

function shown({ digest, name, type, licence, bytes }: Omit<z.infer<typeof ARTIFACT>, "uri">) {
  return { uri: artifactUri(digest), digest: `sha256:${digest}`, name, type, licence, bytes };
}
