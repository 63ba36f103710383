/** Random rules on random files: cryptex and Debian's `yara` find the same rules, strings, offsets and lengths. */
import { describe, expect, test } from "bun:test";
import { type Round, sourceOf } from "../support/rules/round.ts";
import type { Answers } from "./answers.ts";
import { scanWithEngine, scanWithProduct } from "./ours.ts";
import { compareRounds, type Scanner } from "./rounds.ts";
import { scanWithYara, whyNoYara } from "./yara-program.ts";

const product: Scanner = (round) => scanWithProduct({ ...round, source: sourceOf(round, "today") });
const engine = (round: Round): Answers =>
  scanWithEngine({ ...round, source: sourceOf(round, "today") }, round.rules);
const theirs: Scanner = (round) => scanWithYara({ ...round, source: sourceOf(round, "classic") });

const missing = whyNoYara();
if (missing !== undefined) console.warn(`skipped: the differential test against Debian's yara: ${missing}`);

describe.skipIf(missing !== undefined)("ours and Debian's yara", () => {
  test("agree on 10,000 random pairs of rule and file and more, a fifth of which match", async () => {
    const given = process.env["CRYPTEX_DIFFERENTIAL_SEED"];
    const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
    const rounds = Number(process.env["CRYPTEX_DIFFERENTIAL_ROUNDS"] ?? 6);
    const { pairs, matching, known, unknown } = await compareRounds(product, theirs, seed, rounds);
    const excused = [...known].map(([kind, count]) => `${kind}: ${count}`).join(", ");
    console.info(
      `CRYPTEX_DIFFERENTIAL_SEED=${seed}: ${pairs} pairs, ${matching} match, known differences: ${excused || "none"}`,
    );
    expect(unknown).toEqual([]);
    expect(pairs).toBeGreaterThanOrEqual(given === undefined ? 10_000 : 0);
    expect(matching / pairs).toBeGreaterThanOrEqual(0.2);
    // What is excused is rare, and does not hide what is tested.
    const excusedPairs = [...known].reduce((sum, [, count]) => sum + count, 0);
    expect(excusedPairs / pairs).toBeLessThan(0.1);
  });
});

/** The comparison is with Debian's yara where there is one, so that these fail by the code that the test above goes through. */
const reference = missing === undefined ? theirs : engine;
/** Always the same rounds, so that each double is caught whenever the test runs. */
const SEED = 20_260_000;
/** As many as the test above has. Most doubles are caught in the first. */
const ROUNDS = 6;

describe("an engine with one broken operator is caught", () => {
  const broken: Record<string, Scanner> = {
    "wide is taken for ascii": withRules((text) => text.replace(/ wide\b/g, "")),
    "xor tries the first key alone": withRules((text) => text.replace(/xor\((\w+)-\d+\)/g, "xor($1)")),
    "fullword is ignored": withRules((text) => text.replace(/ fullword\b/g, "")),
    "nocase is ignored": withRules((text) => text.replace(/ nocase\b/g, "")),
    "private strings are shown": withRules((text) => text.replace(/ private(?= |\n)/g, "")),
    "a base64 alphabet is ignored": withRules((text) =>
      text.replace(/(base64|base64wide)\("[^"]*"\)/g, "$1"),
    ),
    "> is taken for >=": withRules((text) => text.replace(/ > /g, " >= ")),
    "at is taken for in": withRules((text) => text.replace(/ at (\d+)/g, " in (0..$1)")),
    "lazy is taken for greedy": withRules((text) =>
      text.replace(/= \/.*\//g, (regex) => regex.replace(/([*+?}])\?/g, "$1")),
    ),
    "a global rule is like any other": withRules((text) => text.replace(/^global /gm, "")),
    "matches beyond 4,096 bytes are dropped": withPlaces((places) =>
      places.filter((place) => offsetOf(place) < 4096),
    ),
    "the second of two matches that overlap is dropped": withPlaces((places) =>
      places.filter((place) => !places.includes(place.replace(/@\d+/, `@${offsetOf(place) - 1}`))),
    ),
    "lengths are one short": withPlaces((places) =>
      places.map((place) => place.replace(/\+(\d+)$/, (_, length) => `+${Math.max(0, length - 1)}`)),
    ),
    "the last file is skipped": (round) => {
      const answers = new Map(engine(round));
      answers.delete(round.files.at(-1)?.name ?? "");
      return answers;
    },
  };

  test.each(Object.entries(broken))("%s", async (_, scanner) => {
    let unknown: readonly string[] = [];
    for (let round = 0; round < ROUNDS && unknown.every((text) => text.includes("refused")); round++) {
      ({ unknown } = await compareRounds(scanner, reference, SEED + round, 1));
    }
    // A text that is no rule any more would be caught for that alone.
    expect(unknown.filter((text) => !text.includes("refused"))).not.toEqual([]);
  });

  test("and the first of these rounds have no difference with the sound one", async () => {
    expect((await compareRounds(engine, reference, SEED, 2)).unknown).toEqual([]);
  });
});

function withRules(change: (text: string) => string): Scanner {
  return (round: Round) =>
    engine({ ...round, rules: round.rules.map((rule) => ({ ...rule, text: change(rule.text) })) });
}

function withPlaces(change: (places: readonly string[]) => readonly string[]): Scanner {
  return (round: Round): Answers =>
    new Map(
      [...engine(round)].map(([file, rules]) => [
        file,
        new Map([...rules].map(([rule, places]) => [rule, change(places)])),
      ]),
    );
}

function offsetOf(place: string): number {
  return Number(/@(\d+)/.exec(place)?.[1]);
}
