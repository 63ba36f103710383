/** Flags and words that the everyday commands share. */
import { plural } from "#kit/format/numbers.ts";
import { flag } from "#kit/term/flags.ts";
import { formatBits } from "../../everyday/bits.ts";
import { POOL_FLAGS } from "../claims.ts";
import { SOURCES_FLAGS } from "../source-flags.ts";

export const MOST_RESULTS = 1_000_000;

/** For those of which several may be wanted. */
export const COUNT_FLAG = {
  count: flag.count(1, MOST_RESULTS, { default: "1", about: "How many, one a line" }),
};

export const EVERYDAY_FLAGS = {
  output: flag.file({
    short: "o",
    hint: "PATH",
    about: "Write to this file, which must not be there yet and only its owner may read",
  }),
  ...SOURCES_FLAGS,
  timeoutMs: flag.seconds({
    name: "timeout",
    default: "10",
    about: "Give up after this many seconds without new entropy",
  }),
  ...POOL_FLAGS,
};

/** Paragraph below the description of each of them. */
export const FULL_ENTROPY =
  "Every choice is made of full-entropy bytes, as of 'stream --mode full', and each possible result is as likely as any other. How many bits it holds is said on stderr, rounded down. If the sources cannot deliver in time, the exit code is 3; there is no weaker way.";

/** Writes `77.5 bits: 6 words`; `77.5 bits each: …` for several results. */
export function accountOf(bits: number, what: string, count = 1): string {
  return `${formatBits(bits)}${count === 1 ? "" : " each"}: ${what}`;
}

/** Writes `22 characters out of 62`. */
export function outOf(count: number, noun: string, choices: number): string {
  return `${plural(count, noun)} out of ${choices.toLocaleString("en-US")}`;
}
