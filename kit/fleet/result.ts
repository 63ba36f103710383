/** Results: the one answer that a job has, with who gave it and when by that machine's clock. */

import { FleetError } from "./fleet-error.ts";
import { digestOf, MOST_JOB_BYTES } from "./job.ts";

/** An answer; a refusal, which another attempt would only repeat; or nothing, since no attempt came to an end. */
export type Outcome = "done" | "refused" | "gave-up";

export const OUTCOMES: readonly Outcome[] = ["done", "refused", "gave-up"];

export interface Result {
  /** Id of the job. */
  readonly job: string;
  readonly outcome: Outcome;
  /** The answer as it was given, to the byte; of a refusal and of giving up, the reason. */
  readonly value: string;
  /** SHA-256 of the value. */
  readonly digest: string;
  /** Attempts that it took, this one included. */
  readonly attempts: number;
  /** Name of the machine. */
  readonly node: string;
  /** When it was made by that machine's clock, ms since 1970. Order comes from the queue's own numbers. */
  readonly nodeMs: number;
}

/** Reason in a result of a job that has killed, hung or lost all who tried it. */
export function gaveUpText(attempts: number): string {
  return `gave up after ${attempts} attempts that ended without an answer`;
}

/** @throws FleetError for an answer that is too large for a message */
export function makeResult(result: Omit<Result, "digest">): Result {
  const bytes = Buffer.byteLength(result.value);
  if (bytes > MOST_JOB_BYTES) {
    throw new FleetError(`the answer has ${bytes} bytes, and may have ${MOST_JOB_BYTES}`, {
      hints: ["answers that large go by reference"],
    });
  }
  if (!isText(result.value)) {
    throw new FleetError("the answer is no text: it holds a zero byte or half of a surrogate pair");
  }
  return { ...result, digest: digestOf(result.value) };
}

/** Tells whether each ledger can keep it as it is: PostgreSQL takes no zero byte. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}

/** Reads what a worker wrote. @param by the machine in whose name it was kept @throws FleetError where it is no result, or not of this job */
export function readResult(job: string, data: Uint8Array, by?: string): Result {
  const value = objectIn(data);
  const { outcome, value: text, digest, attempts, node, nodeMs } = value;
  const isWhole =
    value["job"] === job &&
    OUTCOMES.some((each) => each === outcome) &&
    isText(text) &&
    digest === digestOf(text) &&
    isCount(attempts) &&
    isText(node) &&
    (by === undefined || node === by) &&
    isCount(nodeMs);
  if (!isWhole) throw new FleetError(`what is kept as the result of job ${job.slice(0, 8)} is none`);
  return { job, outcome: outcome as Outcome, value: text, digest, attempts, node, nodeMs };
}

/** Reads JSON. @returns an object without members for all that is no object */
export function objectIn(data: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Tells whether it is an integer from 0 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
