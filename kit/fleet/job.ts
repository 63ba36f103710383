/**
 * Jobs. A job is a canonical JSON object that says all that its answer depends on: the program's version, the rules or the suite, the
 * digest of the data. Its id is the SHA-256 of that text, so the same work has the same id on whatever machine it is asked for.
 * The deadline travels beside it: it changes no answer.
 */
import { createHash } from "node:crypto";
import { canonicalJson, type JsonObject, parseCanonical } from "../signing/canonical-json.ts";
import { FleetError, reasonOf } from "./fleet-error.ts";

/** Half of the largest message that a server takes by default, 1 MiB. Data go by reference. */
export const MOST_JOB_BYTES = 512 * 1024;

/** Says what is to be done. The kind is a word of lower-case letters, digits and dashes, by which rights can be given. */
export interface JobBody extends JsonObject {
  readonly kind: string;
}

export interface Job {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly body: JobBody;
  /** The body in canonical form. */
  readonly text: string;
  /** Nobody begins it or waits for it after this time, ms since 1970. */
  readonly deadlineMs: number;
}

/** @throws FleetError for a body that has no canonical form, no kind, or is too large */
export function makeJob(body: JobBody, deadlineMs: number): Job {
  const text = inWords("a job", () => canonicalJson(body));
  checkKind(body);
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_JOB_BYTES) {
    throw new FleetError(`a job has ${bytes} bytes, and may have ${MOST_JOB_BYTES}`, {
      hints: ["give its data by reference, or make several jobs of it"],
    });
  }
  if (!Number.isSafeInteger(deadlineMs)) throw new FleetError(`a job's deadline is no time: ${deadlineMs}`);
  return { id: digestOf(text), body, text, deadlineMs };
}

/** Returns the SHA-256, 64 hexadecimal digits. */
export function digestOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Writes a job as the message that carries it. */
export function jobMessage({ text, deadlineMs }: Job): string {
  return `{"deadlineMs":${deadlineMs},"job":${text}}`;
}

/** Reads such a message. @throws FleetError for everything else */
export function readJobMessage(data: Uint8Array): Job {
  const { deadlineMs, job, ...others } = inWords("a message", () =>
    parseCanonical(new TextDecoder("utf-8", { fatal: true }).decode(data)),
  );
  if (typeof deadlineMs !== "number" || !isBody(job) || Object.keys(others).length > 0) {
    throw new FleetError("a message of the queue holds no job");
  }
  return makeJob(job, deadlineMs);
}

function isBody(value: unknown): value is JobBody {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";
}

function checkKind({ kind }: JobBody): void {
  if (!/^[a-z0-9-]{1,64}$/.test(kind)) {
    throw new FleetError("a job's kind is a word of lower-case letters, digits and dashes");
  }
}

function inWords<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new FleetError(`${what} cannot be understood: ${reasonOf(cause)}`, { cause });
  }
}
