/** Describes a run in a state file, beside the states of its parts, and reads that back with care: files come from anywhere. */
import { createHash } from "node:crypto";
import { type Fields, fieldsOf, listOf, numberWithin, wholeWithin } from "#kit/format/fields.ts";
import { UNIT_BYTES } from "../../../ffi/deep-loops.ts";
import { MOST_BYTES } from "../budget.ts";
import type { Evaluation, FamilyResult, Finding } from "../evaluation.ts";
import type { FamilyPart } from "./part-work.ts";

export interface SavedRun {
  /** Identifies the tests: see `batteryDigest`. */
  readonly battery: string;
  /** Number of bytes that all parts have seen. */
  readonly bytes: number;
  /** How the data were written. */
  readonly format: string;
  /** Stamp of the file that they were read from; null for a pipe and the like. */
  readonly stamp: string | null;
  /** Remark on the first bytes; null where there is none. */
  readonly hint: string | null;
  /** Places where the input went on in another run. */
  readonly joints: readonly number[];
  readonly evaluations: readonly Evaluation[];
}

/** Raised with each change to the form of state files, or to the chain. */
const FORM = 1;

/** Digests what a state depends on: ids, versions, and sizes of all parts, in their order. */
export function batteryDigest(parts: readonly FamilyPart[]): string {
  const names = parts.map(({ family, part }) => [family.id, family.version ?? 1, part.id, part.stateBytes]);
  return createHash("sha256")
    .update(JSON.stringify([FORM, UNIT_BYTES, names]))
    .digest("hex");
}

/** @throws SyntaxError that names what is not as it should be */
export function readSavedRun(json: string): SavedRun {
  const fields = fieldsOf(parsed(json), "the state");
  const bytes = wholeWithin(fields["bytes"], "bytes", UNIT_BYTES, MOST_BYTES);
  if (bytes % UNIT_BYTES !== 0) throw new SyntaxError(`bytes is ${bytes}, not whole units`);
  const place = (value: unknown) => wholeWithin(value, "a place", 1, bytes);
  return {
    battery: text(fields["battery"], "battery"),
    bytes,
    format: text(fields["format"], "format"),
    stamp: textOrNull(fields["stamp"], "stamp"),
    hint: textOrNull(fields["hint"], "hint"),
    joints: listOf(fields["joints"], "joints").map(place),
    evaluations: listOf(fields["evaluations"], "evaluations").map((value) => evaluationOf(value, bytes)),
  };
}

function evaluationOf(value: unknown, mostBytes: number): Evaluation {
  const fields = fieldsOf(value, "an evaluation");
  const { isEnd, p, verdict } = fields;
  return {
    bytes: wholeWithin(fields["bytes"], "bytes", UNIT_BYTES, mostBytes),
    isEnd: isEnd === true,
    ...countsOf(fields),
    p: p === null ? null : probability(p),
    level: probability(fields["level"]),
    verdict: verdict === null ? null : verdictOf(verdict),
    families: listOf(fields["families"], "families").map(familyResultOf),
    findings: listOf(fields["findings"], "findings").map(findingOf),
  };
}

function familyResultOf(value: unknown): FamilyResult {
  const fields = fieldsOf(value, "the result of a family");
  return {
    family: text(fields["family"], "family"),
    ...countsOf(fields),
    p: probability(fields["p"]),
    test: text(fields["test"], "test"),
    lane: text(fields["lane"], "lane"),
    verdict: verdictOf(fields["verdict"]),
  };
}

function findingOf(value: unknown): Finding {
  const fields = fieldsOf(value, "a finding");
  const { statistic, look } = fields;
  return {
    family: text(fields["family"], "family"),
    test: text(fields["test"], "test"),
    lane: text(fields["lane"], "lane"),
    n: numberWithin(fields["n"], "n", 0, Number.MAX_VALUE),
    statistic:
      statistic === null ? null : numberWithin(statistic, "statistic", -Number.MAX_VALUE, Number.MAX_VALUE),
    p: probability(fields["p"]),
    among: whole(fields["among"]),
    suspicion: text(fields["suspicion"], "suspicion"),
    ...(look !== undefined && { look: text(look, "look") }),
    correctedP: probability(fields["correctedP"]),
    verdict: verdictOf(fields["verdict"]),
  };
}

function countsOf({ tests, pValues }: Fields): Pick<Evaluation, "tests" | "pValues"> {
  return { tests: whole(tests), pValues: whole(pValues) };
}

function whole(value: unknown): number {
  return wholeWithin(value, "a number of tests", 0, Number.MAX_SAFE_INTEGER);
}

function probability(value: unknown): number {
  return numberWithin(value, "a probability", 0, 1);
}

function verdictOf(value: unknown): Finding["verdict"] {
  if (value === "pass" || value === "weak" || value === "fail") return value;
  throw new SyntaxError("a verdict is none");
}

/** The runtime's own words tell of characters that nobody wrote. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new SyntaxError("its description is no JSON", { cause });
  }
}

/** Accepts a text without control characters: it is shown on terminals. */
function text(value: unknown, path: string): string {
  if (typeof value === "string" && !/\p{Cc}/u.test(value)) return value;
  throw new SyntaxError(`${path} is no text of one line`);
}

function textOrNull(value: unknown, path: string): string | null {
  return value === null ? null : text(value, path);
}
