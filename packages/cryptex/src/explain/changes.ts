/**
 * The smallest set of nodes that would have to change so that a condition comes out the other way. A node is a part that is not put
 * together of truths: a comparison, a string, a rule, a field. Each is taken by itself: that two hang together is not looked at.
 *
 * | to become true | takes | to become false |
 * |---|---|---|
 * | `and` | all parts that are not true | the cheapest part |
 * | `or` | the cheapest part | all parts that are true |
 * | `not` | that its operand becomes false | true |
 * | `n of`, `for n` | the cheapest members or turns up to n | so many that fewer than n are left |
 */
import type { Evaluated } from "./evaluated.ts";
import type { Change, Changes } from "./explanation.ts";
import { textOfNode, variablesOf } from "./node-text.ts";
import type { Subject } from "./subject.ts";
import { type Int, type State, stateOf } from "./values.ts";

/** Nodes that are listed; `count` has all. */
const LISTED = 50;

/** A node to change, with what it must become. */
export interface Flip {
  readonly node: Evaluated;
  readonly wanted: boolean;
  /** Turn of the innermost loop around it. */
  readonly turn?: Turned;
}

interface Turned {
  readonly variables: NonNullable<Evaluated["loop"]>["turns"][number]["variables"];
  readonly around?: Turned | undefined;
}

/** A set of flips, of which the first ones are listed. */
export interface FlipSet {
  readonly count: number;
  readonly exact: boolean;
  readonly flips: readonly Flip[];
}

const NOTHING: FlipSet = { count: 0, exact: true, flips: [] };

/** @param held names of global rules that would have to hold @param ids numbers of the nodes that are shown */
export function changesFor(
  tree: Evaluated,
  subject: Subject,
  held: readonly string[],
  ids: ReadonlyMap<Evaluated, number>,
): Changes {
  const { count, exact, flips } = flipsTo(tree, true);
  const nodes = flips.map(({ node, wanted, turn }): Change => {
    const variables = namesOf(turn);
    const id = ids.get(node);
    return {
      text: textOfNode(node, subject),
      now: stateOf(node.value),
      wanted: wanted ? "true" : "false",
      ...(variables && { variables }),
      ...(id !== undefined && { node: id }),
    };
  });
  const globals = held.map((name): Change => ({ text: `global rule ${name}`, now: "false", wanted: "true" }));
  return { count: count + held.length, exact, nodes: [...nodes, ...globals].slice(0, LISTED) };
}

function namesOf(turn: Turned | undefined): Readonly<Record<string, string>> | undefined {
  if (!turn) return undefined;
  return { ...namesOf(turn.around), ...variablesOf(turn.variables) };
}

/**
 * Finds the smallest set that makes a node true, or false; the first one in the text where there are several. Nodes that no file can
 * change are in it only where there is no other way: literals, and `of` with too few members.
 */
export function flipsTo(node: Evaluated, wanted: boolean): FlipSet {
  const set = new Search(false).flipsTo(node, wanted);
  return Number.isFinite(set.count) ? set : new Search(true).flipsTo(node, wanted);
}

const LITERALS: ReadonlySet<string | undefined> = new Set(["boolean", "integer", "float", "text"]);

const IMPOSSIBLE: FlipSet = { count: Number.POSITIVE_INFINITY, exact: true, flips: [] };

class Search {
  /** @param withAll takes nodes, too, that no file can change */
  constructor(private readonly withAll: boolean) {}

  flipsTo(node: Evaluated, wanted: boolean, turn?: Turned): FlipSet {
    const state = stateOf(node.value);
    return state === String(wanted) ? NOTHING : this.flips(node, state, wanted, turn);
  }

  /** The same for a part of what counts undefined as false, which are all but `not`. */
  private part(node: Evaluated, wanted: boolean, turn: Turned | undefined): FlipSet {
    const state = stateOf(node.value);
    const isAsWanted = state === String(wanted) || (!wanted && state === "undefined");
    return isAsWanted ? NOTHING : this.flips(node, state, wanted, turn);
  }

  private flips(node: Evaluated, state: State, wanted: boolean, turn: Turned | undefined): FlipSet {
    const { expression, set, loop } = node;
    const inside = this.inside(node, wanted, turn);
    // Where its parts say that nothing has to change, the node itself has to.
    if (inside && inside.count > 0) return inside;
    const isFixed = LITERALS.has(expression?.kind) || (set && !inside && !loop && isDefined(node));
    return isFixed && !this.withAll ? IMPOSSIBLE : itself(node, state, wanted, turn);
  }

  /** Undefined where there is nothing inside that could change it. */
  private inside(node: Evaluated, wanted: boolean, turn: Turned | undefined): FlipSet | undefined {
    const { expression, set, loop } = node;
    if (set) return this.ofSet(node, set, wanted, turn);
    if (loop) return this.ofLoop(loop, wanted, turn);
    if (expression?.kind === "not") return this.flipsTo(node.parts[0]!, !wanted, turn);
    if (expression?.kind !== "binary") return undefined;
    if (expression.operator !== "and" && expression.operator !== "or") return undefined;
    const sets = node.parts.map((part) => this.part(part, wanted, turn));
    return (expression.operator === "and") === wanted ? together(sets) : cheapest(sets, 1);
  }

  private ofSet(
    node: Evaluated,
    { needed, isPercent, members }: NonNullable<Evaluated["set"]>,
    wanted: boolean,
    turn: Turned | undefined,
  ): FlipSet | undefined {
    // Where the place is undefined no member can do anything.
    if (!isDefined(node)) return undefined;
    const least = isPercent ? leastOf(needed, members.length) : needed;
    return among(
      members.map((member) => [this.part(member, true, turn), this.part(member, false, turn)] as const),
      least,
      wanted,
    );
  }

  private ofLoop(
    { needed, turns, isWhole }: NonNullable<Evaluated["loop"]>,
    wanted: boolean,
    around: Turned | undefined,
  ): FlipSet | undefined {
    const sets = turns.map(({ variables, body }) => {
      const turn: Turned = { variables, around };
      return [this.part(body, true, turn), this.part(body, false, turn)] as const;
    });
    const found = sets.length === 0 ? undefined : among(sets, needed, wanted);
    return found && { ...found, exact: found.exact && isWhole };
  }
}

function isDefined({ value }: Evaluated): boolean {
  return value.type !== "integer" || value.value !== undefined;
}

function itself(node: Evaluated, state: State, wanted: boolean, turn: Turned | undefined): FlipSet {
  const flip: Flip = { node, wanted, ...(turn && { turn }) };
  return { count: 1, exact: state !== "unknown", flips: [flip] };
}

function together(sets: readonly FlipSet[]): FlipSet {
  let [count, exact] = [0, true];
  const flips: Flip[] = [];
  for (const set of sets) {
    count += set.count;
    exact &&= set.exact;
    for (const flip of set.flips) if (flips.length < LISTED) flips.push(flip);
  }
  return { count, exact, flips };
}

/** Takes so many sets, the smallest ones, in the order of the text. */
function cheapest(sets: readonly FlipSet[], number: number): FlipSet {
  if (number === 1) {
    // Without sorting: the most common case, and a chain may be long.
    const best = sets.reduce((least, set) => (set.count < least.count ? set : least));
    return { ...best, exact: sets.every(({ exact, count }) => exact || count > best.count) };
  }
  const order = sets.map((set, index) => ({ set, index })).sort((a, b) => compare(a.set.count, b.set.count));
  const chosen = order.slice(0, number).sort((a, b) => a.index - b.index);
  const { exact, ...rest } = together(chosen.map(({ set }) => set));
  return { ...rest, exact: exact && sets.every((set) => set.exact) };
}

/** Counts may be infinite, and the difference of two that are is none. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Number of members that make up a share. */
function leastOf(share: Int, count: number): Int {
  for (let found = 0; found <= count; found++)
    if (share !== undefined && (found / count) * 100 >= Number(share)) return BigInt(found);
  return BigInt(count + 1);
}

/**
 * Flips members until as many are true as it takes. Undefined where there are too few.
 * @param members for each what makes it true, and what makes it false
 * @param needed undefined for all, 0 for none
 */
function among(
  members: readonly (readonly [toTrue: FlipSet, toFalse: FlipSet])[],
  needed: Int,
  wanted: boolean,
): FlipSet | undefined {
  const isNone = needed === 0n;
  const least = needed === undefined ? members.length : Number(needed);
  const off = members.filter(([toTrue]) => toTrue.count > 0).map(([toTrue]) => toTrue);
  const on = members.filter(([toTrue]) => toTrue.count === 0).map(([, toFalse]) => toFalse);
  const [makeTrue, makeFalse] = isNone
    ? [on.length, on.length > 0 ? 0 : 1]
    : [least - on.length, on.length - least + 1];
  // None of them: to hold, all that are true go; else one comes.
  const toHold = isNone ? take(on, makeTrue) : take(off, makeTrue);
  const toFail = isNone ? take(off, makeFalse) : take(on, makeFalse);
  return wanted ? toHold : toFail;
}

function take(sets: readonly FlipSet[], number: number): FlipSet | undefined {
  if (number <= 0) return NOTHING;
  return number > sets.length ? undefined : cheapest(sets, number);
}
