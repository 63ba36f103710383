/** Guesses at the word that was meant. */
import { distance } from "fastest-levenshtein";

/** More slips than these in a word make another word of it. */
const MOST_SLIPS = 3;
/** Shorter parts of a word are in most words. */
const LEAST_PART = 3;
const MOST_SHOWN = 3;

/**
 * Makes the hint `did you mean …?` with up to three candidates, the nearest first: those that hold the word, and those that a slip for each
 * three letters leads to. Empty where there is none.
 */
export function suggestion(word: string, candidates: readonly string[]): string[] {
  const typed = bare(word);
  const allowed = Math.min(MOST_SLIPS, Math.max(1, Math.floor(typed.length / 3)));
  const near = candidates
    .map((name) => ({ name, slips: slipsBetween(typed, bare(name)) }))
    .filter(
      ({ name, slips }) => slips <= allowed || (typed.length >= LEAST_PART && bare(name).includes(typed)),
    )
    .sort((a, b) => a.slips - b.slips)
    .slice(0, MOST_SHOWN);
  return near.length === 0 ? [] : [`did you mean ${near.map(({ name }) => `'${name}'`).join(", ")}?`];
}

/** Dashes and capitals are no part of what was meant: every option has the same dashes. */
function bare(word: string): string {
  return word.replace(/^-+/, "").toLowerCase();
}

/** Counts letters that are wrong, missing or too many; two neighbours that changed places, which Levenshtein counts twice, are one. */
function slipsBetween(typed: string, name: string): number {
  const slips = distance(typed, name);
  if (slips !== 2 || typed.length !== name.length) return slips;
  const at = [...typed].findIndex((_, i) => typed[i] !== name[i]);
  return typed[at] === name[at + 1] && typed[at + 1] === name[at] ? 1 : slips;
}
