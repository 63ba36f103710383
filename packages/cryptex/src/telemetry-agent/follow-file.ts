/** Takes in what has come in one followed file. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Journal } from "../results/journal.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { type ByteLine, LineCutter } from "./byte-lines.ts";
import type { FollowedFile, FollowedFiles, FollowedResult } from "./followed-files.ts";
import { hashLine, OpenResult, type Remark } from "./open-result.ts";
import { NO_END } from "./result-check.ts";
import { scanLineOf } from "./scan-line.ts";

export interface Following {
  readonly journal: Journal;
  readonly files: FollowedFiles;
  readonly origin: string;
  readonly signal: AbortSignal;
  readonly say: (path: string, remark: Remark) => void;
}

/** Bytes whose lines are one transaction: some 500 lines, a few milliseconds. */
const PIECE_BYTES = 2 ** 18;
/** Bytes by which a file is known again. */
const TAIL_BYTES = 4096;

/** One file, from one look at it to the next. */
export class FileFollower {
  isForgotten = false;
  #open: OpenResult | undefined;
  /** Remarks of the transaction that is going on. */
  #remarks: Remark[] = [];

  constructor(
    private readonly following: Following,
    private known: FollowedFile,
  ) {}

  /** Where it was seen last. */
  get path(): string {
    return this.known.path;
  }

  get dev(): number {
    return this.known.dev;
  }

  /** Tells that there is nothing to be read in a file of this size. */
  isAtEnd(size: number): boolean {
    return size === this.known.offset;
  }

  /**
   * Reads on to the end of the file.
   * @param mayBeAnother it is read from its beginning where other bytes are in the place of those that were taken
   * @throws the system's error; StoreError; the signal's reason
   */
  async read(path: string, mayBeAnother: boolean): Promise<void> {
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      // Another file has come into its place, which the next look finds.
      if (!stats.isFile() || stats.ino !== this.known.ino) return;
      const { offset, tail, result } = this.known;
      const isAnother = stats.size < offset || tailOf(file, offset) !== tail;
      if (isAnother && !mayBeAnother) {
        this.forget();
        return;
      }
      if (isAnother) this.#beginAnew(path);
      else if (result && !this.#open) this.#open = await this.#restored(file, result);
      await this.#readOn(file, path);
    } finally {
      closeSync(file);
    }
  }

  /** Ends the result that was not ended, since nothing more will come. */
  forget(): void {
    this.isForgotten = true;
    const why = "it has no end line, and its file is no longer there";
    this.following.files.forget(this.known, () => this.#giveUp(why));
    this.#sayAll();
  }

  /** The file has been cut off, or written anew. */
  #beginAnew(path: string): void {
    this.#advance(() => {
      this.#giveUp("it has no end line, and its file was written anew");
      return { ...this.known, path, offset: 0, lines: 0, tail: "", result: null };
    });
  }

  #giveUp(why: string): void {
    const { result } = this.known;
    if (!result) return;
    const open = this.#open ?? new OpenResult(this.following.journal, result, undefined, this.#remark);
    open.giveUp(why);
    this.#open = undefined;
  }

  /** Makes the digest of the lines that were taken before this program was started. */
  async #restored(file: number, { from }: FollowedResult): Promise<OpenResult> {
    const hash = new Bun.CryptoHasher("sha256");
    const cutter = new LineCutter(undefined, from);
    for (let at = from; at < this.known.offset; ) {
      const piece = readAt(file, at, Math.min(PIECE_BYTES, this.known.offset - at));
      if (piece.length === 0) break;
      at += piece.length;
      for (const line of cutter.cut(piece)) if (scanLineOf(line).kind === "event") hashLine(hash, line.bytes);
      await this.#breathe();
    }
    return new OpenResult(this.following.journal, this.known.result!, hash, this.#remark);
  }

  async #readOn(file: number, path: string): Promise<void> {
    const cutter = new LineCutter(undefined, this.known.offset);
    for (let at = this.known.offset; ; ) {
      const piece = readAt(file, at, PIECE_BYTES);
      if (piece.length === 0) return;
      at += piece.length;
      const lines = [...cutter.cut(piece)];
      if (lines.length > 0 && !this.#take(file, path, lines)) return;
      await this.#breathe();
    }
  }

  /** @throws the signal's reason */
  async #breathe(): Promise<void> {
    await setImmediate();
    this.following.signal.throwIfAborted();
  }

  /** @returns false where another program goes on with the file */
  #take(file: number, path: string, lines: readonly ByteLine[]): boolean {
    const read = lines.map((line) => ({ line, scanLine: scanLineOf(line) }));
    const offset = lines.at(-1)!.end;
    const tail = tailOf(file, offset);
    return this.#advance(() => {
      let from = this.known.offset;
      let number = this.known.lines;
      for (const { line, scanLine } of read) {
        number++;
        if (scanLine.kind === "fault") this.#refuse(number, scanLine.fault);
        if (scanLine.kind === "event") this.#add(scanLine.event, line, { path, from, number });
        from = line.end;
      }
      this.#open?.flush();
      return { ...this.known, path, offset, lines: number, tail, result: this.#open?.state ?? null };
    });
  }

  #add(
    event: ScanEvent,
    { bytes }: ByteLine,
    { path, from, number }: { readonly path: string; readonly from: number; readonly number: number },
  ): void {
    if (event.type === "start") {
      this.#open?.giveUp(NO_END);
      const { journal, origin } = this.following;
      this.#open = OpenResult.begin(journal, { origin, path, from }, this.#remark);
    }
    if (!this.#open) this.#refuse(number, "there is no start line before it");
    else if (event.type !== "end") this.#open.add(event, bytes);
    else {
      this.#open.end(event, bytes);
      this.#open = undefined;
    }
  }

  #refuse(number: number, fault: string): void {
    this.#open?.refuse(`line ${number}: ${fault}`);
    this.#remark({ level: "warn", text: `line ${number} is refused: ${fault}` });
  }

  /** @returns false where another program has gone on with the file: this one then knows what that has done */
  #advance(work: () => FollowedFile): boolean {
    const { files } = this.following;
    let next = this.known;
    let isOurs = false;
    try {
      isOurs = files.advance(this.known, () => {
        next = work();
        return next;
      });
    } finally {
      // What was undone is remembered in it.
      if (!isOurs) this.#open = undefined;
      if (!isOurs) this.#remarks = [];
    }
    this.known = isOurs ? next : files.find(this.known.dev, this.known.ino, this.path);
    this.#sayAll();
    return isOurs;
  }

  readonly #remark = (remark: Remark): void => void this.#remarks.push(remark);

  #sayAll(): void {
    const remarks = this.#remarks;
    this.#remarks = [];
    for (const remark of remarks) this.following.say(this.path, remark);
  }
}

function readAt(file: number, at: number, most: number): Uint8Array {
  const piece = new Uint8Array(most);
  return piece.subarray(0, readSync(file, piece, 0, most, at));
}

function tailOf(file: number, offset: number): string {
  if (offset === 0) return "";
  const length = Math.min(offset, TAIL_BYTES);
  return new Bun.CryptoHasher("sha256").update(readAt(file, offset - length, length)).digest("hex");
}
