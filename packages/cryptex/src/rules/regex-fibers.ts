/**
 * Estimates how many ways to match libyara 4.5.5 may have to follow at once for a regular expression. A repeat with a count keeps a way
 * for each number of turns that the text may have taken so far. Above RE_MAX_FIBERS the engine gives the string up.
 */
import { isChainingPoint } from "./pattern.ts";
import type { ByteSet, RegexNode } from "./regex.ts";

/** RE_MAX_FIBERS */
export const MAX_FIBERS = 1024;
/** YR_RE_SCAN_LIMIT: bytes that are matched at most, and so offsets at which a part may begin. */
const SCAN_LIMIT = 4096;
/** Groups within each other that are looked into. */
const MAX_DEPTH = 100;
/**
 * Ways that a turn of a counted repeat takes up: the turn, the way out of it and the way to the next. Found by counting up the repeats of
 * `b{0,n}b{0,n}`, `.{0,n}b.{0,n}` and `(b+){0,n}` until the engine gave up.
 */
const WAYS = { byte: 3, dot: 2, group: 2 } as const;

/** Counts for the worst text there is. */
export function liveFibers(root: RegexNode): number {
  const parts = root.kind === "concatenation" ? root.parts : [root];
  let most = 0;
  let from = 0;
  for (let index = 0; index <= parts.length; index++) {
    if (index < parts.length && !(index > from && isChainingPoint(parts[index]!))) continue;
    const part: RegexNode = { kind: "concatenation", parts: parts.slice(from, index) };
    most = Math.max(most, follow(part, 1, NOTHING, 0).live);
    from = index + 1;
  }
  return most;
}

interface Ways {
  readonly live: number;
  /** Offsets at which what stands behind may begin. */
  readonly spread: number;
}

/** @param spread offsets at which the node may begin @param next bytes that may stand behind it */
function follow(node: RegexNode, spread: number, next: ByteSet, depth: number): Ways {
  if (depth > MAX_DEPTH) return { live: 1, spread };
  switch (node.kind) {
    case "byte":
    case "any":
    case "class":
      return { live: 1, spread };
    case "concatenation": {
      const behind = firstBytesBehind(node.parts, next, depth);
      let live = 0;
      let at = spread;
      for (const [index, part] of node.parts.entries()) {
        const ways = follow(part, at, behind[index]!, depth + 1);
        live += ways.live;
        at = ways.spread;
      }
      return { live, spread: at };
    }
    case "alternatives": {
      const all = node.choices.map((choice) => follow(choice, spread, next, depth + 1));
      const { least, most } = shapeOf(node, depth);
      return {
        live: all.reduce((sum, { live }) => sum + live, 0),
        spread: limited(highest(all.map((ways) => ways.spread)) + most - least),
      };
    }
    case "repeat":
      return followRepeat(node, spread, next, depth);
    default:
      return { live: 0, spread };
  }
}

function followRepeat(
  node: RegexNode & { kind: "repeat" },
  spread: number,
  next: ByteSet,
  depth: number,
): Ways {
  const { body, min, max } = node;
  const isCounted = max !== Number.POSITIVE_INFINITY;
  const { first, least, most } = shapeOf(body, depth + 1);
  const mayEndAnywhere = overlap(first, next);
  const out = mayEndAnywhere ? limited(spread + (isCounted ? most * max - least * min : SCAN_LIMIT)) : spread;
  if (body.kind === "byte" || body.kind === "any" || body.kind === "class") {
    const ways = min === max ? 1 : body.kind === "any" ? WAYS.dot : WAYS.byte;
    return { live: isCounted ? ways * Math.min(spread, max) : WAYS.dot, spread: out };
  }
  const isVariable = most > least;
  const begin = isVariable ? limited(spread + most * Math.min(max, SCAN_LIMIT)) : spread;
  const inner = follow(body, begin, union(first, next), depth + 1);
  const turns = isCounted ? (isVariable ? max : Math.min(spread, max)) : 1;
  return { live: turns * (inner.live + WAYS.group), spread: out };
}

function highest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function limited(offsets: number): number {
  return Math.min(SCAN_LIMIT, offsets);
}

// ---- Shapes ----

interface Shape {
  /** Bytes that a match may begin with. */
  readonly first: ByteSet;
  /** Length of a match in bytes, up to SCAN_LIMIT. */
  readonly least: number;
  readonly most: number;
}

function shapeOf(node: RegexNode, depth: number): Shape {
  if (depth > MAX_DEPTH) return { first: EVERYTHING, least: 0, most: SCAN_LIMIT };
  switch (node.kind) {
    case "byte":
      return { first: one(node.value), least: 1, most: 1 };
    case "any":
      return { first: EVERYTHING, least: 1, most: 1 };
    case "class":
      return { first: node.bytes, least: 1, most: 1 };
    case "concatenation": {
      const shapes = node.parts.map((part) => shapeOf(part, depth + 1));
      return {
        first: shapes.reduceRight<ByteSet>(
          (behind, { first, least }) => (least > 0 ? first : union(first, behind)),
          NOTHING,
        ),
        least: limited(shapes.reduce((sum, { least }) => sum + least, 0)),
        most: limited(shapes.reduce((sum, { most }) => sum + most, 0)),
      };
    }
    case "alternatives": {
      const shapes = node.choices.map((choice) => shapeOf(choice, depth + 1));
      return {
        first: shapes.map(({ first }) => first).reduce(union),
        least: -highest(shapes.map(({ least }) => -least)),
        most: highest(shapes.map(({ most }) => most)),
      };
    }
    case "repeat": {
      const { first, least, most } = shapeOf(node.body, depth + 1);
      return {
        first,
        least: limited(least * node.min),
        most: limited(most * Math.min(node.max, SCAN_LIMIT)),
      };
    }
    default:
      return { first: NOTHING, least: 0, most: 0 };
  }
}

/** For each part the bytes that may stand behind it. */
function firstBytesBehind(parts: readonly RegexNode[], next: ByteSet, depth: number): ByteSet[] {
  const behind = new Array<ByteSet>(parts.length);
  let set = next;
  for (let index = parts.length - 1; index >= 0; index--) {
    behind[index] = set;
    const { first, least } = shapeOf(parts[index]!, depth + 1);
    set = least > 0 ? first : union(first, set);
  }
  return behind;
}

const NOTHING: ByteSet = new Uint8Array(32);
const EVERYTHING: ByteSet = new Uint8Array(32).fill(0xff);

function one(byte: number): ByteSet {
  const set = new Uint8Array(32);
  set[byte >> 3]! |= 1 << (byte & 7);
  return set;
}

function union(a: ByteSet, b: ByteSet): ByteSet {
  return a.map((bits, index) => bits | b[index]!);
}

function overlap(a: ByteSet, b: ByteSet): boolean {
  return a.some((bits, index) => (bits & b[index]!) !== 0);
}
