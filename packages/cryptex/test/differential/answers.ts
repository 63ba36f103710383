/** Answers of scanners in one form, and their comparison. */

/** Places of a rule's strings: `$a@16+4`, sorted. */
export type Places = readonly string[];

/** Stands in place of the rules of a file for which a regular expression needed too many fibers: no rule can be relied on. */
export const GAVE_UP = "(gave up)";
/** Stands in place of the rules of a file over which a program died. */
export const DIED = "(died)";

/** Matching rules that are not private, with the places of their strings, by file. A file without a match may be left out. */
export type Answers = ReadonlyMap<string, ReadonlyMap<string, Places>>;

/** Rules that a scanner's compiler does not take. */
export class Refused extends Error {
  /** @param rules names, sorted */
  constructor(readonly rules: readonly string[]) {
    super(`refused: ${rules.join(" ")}`);
  }
}

export interface Difference {
  readonly file: string;
  readonly rule: string;
  /** Undefined where the rule does not match. */
  readonly ours: Places | undefined;
  readonly theirs: Places | undefined;
}

/** YARA's program shows this much of a match, and takes the length of what it shows (YR_CONFIG_MAX_MATCH_DATA). */
const SHOWN_LENGTH = 512;

export function place(id: string, offset: number, length: number): string {
  return `${id}@${offset}+${Math.min(length, SHOWN_LENGTH)}`;
}

/** Compares on file, rule, string, offset and length. */
export function differences(ours: Answers, theirs: Answers): Difference[] {
  const found: Difference[] = [];
  for (const file of new Set([...ours.keys(), ...theirs.keys()])) {
    const [own, other] = [ours.get(file), theirs.get(file)];
    // Where one has no answer, what the other found says nothing.
    const without = [GAVE_UP, DIED].find((word) => own?.has(word) || other?.has(word));
    if (without !== undefined) {
      if (own?.has(without) !== other?.has(without))
        found.push({ file, rule: without, ours: own?.get(without), theirs: other?.get(without) });
      continue;
    }
    for (const rule of new Set([...(own?.keys() ?? []), ...(other?.keys() ?? [])])) {
      const [left, right] = [own?.get(rule), other?.get(rule)];
      if (left === undefined || right === undefined || left.join() !== right.join()) {
        found.push({ file, rule, ours: left, theirs: right });
      }
    }
  }
  return found;
}

/** Pairs of file and rule that match. */
export function matchingPairs(answers: Answers): number {
  return [...answers.values()].reduce((sum, rules) => sum + rules.size, 0);
}
