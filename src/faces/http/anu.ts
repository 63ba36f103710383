/**
 * The contract of the ANU QRNG's JSON API: `length` elements of a type, hex16 blocks of `size` bytes each.
 * One limit is wider: ANU stops at 1,024 elements, this at 65,536.
 */
import { excerpt, onlyKnown, parameter, wholeNumber } from "#kit/http/query.ts";
import { type ErrorForm, jsonErrors, Refusal } from "#kit/http/refusal.ts";
import { MAX_REQUEST_BYTES, PART_BYTES, type RandomAnswer } from "./random-answer.ts";

const TYPES = ["hex16", "uint8", "uint16"] as const;
export type AnuType = (typeof TYPES)[number];

export const MAX_LENGTH = 65_536;
export const MAX_BLOCK_BYTES = 1_024;

/** Names of what ANU's clients send. `_` is the time, by which jQuery keeps browsers from answering themselves; it means nothing here. */
const PARAMETERS = ["type", "length", "size", "_"];

export interface AnuRequest {
  readonly type: AnuType;
  /** Elements. */
  readonly length: number;
  /** Bytes of each element. */
  readonly size: number;
}

/** @throws Refusal */
export function parseAnuRequest(query: URLSearchParams): AnuRequest {
  onlyKnown(query, PARAMETERS);
  const type = parseType(parameter(query, "type"));
  const length = wholeNumber("length", parameter(query, "length"), 1, MAX_LENGTH);
  const sizeText = parameter(query, "size");
  // ANU clients send a size with every type; it means something with hex16 only.
  const block = sizeText === undefined ? 1 : wholeNumber("size", sizeText, 1, MAX_BLOCK_BYTES);
  const size = type === "hex16" ? block : type === "uint16" ? 2 : 1;
  if (length * size > MAX_REQUEST_BYTES) {
    throw new Refusal(
      400,
      `length × size must be at most ${MAX_REQUEST_BYTES} bytes, not ${length * size}; /api/v1/stream has no limit`,
    );
  }
  return { type, length, size };
}

function parseType(text: string | undefined): AnuType {
  const type = TYPES.find((candidate) => candidate === text);
  if (type) return type;
  const given = text === undefined ? "is missing" : `'${excerpt(text)}' is unknown`;
  throw new Refusal(400, `type ${given}: ${TYPES.join(", ")}`);
}

/** The form of all error answers, of this API and of every other endpoint. */
export const ANU_ERRORS: ErrorForm = jsonErrors((error) => ({ success: false, error }));

/** Encodes an answer as JSON. @param bytes length × size of them */
export function encodeAnu(request: AnuRequest, bytes: Uint8Array): string {
  return `${headOf(request)}${elements(request.type, request.size, bytes)}${TAIL}`;
}

function headOf({ type, length, size }: AnuRequest): string {
  const form = type === "hex16" ? `,"size":${size}` : "";
  return `{"type":"${type}","length":${length}${form},"data":[`;
}

const TAIL = '],"success":true}';

/** GET /api/v1/random, /API/jsonI.php */
export function anuAnswer(request: AnuRequest): RandomAnswer {
  const { type, length, size } = request;
  const head = headOf(request);
  // With its comma.
  const mostText = type === "hex16" ? 2 * size + 3 : 1 + (type === "uint8" ? 3 : 5);
  const mostLength = head.length + length * mostText - 1 + TAIL.length;
  return {
    bytes: length * size,
    length: type === "hex16" ? mostLength : undefined,
    mostLength,
    whole: (bytes) => encodeAnu(request, bytes),
    *parts() {
      const atOnce = Math.floor((PART_BYTES - head.length - TAIL.length) / mostText);
      for (let done = 0; done < length; done += atOnce) {
        const count = Math.min(atOnce, length - done);
        const before = done === 0 ? head : ",";
        const after = done + count === length ? TAIL : "";
        const encode = (bytes: Uint8Array) => Buffer.from(before + elements(type, size, bytes) + after);
        yield { bytes: count * size, encode };
      }
      return undefined;
    },
  };
}

/** Reads requests, each query once: clients repeat theirs. */
export class AnuAnswers {
  readonly #known = new Map<string, RandomAnswer>();

  /** @throws Refusal */
  read(query: string): RandomAnswer {
    const known = this.#known.get(query);
    if (known) return known;
    const answer = anuAnswer(parseAnuRequest(new URLSearchParams(query)));
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    if (query.length <= MAX_KNOWN_LENGTH) this.#known.set(query, answer);
    return answer;
  }
}

const MAX_KNOWN = 256;
const MAX_KNOWN_LENGTH = 128;

function elements(type: AnuType, size: number, bytes: Uint8Array): string {
  switch (type) {
    case "uint8":
      return decimals(bytes);
    case "uint16":
      return Uint16Array.from(
        { length: bytes.length / 2 },
        (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!,
      ).join(",");
    case "hex16": {
      const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
      const blocks = Array.from({ length: bytes.length / size }, (_, i) =>
        hex.slice(2 * size * i, 2 * size * (i + 1)),
      );
      return `"${blocks.join('","')}"`;
    }
  }
}

/** Equals `bytes.join(",")` in a third of the time, which is most of the time that an answer takes. */
function decimals(bytes: Uint8Array): string {
  let end = 0;
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i]!;
    for (let digit = 0; digit < 4; digit++) TEXT[end + digit] = DECIMALS[4 * value + digit]!;
    end += WIDTHS[value]!;
  }
  return TEXT.toString("latin1", 0, end - 1);
}

/** "0," to "255,", four bytes each, of which WIDTHS says how many are used. */
const DECIMALS = Buffer.from(Array.from({ length: 256 }, (_, value) => `${value},`.padEnd(4)).join(""));
const WIDTHS = Uint8Array.from({ length: 256 }, (_, value) => `${value},`.length);
const TEXT = Buffer.alloc(4 * MAX_LENGTH);
