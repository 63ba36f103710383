/**
 * The contract of ANU's present API, Quantum Numbers: `GET /?length=…&type=…&size=…`. Types, limits and the meaning of `size` are those of
 * https://quantumnumbers.anu.edu.au/documentation; the answer, with its length as a text, is as clients of that service have recorded
 * it: https://github.com/sbalian/quantum-random (src/qrandom/_api.py), https://www.npmjs.com/package/qranode.
 */
import { oneOf, onlyKnown, parameter, wholeNumber } from "#kit/http/query.ts";
import { type ErrorForm, jsonErrors } from "#kit/http/refusal.ts";
import { ANU_PARAMETERS, MAX_BLOCK_BYTES } from "./anu.ts";
import type { ElementArray } from "./element-array.ts";

export const NUMBER_TYPES = ["hex8", "hex16", "uint8", "uint16"] as const;
export const MAX_NUMBERS = 1_024;
/** Most units of a block: two digits each with hex8, four with hex16. */
export const MAX_UNITS = 10;

/** Bytes of a unit. */
const UNIT_BYTES = { hex8: 1, hex16: 2, uint8: 1, uint16: 2 };

/** Tells a question for numbers from one for the page, which has the same path. */
export function asksForNumbers(query: string): boolean {
  if (query === "") return false;
  const given = new URLSearchParams(query);
  return given.has("length") || given.has("type");
}

/** @throws Refusal */
export function numbersArray(query: URLSearchParams): ElementArray {
  onlyKnown(query, ANU_PARAMETERS);
  const type = oneOf("type", parameter(query, "type"), NUMBER_TYPES);
  const length = wholeNumber("length", parameter(query, "length"), 1, MAX_NUMBERS);
  const isHex = type === "hex8" || type === "hex16";
  // Clients send a size with every type; it means something with blocks of digits only.
  const size = wholeNumber("size", parameter(query, "size") ?? "1", 1, isHex ? MAX_UNITS : MAX_BLOCK_BYTES);
  return {
    kind: isHex ? "hex" : type,
    length,
    size: UNIT_BYTES[type] * (isHex ? size : 1),
    head: `{"success":true,"type":"${type}","length":"${length}","data":[`,
    tail: "]}",
  };
}

/** That service says why in `message`; `success` is there for clients that look at it first. */
export const NUMBERS_ERRORS: ErrorForm = jsonErrors((message) => ({ success: false, message }));
