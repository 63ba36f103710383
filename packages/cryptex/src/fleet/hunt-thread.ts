/**
 * Thread of a hunt's scan, so that the thread that beats computes nothing. It gives the lines of `scan --format ndjson` in pieces, each
 * with the place behind it. It is polite to its host: it, and the threads that it starts, stand behind all other work.
 */
import { getPriority, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { ProgramError } from "#kit/errors.ts";
import { serve } from "#kit/thread.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import { runScan } from "../scan-runner/runner.ts";
import { Pieces } from "./hunt-pieces.ts";
import type { HuntPiece, HuntScan } from "./hunt-scan.ts";

/** Time between two looks whether the server has taken some pieces. */
const WAIT_MS = 20;
/** Nice value, of -20 to 19: at 10 a busy host gives this a tenth of the time that work at 0 gets (Linux: a quarter less for each step). */
const NICE = 10;

await serve<HuntScan, undefined, HuntPiece>(async (request, { progress, signal }) => {
  stepBack();
  const { hunt, roots, rules, cacheFolder, threads, place, kept } = request;
  const ruleSet = await openRuleSet({ ...rules, cacheFolder, signal, warn: () => {} });
  if (ruleSet.rules.count === 0) throw new ProgramError("hunt", "no rule of the set can be evaluated");
  const pieces = new Pieces(progress, kept, place);
  const scan = runScan({
    ruleSet,
    walk: {
      roots,
      exclude: hunt.exclude,
      maxSize: hunt.maxSize,
      maxDepth: hunt.maxDepth ?? Number.POSITIVE_INFINITY,
      follow: false,
    },
    threads,
    timeoutMs: hunt.timeoutMs,
    maxStrings: hunt.maxStrings,
    listClean: hunt.listClean,
    archives: hunt.archives,
    signal,
    ...(place?.scan && { from: place.scan }),
    passed: (behind) => pieces.passed(behind),
  });
  for await (const event of scan) {
    pieces.add(event);
    while (pieces.isFull) await sleep(WAIT_MS, undefined, { signal });
  }
  return undefined;
});

/** Gives way to other work, in this thread and in those that it starts; where the system has it otherwise, nothing is lost. */
function stepBack(): void {
  try {
    setPriority(Math.max(NICE, getPriority()));
  } catch {
    // Some containers forbid it.
  }
}
