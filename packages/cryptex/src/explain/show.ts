/** From an evaluated tree to the result: bounded, with what decides before what does not. */
import { escapedBytes } from "#kit/format/visible.ts";
import type { Evaluated, Loop, Turn } from "./evaluated.ts";
import type { ExplainedLoop, ExplainedNode, ExplainedString } from "./explanation.ts";
import { shownValue, textOfNode, variablesOf } from "./node-text.ts";
import type { StringFacts } from "./string-facts.ts";
import type { Subject } from "./subject.ts";
import { type Int, type State, stateOf } from "./values.ts";

export interface ShownLimits {
  /** Nodes of the tree. */
  readonly nodes: number;
  /** Matches of a string. */
  readonly matches: number;
  /** Bytes of a match. */
  readonly bytes: number;
  /** Turns of a loop. */
  readonly turns: number;
}

export const SHOWN: ShownLimits = { nodes: 1000, matches: 10, bytes: 64, turns: 3 };

const MAX_CHILDREN = 200;
const MAX_DEPTH = 100;
/** Places of a string that its node shows. */
const OFFSETS = 3;

/** Kinds that are seen in the text of the part around them. */
const LITERALS: ReadonlySet<string | undefined> = new Set(["integer", "float", "text", "regex"]);

export interface Shown {
  readonly node: ExplainedNode;
  readonly ids: ReadonlyMap<Evaluated, number>;
}

export function show(
  tree: Evaluated,
  subject: Subject,
  strings: readonly StringFacts[],
  limits: ShownLimits,
): Shown {
  const shower = new Shower(subject, strings, limits);
  return { node: shower.node(tree, 0), ids: shower.ids };
}

class Shower {
  readonly ids = new Map<Evaluated, number>();

  constructor(
    private readonly subject: Subject,
    private readonly strings: readonly StringFacts[],
    private readonly limits: ShownLimits,
  ) {}

  node(evaluated: Evaluated, depth: number): ExplainedNode {
    const { value, expression, string, leaf, set, loop } = evaluated;
    const id = this.ids.size;
    this.ids.set(evaluated, id);
    const text = textOfNode(evaluated, this.subject);
    const state = stateOf(value);
    const shown = isNumber(evaluated) ? shownValue(value) : undefined;
    const facts = string === undefined ? undefined : this.strings[string];
    return {
      id,
      kind: kindOf(evaluated),
      text,
      state,
      ...(shown && { value: shown }),
      ...(value.type === "unknown" && { reason: value.reason }),
      ...(leaf &&
        leaf.text !== text && { reads: textOfNode({ ...evaluated, text: leaf.text }, this.subject) }),
      ...(facts && expression?.kind !== "count" && { found: foundOf(facts) }),
      ...(set && { needs: neededText(set.needed, set.isPercent), has: countTrue(set.members) }),
      ...(loop && { needs: neededText(loop.needed, false), has: loop.satisfied }),
      ...this.#children(evaluated, state, depth),
      ...(loop && { loop: this.#loop(loop, state, depth) }),
    };
  }

  #children(evaluated: Evaluated, state: State, depth: number) {
    // Variables are named with the turn of their loop.
    const all = [...evaluated.parts, ...(evaluated.set?.members ?? [])].filter(
      ({ expression, stands, leaf }) =>
        !LITERALS.has(expression?.kind) && (stands !== "variable" || leaf !== undefined),
    );
    if (all.length === 0) return {};
    const room = depth >= MAX_DEPTH ? 0 : Math.min(MAX_CHILDREN, this.limits.nodes - this.ids.size);
    const chosen = choose(all, Math.max(0, room), decidesFor(evaluated, state));
    const children = chosen.map((part) => this.node(part, depth + 1));
    const more = all.length - children.length;
    return { ...(children.length > 0 && { children }), ...(more > 0 && { more }) };
  }

  #loop({ turns, decided, needed }: Loop, state: State, depth: number): ExplainedLoop {
    const isFree = depth < MAX_DEPTH && this.ids.size < this.limits.nodes;
    const decides = (turn: Turn) => {
      const isTrue = stateOf(turn.body.value) === "true";
      return needed === undefined || needed === 0n
        ? isTrue === (needed === 0n)
        : isTrue === (state === "true");
    };
    const chosen = isFree ? choose(turns, this.limits.turns, decides) : [];
    return {
      turns: Number(decided),
      shown: chosen.map(({ variables, body }) => ({
        variables: variablesOf(variables),
        body: this.node(body, depth + 1),
      })),
    };
  }
}

/** Takes the first ones, and those that decide before all others; in their order. */
function choose<Item>(
  items: readonly Item[],
  most: number,
  decides: (item: Item) => boolean,
): readonly Item[] {
  if (items.length <= most) return items;
  const chosen = new Set(items.filter(decides).slice(0, most));
  for (const item of items) {
    if (chosen.size >= most) break;
    chosen.add(item);
  }
  return items.filter((item) => chosen.has(item));
}

function decidesFor({ expression }: Evaluated, state: State): (part: Evaluated) => boolean {
  const isOr = expression?.kind === "binary" && expression.operator === "or";
  if (isOr || expression?.kind === "of")
    return ({ value }) => (stateOf(value) === "true") === (state === "true");
  return ({ value }) => stateOf(value) !== "true";
}

function kindOf({ expression, string }: Evaluated): string {
  if (!expression) return string === undefined ? "name" : "string";
  return expression.kind === "binary" ? expression.operator : expression.kind;
}

/** Parts whose value says more than that it is true. */
const NUMBERS: ReadonlySet<string> = new Set(
  "integer float text filesize entrypoint name member index call read count offset length negate complement".split(
    " ",
  ),
);
const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "\\", "%", "&", "|", "^", "<<", ">>"]);

function isNumber({ expression, stands }: Evaluated): boolean {
  if (!expression || stands === "rule") return false;
  return (
    NUMBERS.has(expression.kind) || (expression.kind === "binary" && ARITHMETIC.has(expression.operator))
  );
}

function foundOf({ total, matches }: StringFacts) {
  return { total, offsets: matches.slice(0, OFFSETS).map(({ offset }) => offset) };
}

function neededText(needed: Int, isPercent: boolean): number | string {
  if (needed === undefined) return "all";
  return isPercent ? `${needed}%` : Number(needed);
}

function countTrue(members: readonly Evaluated[]): number {
  return members.filter(({ value }) => stateOf(value) === "true").length;
}

export function showStrings(
  strings: readonly StringFacts[],
  content: Uint8Array,
  { matches: most, bytes }: ShownLimits,
): ExplainedString[] {
  return strings.map(({ id, total, matches, lack }) => ({
    id,
    total,
    matches: matches.slice(0, most).map(({ offset, length, xorKey }) => ({
      offset,
      length,
      data: escapedBytes(content.subarray(offset, offset + Math.min(length, bytes))),
      ...(xorKey !== undefined && { xor_key: xorKey }),
    })),
    ...(lack && { incomplete: lack.reason }),
  }));
}
