/**
 * The contract of ANU's old JSON API, `jsonI.php` (https://qrng.anu.edu.au/contact/api-documentation/): `length` elements of a type,
 * hex16 blocks of `size` bytes each. One limit is wider: ANU stops at 1,024 elements, this at 65,536.
 */
import { type ErrorForm, jsonErrors, Refusal } from "#kit/http/refusal.ts";
import { type ElementArray, MAX_BLOCK_BYTES, MAX_ELEMENTS, parseArray } from "./element-array.ts";
import { MAX_REQUEST_BYTES } from "./random-answer.ts";

const UNIT_BYTES = { hex16: 1, uint8: 1, uint16: 2 };

export const ANU_TYPES: readonly string[] = Object.keys(UNIT_BYTES);

/** @throws Refusal */
export function anuArray(query: URLSearchParams): ElementArray {
  const limits = { mostElements: MAX_ELEMENTS, mostUnits: MAX_BLOCK_BYTES };
  const { type, kind, length, size } = parseArray(query, { unitBytes: UNIT_BYTES, ...limits });
  if (length * size > MAX_REQUEST_BYTES) {
    throw new Refusal(
      400,
      `length × size must be at most ${MAX_REQUEST_BYTES} bytes, not ${length * size}; /api/v1/stream has no limit`,
    );
  }
  const blocks = kind === "hex" ? `,"size":${size}` : "";
  return {
    kind,
    length,
    size,
    head: `{"type":"${type}","length":${length}${blocks},"data":[`,
    tail: '],"success":true}',
  };
}

/** The form of all error answers, of this API and of every other endpoint but `/`. */
export const ANU_ERRORS: ErrorForm = jsonErrors((error) => ({ success: false, error }));
