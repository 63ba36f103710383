/** The list of known differences holds on both sides: what it excuses is a difference, and no other. */
import { describe, expect, test } from "bun:test";
import type { Answers } from "./answers.ts";
import {
  KNOWN_DIFFERENCES,
  type KnownDifference,
  NOT_COMPARED,
  SAID_OTHERWISE,
  type Verdict,
} from "./known-differences.ts";
import { scanWithEngine } from "./ours.ts";
import { scanWithYara, whyNoYara } from "./yara-program.ts";

const all = Object.entries({ ...KNOWN_DIFFERENCES, ...SAID_OTHERWISE, ...NOT_COMPARED });
const scanned = ({ rule, data }: KnownDifference) => ({
  source: rule,
  files: [{ name: "data.bin", bytes: data }],
  externals: [],
});

function verdict(scan: () => Answers): Verdict {
  try {
    return scan().get("data.bin")?.get("r") ?? "no match";
  } catch {
    return "error";
  }
}

describe("ours", () => {
  test.each(all)("%s", (_, known) => {
    expect(verdict(() => scanWithEngine(scanned(known), [{ name: "r", strings: ["$a", "$b"] }]))).toEqual(
      known.ours,
    );
  });
});

const missing = whyNoYara();
if (missing !== undefined) console.warn(`skipped: known differences on the other side: ${missing}`);
describe.skipIf(missing !== undefined)("Debian's yara", () => {
  test.each(all)("%s", (_, known) => {
    expect(verdict(() => scanWithYara(scanned(known)))).toEqual(known.theirs);
  });
});
