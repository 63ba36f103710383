/**
 * Thread of a hunt's scan, so that the thread that beats computes nothing. It gives the lines of `scan --format ndjson` in pieces, each
 * with the place behind it. It is polite to its host: it, and the threads that it starts, stand behind all other work.
 */
import { getPriority, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { ProgramError } from "#kit/errors.ts";
import { safeJson } from "#kit/format/visible.ts";
import { serve } from "#kit/thread.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { runScan, type ScanPlace } from "../scan-runner/runner.ts";
import type { HuntPiece, HuntPlace, HuntScan } from "./hunt-scan.ts";

/** Text of a piece: half of what one message takes. A piece is larger where one file has so many lines. */
const PIECE_CHARACTERS = 64 * 1024;
/** Time after which a piece is given, however small it is: that much work is done again by a host that dies. */
const PIECE_MS = 5_000;
/** Pieces that are on their way to the server. */
const AHEAD = 4;
/** Text beyond which the scan waits for the server. */
const MOST_AHEAD_CHARACTERS = 4 * 2 ** 20;
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

class Pieces {
  #text = "";
  #lines: number;
  #given = 0;
  #lastMs = performance.now();
  #place: ScanPlace | undefined;

  constructor(
    private readonly give: (piece: HuntPiece) => void,
    private readonly kept: Int32Array,
    place: HuntPlace | undefined,
  ) {
    this.#lines = place?.lines ?? 0;
    this.#place = place?.scan;
  }

  get #ahead(): number {
    return this.#given - Atomics.load(this.kept, 0);
  }

  get isFull(): boolean {
    return this.#ahead >= AHEAD && this.#text.length > MOST_AHEAD_CHARACTERS;
  }

  add(event: ScanEvent): void {
    this.#text += `${safeJson(event)}\n`;
    this.#lines++;
    if (event.type === "end") this.#next({ complete: event.complete });
  }

  /** Takes a place behind all lines so far. */
  passed(place: ScanPlace): void {
    this.#place = place;
    const isDue = this.#text.length >= PIECE_CHARACTERS || performance.now() - this.#lastMs >= PIECE_MS;
    if (isDue && this.#ahead < AHEAD) this.#next({});
  }

  #next(more: Pick<HuntPlace, "complete">): void {
    const place = { lines: this.#lines, ...(this.#place && { scan: this.#place }), ...more };
    this.give({ text: this.#text, place });
    this.#text = "";
    this.#given++;
    this.#lastMs = performance.now();
  }
}
