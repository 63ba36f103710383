/**
 * The contract of ANU's present API, Quantum Numbers: `GET /?length=…&type=…&size=…`. Types, limits and the meaning of `size` are those of
 * https://quantumnumbers.anu.edu.au/documentation; the answer, with its length as a text, is as clients of that service have recorded
 * it: https://github.com/sbalian/quantum-random (src/qrandom/_api.py), https://www.npmjs.com/package/qranode.
 */
import { type ErrorForm, jsonErrors } from "#kit/http/refusal.ts";
import { type ElementArray, parseArray } from "./element-array.ts";

const UNIT_BYTES = { hex8: 1, hex16: 2, uint8: 1, uint16: 2 };

export const NUMBER_TYPES: readonly string[] = Object.keys(UNIT_BYTES);
export const MAX_NUMBERS = 1_024;
/** Most units of a block: two digits each with hex8, four with hex16. */
export const MAX_UNITS = 10;

/** Tells a question for numbers from one for the page, which has the same path. */
export function asksForNumbers(query: string): boolean {
  if (query === "") return false;
  const given = new URLSearchParams(query);
  return given.has("length") || given.has("type");
}

/** @throws Refusal */
export function numbersArray(query: URLSearchParams): ElementArray {
  const limits = { mostElements: MAX_NUMBERS, mostUnits: MAX_UNITS };
  const { type, kind, length, size } = parseArray(query, { unitBytes: UNIT_BYTES, ...limits });
  return {
    kind,
    length,
    size,
    head: `{"success":true,"type":"${type}","length":"${length}","data":[`,
    tail: "]}",
  };
}

/** That service says why in `message`; `success` is there for clients that look at it first. */
export const NUMBERS_ERRORS: ErrorForm = jsonErrors((message) => ({ success: false, message }));
