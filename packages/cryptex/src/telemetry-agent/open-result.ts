/** The result of a followed file whose end has not come yet. Everything here happens in the transaction that keeps how far the file was read. */
import { plural } from "#kit/format/numbers.ts";
import { type Journal, JournalError } from "../results/journal.ts";
import type { EndEvent, ScanEvent } from "../scan-runner/events.ts";
import type { FollowedResult } from "./followed-files.ts";
import { ResultCheck } from "./result-check.ts";

/** Something that people are told: of a line that is refused, of a result that has come. */
export interface Remark {
  readonly level: "info" | "warn";
  readonly text: string;
  /** The scan that it is about. */
  readonly scan?: string;
}

export class OpenResult {
  readonly #check: ResultCheck;
  #pending: ScanEvent[] = [];
  #refused: number;
  #fault: string | null;
  /** Somebody has removed or ended the scan meanwhile. */
  #isLost = false;

  /** @param hash of its lines so far; undefined where they can no longer be read */
  constructor(
    private readonly journal: Journal,
    private readonly known: FollowedResult,
    private readonly hash: Bun.CryptoHasher | undefined,
    private readonly say: (remark: Remark) => void,
  ) {
    this.#check = new ResultCheck(known.check);
    this.#refused = known.refused;
    this.#fault = known.fault;
  }

  static begin(
    journal: Journal,
    { origin, path, from }: { readonly origin: string; readonly path: string; readonly from: number },
    say: (remark: Remark) => void,
  ): OpenResult {
    const { id } = journal.create({ origin, state: "running", hidden: { kind: "followed", path } });
    const check = new ResultCheck().state;
    const known = { scan: id, from, check, refused: 0, fault: null };
    return new OpenResult(journal, known, new Bun.CryptoHasher("sha256"), say);
  }

  get state(): FollowedResult {
    const { scan, from } = this.known;
    return { scan, from, check: this.#check.state, refused: this.#refused, fault: this.#fault };
  }

  add(event: ScanEvent, line: Uint8Array): void {
    hashLine(this.hash, line);
    this.#check.count(event);
    this.#pending.push(event);
  }

  refuse(fault: string): void {
    this.#refused++;
    this.#fault ??= fault;
  }

  /** Writes what was added. */
  flush(): void {
    const events = this.#pending;
    this.#pending = [];
    if (events.length > 0 && !this.#isLost)
      this.#tryTo(() => this.journal.append(this.known.scan, events, { state: "running" }));
  }

  end(end: EndEvent, line: Uint8Array): void {
    hashLine(this.hash, line);
    this.#close(end, this.#check.doubt(end));
  }

  /** @param why its end did not come */
  giveUp(why: string): void {
    this.#close(undefined, why);
  }

  #close(end: EndEvent | undefined, fault: string | undefined): void {
    const doubt = this.#refused > 0 ? this.#refusal() : fault;
    const { scan } = this.known;
    this.flush();
    if (this.#isLost) return;
    const lines = end && doubt === undefined ? [end] : [];
    const change = {
      state: "done",
      ...(this.hash && { key: `sha256:${this.hash.digest("hex")}` }),
      ...(doubt !== undefined && { reason: doubt }),
    } as const;
    try {
      this.#tryTo(() => this.journal.append(scan, lines, change));
      if (this.#isLost) return;
      this.say({ level: doubt === undefined ? "info" : "warn", text: doubt ?? "taken in", scan });
    } catch (error) {
      if (!(error instanceof JournalError) || error.kind !== "duplicate") throw error;
      this.journal.remove(scan);
      this.say({
        level: "info",
        text: "is there already: its lines are those of another result",
        scan: error.scan!,
      });
    }
  }

  #refusal(): string {
    const lines = this.#refused === 1 ? "a line of it was" : `${plural(this.#refused, "line")} of it were`;
    return `${lines} refused: ${this.#fault}`;
  }

  #tryTo(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof JournalError) || error.kind === "duplicate") throw error;
      this.#isLost = true;
      this.say({ level: "warn", text: `what follows is lost: ${error.message}`, scan: this.known.scan });
    }
  }
}

/** The digest of a result is that of its lines, each with a line feed: how they were ended and what stood between them does not count. */
export function hashLine(hash: Bun.CryptoHasher | undefined, line: Uint8Array): void {
  hash?.update(line).update("\n");
}
