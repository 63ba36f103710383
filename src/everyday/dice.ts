/** Dice as players write them: `3d6`, `d20`, `4d6+2`, `2d10-1d4`, `d%` or `%` for a hundred sides. */
import { UsageError } from "../errors.ts";
import type { Draws } from "./draws.ts";

/** A term of the sum: dice of one kind, or a number, for which `sides` is undefined. */
interface Term {
  readonly sign: 1 | -1;
  readonly count: number;
  readonly sides: number | undefined;
}

export interface Dice {
  readonly terms: readonly Term[];
  /** Dice of all terms. */
  readonly count: number;
}

/** Longer texts are no dice. */
const MOST_TEXT = 200;
export const MOST_DICE = 1_000_000;
/** As many as a word of 32 bits has values. With all dice they stay below 2⁵³. */
const MOST_SIDES = 2 ** 32;
const MOST_NUMBER = 1_000_000_000;

const TERM = /\s*(?<sign>[+-]?)\s*(?:(?<count>\d*)[dD](?<sides>\d+|%)|(?<hundred>%)|(?<number>\d+))\s*/y;

/** @throws UsageError, which says what is wrong */
export function parseDice(text: string, name: string): Dice {
  const shown = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
  const fault = (what: string) => new UsageError(`${name}: '${shown}' ${what}`);
  if (text.length > MOST_TEXT) throw fault(`has ${text.length} characters; ${MOST_TEXT} are the most`);
  const terms: Term[] = [];
  const pattern = new RegExp(TERM);
  while (pattern.lastIndex < text.length) {
    const { sign, count, sides, hundred, number } = pattern.exec(text)?.groups ?? {};
    if (sign === undefined || (terms.length > 0 && sign === "")) {
      throw new UsageError(`${name}: '${shown}' is not understood`, ["dice are like 3d6, d20, 4d6+2 or d%"]);
    }
    terms.push({
      sign: sign === "-" ? -1 : 1,
      count: number === undefined ? Number(count || 1) : Number(number),
      sides: number === undefined ? (sides === "%" || hundred ? 100 : Number(sides)) : undefined,
    });
  }
  const dice = terms.filter(({ sides }) => sides !== undefined);
  const total = dice.reduce((sum, { count }) => sum + count, 0);
  if (dice.length === 0) throw fault("has no dice in it");
  if (dice.some(({ count }) => count === 0))
    throw fault("has no dice to throw: the number before the d is 0");
  if (total > MOST_DICE) throw fault(`is more than ${MOST_DICE.toLocaleString("en-US")} dice`);
  if (dice.some(({ sides }) => sides! < 2)) throw fault("has a die of fewer than two sides");
  if (dice.some(({ sides }) => sides! > MOST_SIDES))
    throw fault("has a die of more than 4,294,967,296 sides");
  if (terms.some(({ count, sides }) => sides === undefined && count > MOST_NUMBER)) {
    throw fault("adds a number above 1,000,000,000");
  }
  return { terms, count: total };
}

/** Bits of the faces in their order. The sum holds fewer: most sums come from several throws. */
export function diceBits({ terms }: Dice): number {
  return terms.reduce(
    (sum, { count, sides }) => sum + (sides === undefined ? 0 : count * Math.log2(sides)),
    0,
  );
}

/** Writes the total first, then how it came about: `13 = (4 + 1 + 6) + 2`; a single die is its own total. */
export async function throwDice({ terms }: Dice, draws: Draws): Promise<string> {
  let total = 0;
  let text = "";
  for (const [i, { sign, count, sides }] of terms.entries()) {
    const values: number[] = sides === undefined ? [count] : [];
    while (sides !== undefined && values.length < count) values.push(1 + (await draws.place(sides)));
    total += sign * values.reduce((sum, value) => sum + value, 0);
    const joined = values.join(" + ");
    const part = values.length > 1 && terms.length > 1 ? `(${joined})` : joined;
    const operator = sign === 1 ? (i === 0 ? "" : " + ") : i === 0 ? "-" : " - ";
    text += operator + part;
  }
  return text === String(total) ? text : `${total} = ${text}`;
}
