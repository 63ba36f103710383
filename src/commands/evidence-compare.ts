/** `evidence compare`: says in what two recordings, packages or profiles differ. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf, positional } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import type { Verdict } from "../evidence/compare/comparison.ts";
import { writeComparison } from "../evidence/compare/write-comparison.ts";
import { FINDINGS } from "./exits.ts";

const FLAGS = {
  a: positional.file({ about: "Recording, folder of recordings, package, profile, or tag: what was" }),
  b: positional.file({ about: "The same: what is now" }),
  anyDifference: flag.switch({ about: "Count every difference that chance does not explain, however small" }),
  html: flag.file({ about: "Also write a page with pictures" }),
  json: flag.switch({ about: "Write JSON" }),
};

export const evidenceCompare = command({
  name: "evidence compare",
  description: "Say in what two recordings, packages, profiles or machines differ",
  details: [
    "A and B each are a manifest of record, a folder of recordings, a package of evidence, a profile of calibrate, or a tag (record --tag). Sources are compared by their ids. Timings depend on their neighbours and on the machine's load: tests reckon with the first, and a difference counts from bounds on that are above what one machine does by itself. Profiles keep no samples: recordings are then assessed as calibrate does, and the entropies compared.",
    "The exit code is 0 where all sources are the same, 4 where one is different, and 1 where none is but something cannot be said.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy evidence compare before after",
    "esoteric-entropy evidence compare recordings/old recordings/new --html comparison.html",
    "esoteric-entropy evidence compare ~/.local/state/esoteric-entropy/profile.json recordings/new --json",
  ],
  seeAlso: ["record", "calibrate", "evidence list"],
  judges: true,
  run: runEvidenceCompare,
});

export type EvidenceCompareOptions = OptionsOf<typeof FLAGS>;

const EXITS: Readonly<Record<Verdict, number>> = {
  same: EXIT.ok,
  different: FINDINGS,
  "cannot say": EXIT.failure,
};

/** @returns the exit code @throws UsageError · InputError where A or B cannot be used at all · the signal's reason */
export async function runEvidenceCompare(
  options: EvidenceCompareOptions,
  io: Io,
  deps: Deps,
): Promise<number> {
  const { verdict } = await writeComparison(options, io, deps.stateFolder);
  return EXITS[verdict];
}
