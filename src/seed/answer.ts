/** A question for a seed and its answer, as JSON goes over HTTP. Both may come from anybody. */
import { fieldsOf } from "#kit/format/fields.ts";
import { InputError } from "../errors.ts";

/** Bytes of the number by which an answer is known to belong to a question. */
export const REQUEST_BYTES = 32;

/** Prefix, and length in Bech32 (BIP 173) of a key of 1,216 bytes with six characters of checksum. */
const RECIPIENT = /^age1pq1[02-9ac-hj-np-z]{1952}$/;

/** Tells if it has the form of a hybrid recipient of age; who seals finds what is wrong with its content. */
export function isRecipient(text: string): boolean {
  return RECIPIENT.test(text);
}

/** Path at a server. */
export const SEED_PATH = "/api/v1/seed";

/** Bytes of a question: a recipient has 1,959 characters, a number 64. */
export const MOST_QUESTION_BYTES = 4_096;
/** Bytes of an answer: a seed has some 1,700, and two signatures 4,600 characters. */
export const MOST_ANSWER_BYTES = 65_536;

export interface Question {
  /** Begins with age1pq1. */
  readonly recipient: string;
  /** 64 hexadecimal digits, never used before. It is no secret. */
  readonly request: string;
}

export interface Answer {
  readonly schema: 1;
  /** A file of age, base64. */
  readonly sealed: string;
  /** Four lines: see manifest.ts. */
  readonly manifest: string;
}

/** @throws SyntaxError that names what is wrong */
export function questionOf(value: unknown): Question {
  const { recipient, request, ...others } = fieldsOf(value, "it");
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw new SyntaxError("it has a member that is not known");
  if (typeof recipient !== "string" || !isRecipient(recipient)) {
    throw new SyntaxError("recipient is no hybrid recipient of age, which begins with age1pq1");
  }
  if (typeof request !== "string" || !/^[0-9a-f]{64}$/.test(request)) {
    throw new SyntaxError(`request is not ${REQUEST_BYTES} bytes in hexadecimal digits`);
  }
  return { recipient, request };
}

/** @throws InputError */
export function answerOf(text: string): { readonly sealed: Uint8Array; readonly manifest: string } {
  const { sealed, manifest } = parsed(text);
  const bytes = typeof sealed === "string" ? Buffer.from(sealed, "base64") : undefined;
  if (typeof manifest !== "string" || bytes === undefined || bytes.toString("base64") !== sealed) {
    throw new InputError("it is no answer with a seed");
  }
  return { sealed: bytes, manifest };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch (cause) {
    throw new InputError("it is no JSON", { cause });
  }
}
