/** Scans what a watcher hands out, and changes to other rules while it goes on. */
import { aborted, onAbort, pause } from "#kit/abort.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { pathBytes } from "../scan-runner/formats/escape.ts";
import { refusal } from "../scan-runner/paths.ts";
import { runScan, type ScanRequest } from "../scan-runner/runner.ts";
import { Turn } from "./turn.ts";
import type { Watcher, WatchNote } from "./watcher.ts";

export interface WatchRequest {
  readonly watcher: Watcher;
  readonly ruleSet: RuleSet;
  /** Opens the rules as they are now. */
  readonly reopen: () => Promise<RuleSet>;
  /** Asks for the rules to be read again. */
  readonly wish: ReloadWish;
  readonly limits: Pick<ScanRequest, "walk" | "threads" | "timeoutMs" | "maxStrings" | "listClean">;
  /** Ends the watch in good order: what was not scanned is named, and the counts follow. */
  readonly signal: AbortSignal;
  readonly onNote: (note: WatchNote) => void;
}

/** Nothing ends the scans but their source. */
const NEVER = new AbortController().signal;

const DENIED = refusal({ code: "EACCES" });

/** Yields the lines of a scan, from start to end, for each set of rules in turn. @throws what `runScan` throws */
export async function* runWatch(request: WatchRequest): AsyncGenerator<ScanEvent, void> {
  const { watcher, limits, signal } = request;
  let rules: RuleSet | undefined = request.ruleSet;
  while (rules) {
    const turn = new Turn(watcher);
    using _ = onAbort(signal, () => turn.end());
    const reloading: Reloading = new Reloading(request, rules, () => turn.close());
    const scan: ScanRequest = { ...limits, ruleSet: rules, source: turn, unordered: true, signal: NEVER };
    for await (const event of runScan(scan)) {
      if (event.type === "error" && event.reason === DENIED)
        watcher.refused(Buffer.from(pathBytes(event)).toString("latin1"));
      yield event;
    }
    rules = signal.aborted ? undefined : await reloading.end();
  }
}

/** Time from an interrupt until what is left to be done is given up. */
const LAST_MS = 400;

/** Waits for the end of a watch; once it is interrupted, not for long. @throws what the work throws */
export async function untilEnd(work: Promise<void>, signal: AbortSignal): Promise<void> {
  await Promise.race([work, aborted(signal).then(() => pause(LAST_MS, NEVER))]);
}

/** Passes on that the rules are to be read again. One that comes too early is kept. */
export class ReloadWish {
  #act: (() => void) | undefined;
  #isOpen = false;

  make(): void {
    if (this.#act) this.#act();
    else this.#isOpen = true;
  }

  /** @param act is called for each wish from now on, in place of what was called before */
  serve(act: () => void): void {
    this.#act = act;
    if (this.#isOpen) act();
    this.#isOpen = false;
  }
}

/** Reads the rules again when it is asked to, one reading at a time. */
class Reloading {
  #opened: RuleSet | undefined;
  #reading: Promise<void> | undefined;
  #again = false;

  constructor(
    private readonly request: WatchRequest,
    private readonly rules: RuleSet,
    private readonly onOpened: () => void,
  ) {
    request.wish.serve(() => {
      if (this.#reading) this.#again = true;
      else this.#reading = this.#reload();
    });
  }

  /** Returns the rules of the last reading that had others. */
  async end(): Promise<RuleSet | undefined> {
    await Promise.race([this.#reading, aborted(this.request.signal)]);
    return this.request.signal.aborted ? undefined : this.#opened;
  }

  async #reload(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#read();
      } while (this.#again);
    } finally {
      this.#reading = undefined;
    }
  }

  async #read(): Promise<void> {
    const { reopen, signal } = this.request;
    let opened: RuleSet;
    try {
      opened = await reopen();
    } catch (error) {
      if (!signal.aborted)
        this.#say(`the rules could not be read, the old ones stay: ${(error as Error).message}`);
      return;
    }
    if (opened.rules.count === 0) this.#say("no rule can be evaluated any more, the old ones stay");
    else if (isSame(opened, this.#opened ?? this.rules))
      this.#say("the rules were read again, and are as they were");
    else {
      this.#say("the rules were read again, and have changed");
      this.#opened = opened;
      this.onOpened();
    }
  }

  #say(message: string): void {
    this.request.onNote({ type: "watch", event: "rules", message });
  }
}

function isSame(a: RuleSet, b: RuleSet): boolean {
  return a.digest === b.digest && JSON.stringify(a.quarantined) === JSON.stringify(b.quarantined);
}
