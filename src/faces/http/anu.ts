/**
 * The contract of ANU's old JSON API, `jsonI.php` (https://qrng.anu.edu.au/contact/api-documentation/): `length` elements of a type,
 * hex16 blocks of `size` bytes each. One limit is wider: ANU stops at 1,024 elements, this at 65,536.
 */
import { oneOf, onlyKnown, parameter, wholeNumber } from "#kit/http/query.ts";
import { type ErrorForm, jsonErrors, Refusal } from "#kit/http/refusal.ts";
import { type ElementArray, MAX_ELEMENTS } from "./element-array.ts";
import { MAX_REQUEST_BYTES } from "./random-answer.ts";

export const ANU_TYPES = ["hex16", "uint8", "uint16"] as const;
export const MAX_BLOCK_BYTES = 1_024;

/** Names of what ANU's clients send. `_` is the time, by which jQuery keeps browsers from answering themselves; it means nothing here. */
export const ANU_PARAMETERS = ["type", "length", "size", "_"];

/** @throws Refusal */
export function anuArray(query: URLSearchParams): ElementArray {
  onlyKnown(query, ANU_PARAMETERS);
  const type = oneOf("type", parameter(query, "type"), ANU_TYPES);
  const length = wholeNumber("length", parameter(query, "length"), 1, MAX_ELEMENTS);
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
  const blocks = type === "hex16" ? `,"size":${size}` : "";
  return {
    kind: type === "hex16" ? "hex" : type,
    length,
    size,
    head: `{"type":"${type}","length":${length}${blocks},"data":[`,
    tail: '],"success":true}',
  };
}

/** The form of all error answers, of this API and of every other endpoint but `/`. */
export const ANU_ERRORS: ErrorForm = jsonErrors((error) => ({ success: false, error }));
