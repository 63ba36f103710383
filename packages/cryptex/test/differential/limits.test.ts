/** Limits of libyara itself, as docs/ENGINES.md lists them: what is beyond is not found, and nothing says so. */
import { expect, test } from "bun:test";
import { scanWithEngine } from "./ours.ts";

const GAP = 391;
const TWO_JUMPS = `rule r { strings: $a = { 49 42 [0-${GAP}] [0-${GAP}] 41 31 48 43 } condition: $a }`;
const REGEX = "rule r { strings: $a = /foo.*bar/s condition: $a }";

const limits: readonly (readonly [what: string, rule: string, within: string, beyond: string])[] = [
  [
    // Up to four bytes, by which the engine finds the place to begin at, do not count.
    "a regular expression reaches over 4,096 bytes",
    REGEX,
    `foo${".".repeat(4090)}bar`,
    `foo${".".repeat(4095)}bar`,
  ],
  [
    "of two jumps in a row of more than 200 bytes each, the first one counts alone",
    TWO_JUMPS,
    `IB${".".repeat(GAP)}A1HC`,
    `IB${".".repeat(GAP + 1)}A1HC`,
  ],
];

function matches(rule: string, data: string): boolean {
  const files = [{ name: "data", bytes: Buffer.from(data) }];
  const answers = scanWithEngine({ source: rule, files, externals: [] }, [{ name: "r", strings: ["$a"] }]);
  return answers.get("data")?.has("r") ?? false;
}

test.each(limits)("%s", (_, rule, within, beyond) => {
  expect([matches(rule, within), matches(rule, beyond)]).toEqual([true, false]);
});
