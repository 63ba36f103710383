/**
 * The operators of conditions, one entry for each instruction of libyara 4.5.5 (exec.c, grammar.y), with what it makes of "undefined".
 * An evaluator takes them as a table, so that a test can switch one and see that the engine disagrees.
 */
import type { EngineMatch } from "../engine/engine.ts";
import { type Float, type Int, int64, type Text } from "./values.ts";

type IntOperator = (left: bigint, right: bigint) => Int;

/** Undefined if either side is. */
function ints(operator: IntOperator) {
  return (left: Int, right: Int): Int =>
    left === undefined || right === undefined ? undefined : operator(left, right);
}

function floats<Result extends Int | Float>(operator: (left: number, right: number) => Result) {
  return (left: Float, right: Float): Result | undefined =>
    left === undefined || right === undefined ? undefined : operator(left, right);
}

function texts(operator: (left: string, right: string) => boolean) {
  return (left: Text, right: Text): Int =>
    left === undefined || right === undefined ? undefined : bool(operator(left, right));
}

function bool(value: boolean): bigint {
  return value ? 1n : 0n;
}

/** Floats are equal when they differ by less than this (DBL_EPSILON). */
const EPSILON = 2 ** -52;

const LOWEST = -(2n ** 63n);

/** The matches of a string, by offset; all of them. */
export type Matches = readonly EngineMatch[];

/** Index of the first match at an offset or behind it. */
export function firstFrom(matches: Matches, offset: bigint): number {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (BigInt(matches[middle]!.offset) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countBetween(matches: Matches, low: bigint, high: bigint): number {
  return low > high ? 0 : firstFrom(matches, high + 1n) - firstFrom(matches, low);
}

function nth(matches: Matches, index: Int): EngineMatch | undefined {
  return index === undefined || index < 1n || index > BigInt(matches.length)
    ? undefined
    : matches[Number(index) - 1];
}

/** Order by bytes, which are signed in the engine; a text that begins another one is the lesser. */
function compareTexts(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    if (left[at] !== right[at]) return signed(left.charCodeAt(at)) < signed(right.charCodeAt(at)) ? -1 : 1;
  }
  return left.length - right.length;
}

function signed(byte: number): number {
  return byte < 0x80 ? byte : byte - 0x100;
}

/** ASCII alone, as the engine's table has it. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Offsets are 32 bits wide in the engine, higher bits are lost. */
function reader(size: number, read: (view: DataView, at: number) => number) {
  return (bytes: Uint8Array, offset: Int): Int => {
    if (offset === undefined) return undefined;
    const at = Number(BigInt.asUintN(32, offset));
    if (at + size > bytes.length) return undefined;
    return BigInt(read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at));
  };
}

export const OPERATORS = {
  // Undefined counts as false in both, and a left side that decides is the result as it is: 5 or x is 5.
  and: (left: Int, right: Int): Int => bool((left ?? 0n) !== 0n && (right ?? 0n) !== 0n),
  or: (left: Int, right: Int): Int => (left !== undefined && left !== 0n ? left : bool((right ?? 0n) !== 0n)),
  not: (value: Int): Int => (value === undefined ? undefined : bool(value === 0n)),
  defined: (isDefined: boolean): Int => bool(isDefined),

  "integer -x": (value: Int): Int => (value === undefined ? undefined : int64(-value)),
  "integer ~x": (value: Int): Int => (value === undefined ? undefined : int64(~value)),
  "integer +": ints((a, b) => int64(a + b)),
  "integer -": ints((a, b) => int64(a - b)),
  "integer *": ints((a, b) => int64(a * b)),
  "integer \\": ints((a, b) => (b === 0n || (a === LOWEST && b === -1n) ? undefined : int64(a / b))),
  "integer %": ints((a, b) => (b === 0n || (a === LOWEST && b === -1n) ? undefined : int64(a % b))),
  "integer &": ints((a, b) => int64(a & b)),
  "integer |": ints((a, b) => int64(a | b)),
  "integer ^": ints((a, b) => int64(a ^ b)),
  "integer <<": ints((a, b) => (b < 0n ? undefined : b < 64n ? int64(a << b) : 0n)),
  "integer >>": ints((a, b) => (b < 0n ? undefined : b < 64n ? int64(a >> b) : 0n)),
  "integer ==": ints((a, b) => bool(a === b)),
  "integer !=": ints((a, b) => bool(a !== b)),
  "integer <": ints((a, b) => bool(a < b)),
  "integer <=": ints((a, b) => bool(a <= b)),
  "integer >": ints((a, b) => bool(a > b)),
  "integer >=": ints((a, b) => bool(a >= b)),

  "float -x": (value: Float): Float => (value === undefined ? undefined : -value),
  "float +": floats((a, b) => a + b),
  "float -": floats((a, b) => a - b),
  "float *": floats((a, b) => a * b),
  "float \\": floats((a, b) => a / b),
  "float ==": floats((a, b) => bool(Math.abs(a - b) < EPSILON)),
  "float !=": floats((a, b) => bool(Math.abs(a - b) >= EPSILON)),
  // The one comparison that is false, not undefined.
  "float <": (left: Float, right: Float): Int =>
    bool(left !== undefined && right !== undefined && left < right),
  "float <=": floats((a, b) => bool(a <= b)),
  "float >": floats((a, b) => bool(a > b)),
  "float >=": floats((a, b) => bool(a >= b)),
  "integer to float": (value: Int): Float => (value === undefined ? undefined : Number(value)),

  "text ==": texts((a, b) => a === b),
  "text !=": texts((a, b) => a !== b),
  "text <": texts((a, b) => compareTexts(a, b) < 0),
  "text <=": texts((a, b) => compareTexts(a, b) <= 0),
  "text >": texts((a, b) => compareTexts(a, b) > 0),
  "text >=": texts((a, b) => compareTexts(a, b) >= 0),
  contains: texts((a, b) => a.includes(b)),
  icontains: texts((a, b) => lower(a).includes(lower(b))),
  startswith: texts((a, b) => a.startsWith(b)),
  istartswith: texts((a, b) => lower(a).startsWith(lower(b))),
  endswith: texts((a, b) => a.endsWith(b)),
  iendswith: texts((a, b) => lower(a).endsWith(lower(b))),
  iequals: texts((a, b) => lower(a) === lower(b)),

  found: (matches: Matches): Int => bool(matches.length > 0),
  "found at": (matches: Matches, at: Int): Int =>
    at === undefined ? undefined : bool(countBetween(matches, at, at) > 0),
  "found in": (matches: Matches, low: Int, high: Int): Int =>
    low === undefined || high === undefined ? undefined : bool(countBetween(matches, low, high) > 0),
  "count in": (matches: Matches, low: Int, high: Int): Int =>
    low === undefined || high === undefined ? undefined : BigInt(countBetween(matches, low, high)),
  count: (matches: Matches): Int => BigInt(matches.length),
  offset: (matches: Matches, index: Int): Int => {
    const match = nth(matches, index);
    return match && BigInt(match.offset);
  },
  length: (matches: Matches, index: Int): Int => {
    const match = nth(matches, index);
    return match && BigInt(match.length);
  },

  /** How many are needed; undefined is "all". A number that is undefined is taken for it, too. */
  all: (): Int => undefined,
  any: (): Int => 1n,
  none: (): Int => 0n,
  of: (needed: Int, found: number, count: number): Int =>
    bool(needed === undefined ? found >= count : needed === 0n ? found === 0 : BigInt(found) >= needed),
  "of %": (share: Int, found: number, count: number): Int =>
    share === undefined || count === 0 ? undefined : bool((found / count) * 100 >= Number(share)),
  /** Tells if a loop goes on behind a turn. @param sum of the results before it */
  "loop goes on": (needed: Int, sum: bigint, last: Int): boolean => {
    if (needed === undefined) return last !== 0n;
    return needed === 0n ? last !== 1n : last === undefined || sum + last < needed;
  },
  /** @param sum of the results of all turns; none is never enough */
  "loop holds": (needed: Int, sum: bigint, turns: bigint): Int => {
    if (turns === 0n) return 0n;
    return bool(needed === undefined ? sum === turns : needed === 0n ? sum === 0n : sum >= needed);
  },

  int8: reader(1, (view, at) => view.getInt8(at)),
  int8be: reader(1, (view, at) => view.getInt8(at)),
  int16: reader(2, (view, at) => view.getInt16(at, true)),
  int16be: reader(2, (view, at) => view.getInt16(at)),
  int32: reader(4, (view, at) => view.getInt32(at, true)),
  int32be: reader(4, (view, at) => view.getInt32(at)),
  uint8: reader(1, (view, at) => view.getUint8(at)),
  uint8be: reader(1, (view, at) => view.getUint8(at)),
  uint16: reader(2, (view, at) => view.getUint16(at, true)),
  uint16be: reader(2, (view, at) => view.getUint16(at)),
  uint32: reader(4, (view, at) => view.getUint32(at, true)),
  uint32be: reader(4, (view, at) => view.getUint32(at)),
};

export type Operators = typeof OPERATORS;
