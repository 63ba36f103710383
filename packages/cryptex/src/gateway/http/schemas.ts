/** Schemas of what the gateway answers, by the names under which the OpenAPI document has them. */
import { arrayOf, INTEGER, objectOf, type Schema, schemaNamed, TEXT } from "#kit/http/openapi.ts";
import gapReport from "../../../docs/gap-report.schema.json";
import scanOutput from "../../../docs/scan-output.schema.json";
import { FIELDS, isList, STATUSES } from "../../dictionary/entry.ts";
import { SCAN_STATES } from "../../results/journal.ts";

/** Types of frames that the gateway sends, beside `hello` and `lost`. */
export const FRAME_TYPES = [
  ...["start", "match", "skip", "error", "log", "note", "quarantine", "clean", "end"],
  ...["scan", "dictionary", "gap", "rules", "trigger"],
] as const;

const COUNT: Schema = { type: "integer", minimum: 0 };
const TIME: Schema = { type: "string", format: "date-time" };
const DIGEST: Schema = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };
const TEXTS = arrayOf(TEXT);
const COUNTS: Schema = { type: "object", additionalProperties: COUNT };
const NEXT: Schema = { type: ["string", "null"], description: "Cursor for `after`; null at the end" };

/** An object that has all of these members and no others. */
function exact(
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    ...objectOf({ ...properties, ...optional }, Object.keys(properties)),
    additionalProperties: false,
  };
}

function orNull(schema: Schema): Schema {
  return { oneOf: [{ type: "null" }, schema] };
}

/** A list, with a cursor. */
export function pageOf(name: string, item: string, more: Readonly<Record<string, Schema>> = {}): Schema {
  return exact({ ...more, [name]: arrayOf(schemaNamed(item)), next: NEXT });
}

const ENTRY_FIELDS = Object.fromEntries(
  FIELDS.map((field) => [field, field === "status" ? { enum: STATUSES } : isList(field) ? TEXTS : TEXT]),
);

const RULE_PLACE = exact({ name: TEXT, file: TEXT, line: COUNT });

const RULE = {
  name: TEXT,
  file: TEXT,
  line: COUNT,
  tags: TEXTS,
  meta: arrayOf(objectOf({ key: TEXT }, ["key"])),
  modules: TEXTS,
  digest: DIGEST,
};

const QUARANTINED = exact({
  rule: { type: ["string", "null"], description: "Null where a whole file or an include is at fault" },
  file: TEXT,
  line: { type: ["integer", "null"] },
  reason: TEXT,
  harmless: { type: "boolean", description: "The second copy of a rule: nothing is lost by it" },
});

const SAFE_INDEX_RULES = arrayOf(
  exact({
    rule: { type: ["string", "null"] },
    file: TEXT,
    line: { type: ["integer", "null"] },
    reason: TEXT,
  }),
);

const OWN: Readonly<Record<string, Schema>> = {
  Problem: {
    ...objectOf(
      {
        type: { type: "string", description: "about:blank, or urn:cryptex: and the kind of the fault" },
        title: TEXT,
        status: INTEGER,
        detail: TEXT,
      },
      ["type", "title", "status", "detail"],
    ),
    description: "RFC 9457. Some have more members, as `current`, `unknown` and `scan`.",
  },
  ScanRecord: exact({
    id: { type: "string", format: "uuid" },
    state: { enum: SCAN_STATES },
    origin: TEXT,
    createdAt: TIME,
    startedAt: orNull(TIME),
    endedAt: orNull(TIME),
    request: { type: ["object", "null"], description: "The order; null for collected results" },
    start: { type: ["object", "null"], description: "The first line of the result" },
    end: { type: ["object", "null"], description: "The last line of the result; null until it is whole" },
    lines: { ...COUNTS, description: "Lines so far, by type" },
    reason: { type: ["string", "null"], description: "Why it failed" },
  }),
  Frame: {
    ...objectOf({ seq: COUNT, time: TIME, type: { enum: FRAME_TYPES }, scan: { type: ["string", "null"] } }, [
      ...["seq", "time", "type", "scan"],
    ]),
    description:
      "A line of a scan's result, or something that happened; members beside these are those of the line",
  },
  Hello: exact({ type: { const: "hello" }, seq: COUNT, first: COUNT }),
  Lost: exact({ type: { const: "lost" }, from: COUNT, to: COUNT }),
  ScanResult: exact({
    start: orNull(schemaNamed("ScanLine.start")),
    matches: arrayOf(schemaNamed("ScanLine.match")),
    skips: arrayOf(schemaNamed("ScanLine.skip")),
    errors: arrayOf(schemaNamed("ScanLine.error")),
    quarantine: arrayOf(schemaNamed("ScanLine.quarantine")),
    logs: arrayOf(schemaNamed("ScanLine.log")),
    notes: arrayOf(schemaNamed("ScanLine.note")),
    clean: arrayOf(schemaNamed("ScanLine.clean")),
    end: orNull(schemaNamed("ScanLine.end")),
  }),
  StoredEntry: exact({ ...ENTRY_FIELDS, revision: COUNT }),
  KnownEntry: exact({ ...ENTRY_FIELDS, revision: COUNT, used_by: TEXTS }),
  Change: exact({
    seq: COUNT,
    codename: TEXT,
    revision: COUNT,
    at: TIME,
    who: TEXT,
    action: { enum: ["add", "edit", "remove"] },
    fields: { type: "object", description: "By field: the value before and after" },
  }),
  RuleSummary: exact({
    ...RULE,
    namespace: { type: ["string", "null"], description: "Null for a rule that is not evaluated" },
  }),
  ShownRules: exact({
    schema: { const: 1 },
    rules: arrayOf(
      exact({
        ...RULE,
        end_line: COUNT,
        private: { type: "boolean" },
        global: { type: "boolean" },
        uses: arrayOf(RULE_PLACE),
        externals: TEXTS,
        used_by: arrayOf(RULE_PLACE),
        duplicates: arrayOf(RULE_PLACE),
        text: TEXT,
      }),
    ),
  }),
  Quarantined: QUARANTINED,
  RuleHealth: exact({
    quarantined: arrayOf(schemaNamed("Quarantined")),
    duplicates: arrayOf(
      exact({ name: TEXT, kind: { enum: ["same text", "same name"] }, rules: arrayOf(RULE_PLACE) }),
    ),
    slow: arrayOf(
      exact({
        rule: TEXT,
        namespace: TEXT,
        file: TEXT,
        line: COUNT,
        quality: { type: ["integer", "null"], description: "Of its poorest string, 0 to 255" },
        tries_per_mib: { type: "number" },
        advice: TEXTS,
      }),
    ),
  }),
  RuleSetInfo: exact({
    name: TEXT,
    default: { type: "boolean" },
    digest: DIGEST,
    rules: COUNT,
    quarantined: arrayOf(schemaNamed("Quarantined")),
    modules: TEXTS,
    files: COUNT,
  }),
  Validation: exact({
    valid: { type: "boolean" },
    rules: COUNT,
    findings: arrayOf(
      exact(
        {
          file: TEXT,
          line: { type: ["integer", "null"] },
          rule: { type: ["string", "null"] },
          severity: { enum: ["error", "warning", "hint"] },
          code: TEXT,
          message: TEXT,
        },
        { hint: TEXT },
      ),
    ),
  }),
  Explanation: {
    ...objectOf(
      {
        schema: { const: 1 },
        path: TEXT,
        size: COUNT,
        sha256: TEXT,
        rule: TEXT,
        namespace: TEXT,
        file: TEXT,
        line: COUNT,
        verdict: { enum: ["match", "no match", null] },
        condition: schemaNamed("ScanLine.node"),
      },
      ["schema", "path", "size", "sha256", "rule", "namespace", "file", "line", "verdict", "strings"],
    ),
    description: "As `cryptex explain --json` prints it",
  },
  SafeIndex: exact(
    {
      index: TEXT,
      report: objectOf(
        {
          schema: { const: 1 },
          target: TEXT,
          sha256: TEXT,
          rules: COUNT,
          kept: COUNT,
          dropped: COUNT,
          duplicates: COUNT,
          reasons: COUNTS,
          dropped_rules: SAFE_INDEX_RULES,
        },
        ["schema", "target", "sha256", "rules", "kept", "dropped", "duplicates", "reasons", "dropped_rules"],
      ),
    },
    { index_bytes: { ...TEXT, description: "Base64, where the index is no UTF-8" } },
  ),
  Trigger: exact(
    {
      id: TEXT,
      url: TEXT,
      types: TEXTS,
      scan: { type: ["string", "null"] },
      rule: { type: ["string", "null"] },
      tag: { type: ["string", "null"] },
      createdAt: TIME,
      delivered: COUNT,
      failed: COUNT,
      waiting: COUNT,
      lastError: { type: ["string", "null"] },
      paused: { type: ["string", "null"], description: "Why nothing is sent at present" },
    },
    { secret: { ...TEXT, description: "Shown once, if it was made here" } },
  ),
  Engines: exact({
    engines: arrayOf(
      exact({
        name: TEXT,
        version: TEXT,
        digest: TEXT,
        modules: TEXTS,
        self_test: exact({
          passed: COUNT,
          failed: COUNT,
          faults: arrayOf(exact({ name: TEXT, fault: TEXT })),
        }),
      }),
    ),
    threads: COUNT,
    roots: TEXTS,
    version: TEXT,
  }),
  Health: exact({ status: { enum: ["ok", "unavailable"] }, version: TEXT }, { reason: TEXT }),
};

/** Definitions of a document under docs/, as `PREFIX.NAME`. */
function definitionsOf({ $defs }: { readonly $defs: object }, prefix: string): Record<string, Schema> {
  const text = JSON.stringify($defs).replaceAll('"#/$defs/', `"#/components/schemas/${prefix}.`);
  const definitions: Record<string, Schema> = JSON.parse(text);
  return Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [`${prefix}.${name}`, schema]),
  );
}

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...OWN,
  ...definitionsOf(scanOutput, "ScanLine"),
  ...definitionsOf(gapReport, "Gap"),
};
