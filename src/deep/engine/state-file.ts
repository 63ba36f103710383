/**
 * The state of a run in a file: a first line that names its kind, the length of a text in JSON, that text, the states of all parts without
 * the pages that are zeros, and the SHA-256 of all that. Numbers have 32 bits, least significant byte first. A state is a list of runs of pages:
 * number of the first, how many, their bytes; a run of no pages ends it.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { InputError, readRefusal } from "#kit/errors.ts";
import { holdFile } from "#kit/files/file-lock.ts";
import { endOfLinks } from "#kit/files/links.ts";
import { PartFile, publishPart } from "#kit/files/part-file.ts";
import { emptyStates } from "./engine.ts";
import type { FamilyPart } from "./part-work.ts";
import { batteryDigest, readSavedRun, type SavedRun } from "./saved-run.ts";

const FIRST_LINE = Buffer.from("esoteric-entropy: state of report --suite deep\n");
const PAGE_BYTES = 4_096;
/** Most pages of a run. */
const RUN_PAGES = 256;
/** Written at a time: some milliseconds. */
const WRITTEN_BYTES = RUN_PAGES * PAGE_BYTES;
const DIGEST_BYTES = 32;
/** Nobody else may read it: what tests remember of the data may tell what they were. */
const OWNER_ONLY = 0o600;
/** More evaluations, with all their findings, than there can be. */
const MOST_JSON_BYTES = 2 ** 26;

const ANOTHER = ["take another path for the state, or remove the file"];
const AGAIN = ["make room and give the same command again: it goes on from the last state that was saved"];

export interface FoundRun {
  readonly run: SavedRun;
  readonly states: readonly Uint8Array[];
}

export class StateFile implements Disposable {
  private constructor(
    /** As the user gave it. */
    readonly path: string,
    private readonly place: string,
    private readonly lock: Disposable,
  ) {}

  /** Makes sure that no other run uses it, and that its folder can be written. @throws InputError */
  static open(path: string): StateFile {
    const place = endOfLinks(path);
    // An unfinished state of a run that was killed is replaced, another file of that name is not.
    refuseForeign(`${place}.part`);
    const lock = holdFile(`${place}.lock`);
    if (!lock) {
      throw new InputError(`another run saves its state in ${path}`, {
        hints: ["wait for it to end, or take another file"],
      });
    }
    return new StateFile(path, place, lock);
  }

  /**
   * Reads the run that was saved; undefined where there is no file.
   * @throws InputError for a file that is damaged, of another version or of another kind; the signal's reason
   */
  async read(parts: readonly FamilyPart[], signal: AbortSignal): Promise<FoundRun | undefined> {
    const file = openPlain(this.place);
    if (file === undefined) return undefined;
    try {
      return await this.#readFrom(new CheckedReader(file), parts, signal);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof CutShortError)) throw error;
      throw new InputError(`${this.path} is damaged: ${error.message}`, { hints: ANOTHER, cause: error });
    } finally {
      closeSync(file);
    }
  }

  /** Replaces the file in one step. @throws InputError, and the file is as it was */
  async write(run: SavedRun, states: readonly Uint8Array[]): Promise<void> {
    using file = new PartFile(this.place, 0, { full: AGAIN }, OWNER_ONLY);
    const hash = createHash("sha256");
    const waiting: Uint8Array[] = [];
    const flush = () => {
      const bytes = Buffer.concat(waiting.splice(0));
      hash.update(bytes);
      file.append(bytes);
    };
    const json = Buffer.from(JSON.stringify(run));
    waiting.push(FIRST_LINE, numbers(json.length), json);
    let waitingBytes = 0;
    for (const state of states) {
      for (const { page, bytes } of pageRuns(state)) {
        waiting.push(numbers(page, Math.ceil(bytes.length / PAGE_BYTES)), bytes);
        waitingBytes += bytes.length;
        if (waitingBytes < WRITTEN_BYTES) continue;
        flush();
        waitingBytes = 0;
        await setImmediate(); // lets signals and the progress line through
      }
      waiting.push(numbers(0, 0));
    }
    flush();
    file.append(hash.digest());
    file.sync();
    publishPart(this.place, { full: AGAIN });
  }

  [Symbol.dispose](): void {
    this.lock[Symbol.dispose]();
  }

  async #readFrom(
    reader: CheckedReader,
    parts: readonly FamilyPart[],
    signal: AbortSignal,
  ): Promise<FoundRun> {
    if (!reader.bytes(FIRST_LINE.length, { evenFewer: true }).equals(FIRST_LINE)) throw foreign(this.path);
    const length = reader.number();
    if (length > MOST_JSON_BYTES) throw new SyntaxError("a length is out of range");
    const json = reader.bytes(length).toString();
    const battery = batteryDigest(parts);
    if (batteryOf(json) !== battery) {
      throw new InputError(`${this.path} is of another version of this program: its tests are others`, {
        hints: ["go on with that version", ...ANOTHER],
      });
    }
    const states = emptyStates(parts);
    for (const state of states) {
      for (;;) {
        signal.throwIfAborted();
        const [page, count] = [reader.number(), reader.number()];
        if (count === 0) break;
        const from = page * PAGE_BYTES;
        const end = Math.min(from + count * PAGE_BYTES, state.length);
        if (count > RUN_PAGES || from >= state.length) throw new SyntaxError("a page is out of range");
        state.set(reader.bytes(end - from), from);
        await setImmediate();
      }
    }
    reader.checkEnd();
    return { run: readSavedRun(json), states };
  }
}

/** Opens a plain file; returns undefined where there is none. @throws InputError */
function openPlain(path: string): number | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe must not block
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new InputError(`cannot read ${path}: ${readRefusal(error)}`, { cause: error });
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw foreign(path);
}

/** @throws InputError for a file that is not the beginning of a state */
function refuseForeign(path: string): void {
  const file = openPlain(path);
  if (file === undefined) return;
  try {
    const start = new CheckedReader(file).bytes(FIRST_LINE.length, { evenFewer: true });
    if (!start.equals(FIRST_LINE.subarray(0, start.length))) throw foreign(path);
  } finally {
    closeSync(file);
  }
}

function foreign(path: string): InputError {
  return new InputError(`${path} is no state file of this program, and is left as it is`, {
    hints: ["take another path for the state"],
  });
}

/** Reads the battery before anything is known to be right. @throws SyntaxError */
function batteryOf(json: string): unknown {
  return (JSON.parse(json) as Partial<SavedRun> | null)?.battery;
}

function numbers(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) buffer.writeUInt32LE(value, 4 * i);
  return buffer;
}

const ZEROS = Buffer.alloc(PAGE_BYTES);

/** Yields the pages of a state that are not zeros, at most RUN_PAGES together. */
function* pageRuns(state: Uint8Array): Generator<{ readonly page: number; readonly bytes: Uint8Array }> {
  const whole = Buffer.from(state.buffer, state.byteOffset, state.length);
  const pages = Math.ceil(state.length / PAGE_BYTES);
  const isZeros = (page: number) => {
    const bytes = whole.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    return bytes.equals(ZEROS.subarray(0, bytes.length));
  };
  for (let page = 0; page < pages; ) {
    const first = page;
    while (page < pages && page - first < RUN_PAGES && !isZeros(page)) page++;
    if (page > first) yield { page: first, bytes: whole.subarray(first * PAGE_BYTES, page * PAGE_BYTES) };
    else page++;
  }
}

class CutShortError extends Error {}

/** Reads a file from its beginning, and digests all that it has read. */
class CheckedReader {
  readonly #hash: Hash = createHash("sha256");

  constructor(private readonly file: number) {}

  /** @throws CutShortError where there are fewer, unless the caller takes those */
  bytes(length: number, { evenFewer = false } = {}): Buffer {
    const buffer = this.#read(length, evenFewer);
    this.#hash.update(buffer);
    return buffer;
  }

  number(): number {
    return this.bytes(4).readUInt32LE(0);
  }

  /** @throws SyntaxError unless the digest of all that was read follows, and nothing after it */
  checkEnd(): void {
    const digest = this.#hash.digest();
    if (!this.#read(DIGEST_BYTES, false).equals(digest)) throw new SyntaxError("its digest is another");
    if (this.#read(1, true).length > 0) throw new SyntaxError("something follows its end");
  }

  #read(length: number, evenFewer: boolean): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    let got = 0;
    while (got < length) {
      const count = readSync(this.file, buffer, got, length - got, null);
      if (count === 0) break;
      got += count;
    }
    if (got < length && !evenFewer) throw new CutShortError("it ends too early");
    return buffer.subarray(0, got);
  }
}
