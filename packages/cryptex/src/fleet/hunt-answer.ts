/**
 * A host's answer to a hunt. Its parts, put together, are the text that `scan --format ndjson` prints there: nothing is taken away, and
 * nothing added. The result of the job is a JSON object that says how many parts there are and what they come to, so that whoever takes
 * them in knows that he has all:
 *
 *     {"bytes":…,"complete":…,"digest":…,"form":1,"lines":…,"parts":…}
 *
 * Where a host refuses the hunt, or gives it up, the result is the reason.
 */
import type { Standing } from "#kit/fleet/answer-parts.ts";
import { FleetError, reasonOf } from "#kit/fleet/fleet-error.ts";
import { canonicalJson, countOf, membersOf, parseCanonical, textOf } from "#kit/signing/canonical-json.ts";
import { HUNT_FORM } from "./hunt.ts";

export interface HuntAnswer extends Standing {
  readonly lines: number;
  /** As the last line says: everything that was asked for was evaluated. */
  readonly complete: boolean;
}

/** Writes the result of a hunt that was done. */
export function huntAnswerText({ parts, bytes, digest, lines, complete }: HuntAnswer): string {
  return canonicalJson({ form: HUNT_FORM, parts, bytes, digest, lines, complete });
}

/** @param value of a result that is "done" @throws FleetError where it is none */
export function readHuntAnswer(value: string): HuntAnswer {
  try {
    const names = ["form", "parts", "bytes", "digest", "lines", "complete"] as const;
    const members = membersOf(parseCanonical(value), names);
    if (members.form !== HUNT_FORM) throw new Error("another version of the program has written it");
    return {
      parts: countOf(members.parts, "parts"),
      bytes: countOf(members.bytes, "bytes"),
      digest: textOf(members.digest, "digest"),
      lines: countOf(members.lines, "lines"),
      complete: members.complete === true,
    };
  } catch (cause) {
    throw new FleetError(`the answer to a hunt cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** Tells whether parts are all of an answer, and as they were written. */
export function isWhole(answer: Standing, given: Standing): boolean {
  return answer.parts === given.parts && answer.bytes === given.bytes && answer.digest === given.digest;
}

/** The longest line of a scan has a few megabytes; what goes on for longer is no line. */
const MOST_LINE = 16 * 2 ** 20;

/** Cuts the text of an answer, which comes in parts, into lines. */
export class AnswerLines {
  #rest = "";

  /** @returns whole lines, without their ends @throws FleetError where a line has no end */
  take(text: string): string[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    if (this.#rest.length > MOST_LINE) throw new FleetError("a line of the answer has no end");
    return lines;
  }

  /** True where a line has begun and not ended. */
  get isOpen(): boolean {
    return this.#rest !== "";
  }
}

/** Tells whether a text is a line of a scan: an object with a type, and without names that whoever collects answers gives. */
export function isLine(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return (
      typeof value === "object" &&
      value !== null &&
      "type" in value &&
      typeof value.type === "string" &&
      !("host" in value) &&
      !("job" in value)
    );
  } catch {
    return false;
  }
}
