/** Compares scanners over random rounds, and says which differences are known. */
import { Random } from "../support/random.ts";
import { type Round, randomRound } from "../support/rules/round.ts";
import { type Answers, DIED, type Difference, differences, matchingPairs, Refused } from "./answers.ts";

export interface Comparison {
  readonly pairs: number;
  readonly matching: number;
  /** How many of each known kind, by the names of the kinds that their rules can run into. */
  readonly known: ReadonlyMap<string, number>;
  /** With all that is needed to see them again. */
  readonly unknown: readonly string[];
}

export type Scanner = (round: Round) => Answers | Promise<Answers>;

const RULES = 64;
const FILES = 32;

/** Rounds have seeds of their own: the given one and those that follow. */
export async function compareRounds(
  ours: Scanner,
  theirs: Scanner,
  seed: number,
  rounds: number,
): Promise<Comparison> {
  let pairs = 0;
  let matching = 0;
  const known = new Map<string, number>();
  const unknown: string[] = [];
  for (let index = 0; index < rounds; index++) {
    const made = randomRound(new Random(seed + index), { rules: RULES, files: FILES });
    const { round, answers, own, refusals } = await scanBoth(ours, theirs, made);
    for (const refusal of refusals) unknown.push(`seed ${seed + index}: ${refusal}`);
    // Private rules are not reported by either.
    pairs += round.rules.filter(({ isPrivate }) => !isPrivate).length * FILES;
    matching += matchingPairs(answers);
    for (const difference of differences(own, answers)) {
      const kind = excuse(round, difference);
      if (kind === undefined) unknown.push(describeDifference(round, seed + index, difference));
      else known.set(kind, (known.get(kind) ?? 0) + 1);
    }
  }
  return { pairs, matching, known, unknown };
}

/**
 * Has both scan. Now and then a random rule is one that no compiler takes, being too complex or with a constant that overflows:
 * both have to refuse it, and those that refer to it, and the round goes on without them.
 */
async function scanBoth(ours: Scanner, theirs: Scanner, made: Round) {
  const refusals: string[] = [];
  let round = made;
  for (;;) {
    const [own, answers] = [await orRefused(ours, round), await orRefused(theirs, round)];
    if (!(own instanceof Refused) && !(answers instanceof Refused)) return { round, own, answers, refusals };
    const [left, right] = [own, answers].map((each) =>
      each instanceof Refused ? each.message : "nothing refused",
    );
    if (left !== right) refusals.push(`ours ${left}; theirs ${right}`);
    const names = new Set([own, answers].flatMap((each) => (each instanceof Refused ? each.rules : [])));
    round = { ...round, rules: round.rules.filter(({ name }) => !names.has(name)) };
  }
}

async function orRefused(scanner: Scanner, round: Round): Promise<Answers | Refused> {
  try {
    return await scanner(round);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** The known differences that a rule can run into; for a program that died, those of any rule. */
function excuse({ rules }: Round, { rule, theirs }: Difference): string | undefined {
  if (rule === DIED && theirs !== undefined) {
    const deadly = ["word-boundary-at-the-end", "several-jumps"];
    return rules.some((each) => deadly.some((name) => each.differences.has(name))) ? "died" : undefined;
  }
  const kinds = rules.find((each) => each.name === rule)?.differences ?? new Set();
  return kinds.size === 0 ? undefined : [...kinds].sort().join(" or ");
}

function describeDifference(round: Round, seed: number, { file, rule, ours, theirs }: Difference): string {
  const kind = round.files.find(({ name }) => name === file)?.kind;
  const text = round.rules.find(({ name }) => name === rule)?.text ?? "";
  const shown = (places: readonly string[] | undefined) => places?.slice(0, 12).join(" ") ?? "no match";
  return `seed ${seed}, ${file} (${kind}), ${rule}: ours ${shown(ours)}; theirs ${shown(theirs)}\n${text}`;
}
