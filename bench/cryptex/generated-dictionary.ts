/** A dictionary for measurements, as large as asked for: the same at each call. */
import { STATUSES } from "../../packages/cryptex/src/dictionary/entry.ts";

const WORDS =
  "acquire arena array atom buffer callback certificate compiler digest emit entropy file function hash header import iterator " +
  "library lock memory module notebook object parse process regex release rule scanner section signature stack stream string " +
  "structure table thread verify";
const VERBS = [
  "Acquires",
  "Builds",
  "Checks",
  "Emits",
  "Finds",
  "Hashes",
  "Parses",
  "Releases",
  "Verifies",
  "Writes",
];
const TAGS = ["io", "thread-safe", "hash", "parser", "public"];

/** Writes JSON with `pyro_name` and `dependencies`. Texts are as long as those of the dictionary of a C library: some 300 characters an entry. */
export function generatedDictionary(count: number): string {
  const words = WORDS.split(" ");
  let state = 1;
  // Numerical Recipes' generator: fine for filling texts.
  const below = (most: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const word = () => words[below(words.length)]!;
  const title = () => word().replace(/^./, (letter) => letter.toUpperCase());
  const names = Array.from({ length: count }, (_, i) => `Lamp-${title()}-${title()}-${i}`);
  const entries = names.map((pyro_name, i) => {
    const [a, b] = [word(), word()];
    const file = `lib/${a}/${b}.c`;
    const start = 1 + below(2000);
    return {
      symbol: `lib_${a}_${b}_${i}`,
      pyro_name,
      kind: "function",
      location: file,
      signature: `int lib_${a}_${b}_${i}(LIB_${a.toUpperCase()}* ${a}, size_t ${b})`,
      summary: `${VERBS[below(VERBS.length)]} the ${word()} of a ${word()}, and says where.`,
      pseudocode: `if not ${a}: return ERROR\n${b} = ${word()}(${a})\nfor each in ${b}:\n  ${word()}(each)\nreturn OK`,
      line_references: [{ file, start, end: start + below(80) }],
      dependencies: Array.from({ length: below(3) }, () => names[below(count)]).filter(
        (name, at, all) => all.indexOf(name) === at,
      ),
      owner: `lib/${a}`,
      risk: ["critical", "high", "standard"][below(3)],
      status: STATUSES[below(STATUSES.length)],
      notes: [],
      tags: [TAGS[below(TAGS.length)]],
    };
  });
  return JSON.stringify({ version: "0.1.0", entries }, undefined, 2);
}
