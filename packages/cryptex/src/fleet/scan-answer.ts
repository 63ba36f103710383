/** The answer to a job of a scan: the results of its files, in order. What comes back was written by another machine: it is held against its form. */
import { FleetError } from "#kit/fleet/fleet-error.ts";
import { MOST_JOB_BYTES } from "#kit/fleet/job.ts";
import type { Objects } from "#kit/fleet/objects.ts";
import type { RuleTable } from "../rules/rule-table.ts";
import type { FileResult } from "../scan-runner/protocol.ts";

/** @param objects takes an answer that is larger than a message @returns the text that is the job's answer */
export async function answerText(
  results: readonly FileResult[],
  objects: () => Promise<Objects>,
): Promise<string> {
  const text = JSON.stringify({ results });
  if (Buffer.byteLength(text) <= MOST_JOB_BYTES) return text;
  return JSON.stringify({ object: await (await objects()).put(Buffer.from(text)) });
}

/** Measures that an answer has to fit. */
export interface Asked {
  /** Files of the job. */
  readonly files: number;
  readonly rules: RuleTable;
}

/** Reads an answer. @param get gives an object by its digest @throws FleetError for what is none; as `get` */
export async function readAnswer(
  text: string,
  asked: Asked,
  get: (digest: string) => Promise<Uint8Array>,
): Promise<FileResult[]> {
  const value = objectIn(text);
  const { object } = value;
  const { results } =
    typeof object === "string" ? objectIn(Buffer.from(await get(object)).toString()) : value;
  const { files, rules } = asked;
  if (!Array.isArray(results) || results.length !== files) throw new FleetError("it has not a result a file");
  if (!results.every((result) => isFileResult(result, rules))) {
    throw new FleetError("a result in it has not the form of one");
  }
  return results as FileResult[];
}

function objectIn(text: string): Members {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // it is none either
  }
  throw new FleetError("it is no JSON object");
}

type Members = Readonly<Record<string, unknown>>;
type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === "string";
const isFlag: Test = (value) => typeof value === "boolean";
const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber: Test = (value) => Number.isFinite(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const maybe =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells whether a value has these members, each as its test says, and no others. */
const shaped =
  (tests: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isObject(value) &&
    Object.keys(value).every((key) => Object.hasOwn(tests, key)) &&
    Object.entries(tests).every(([key, test]) => test(value[key]));

const isOf =
  (...words: readonly string[]): Test =>
  (value) =>
    words.some((word) => word === value);

const isIdentity = shaped({
  dev: isNumber,
  ino: isNumber,
  size: isCount,
  mtimeMs: isNumber,
  ctimeMs: isNumber,
});
const isSha256: Test = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isShown: Test = (value) =>
  Array.isArray(value) && value.length === 3 && isCount(value[0]) && isCount(value[1]) && isText(value[2]);

function isFileResult(value: unknown, rules: RuleTable): boolean {
  const isRule: Test = (rule) => isCount(rule) && (rule as number) < rules.count;
  const isHit: Test = (hit) => {
    if (!isObject(hit) || !isRule(hit["rule"])) return false;
    const { length } = rules.get(hit["rule"] as number).strings;
    const isString: Test = (string) => isCount(string) && (string as number) < length;
    const isStrings = shaped({ string: isString, total: isCount, matches: listOf(isShown) });
    return shaped({ rule: isRule, strings: listOf(isStrings) })(hit);
  };
  const unit = {
    kind: isOf("scanned"),
    size: isCount,
    sha256: maybe(isSha256),
    hits: maybe(listOf(isHit)),
    log: maybe(listOf(isText)),
    lost: maybe(listOf(shaped({ rule: isRule, reason: isText, leftOut: isFlag }))),
    notEvaluated: maybe(listOf(isText)),
  };
  const refused = { kind: isOf("skip", "error"), reason: isText };
  const members = [
    shaped({ ...unit, name: isText }),
    shaped({ ...refused, name: isText, complete: isFlag }),
    shaped({ kind: isOf("note"), reason: isText, name: isText }),
  ];
  const isMember: Test = (member) => members.some((test) => test(member));
  const archive = maybe(shaped({ opened: isCount, clean: isCount, members: listOf(isMember) }));
  const forms = [shaped({ ...unit, identity: isIdentity, archive }), shaped({ ...refused, archive })];
  return forms.some((test) => test(value));
}
