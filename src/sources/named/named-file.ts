/** A device, FIFO or file that the user has named: its bytes as they come. */
import { constants, type Stats, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { isatty } from "node:tty";
import { visible } from "#kit/format/visible.ts";
import { SourceError } from "../../errors.ts";
import type { Host, NamedFile } from "../../platform/host.ts";
import type { Availability, Source } from "../../source.ts";
import { Deadline } from "../acquire/event/deadline.ts";
import { type Batch, type EventFeed, EventSampler } from "../acquire/event/event-sampler.ts";
import { externalInfo, SILENCE_MS } from "./external-info.ts";
import { natureOf, refusalOf } from "./file-nature.ts";
import { makeRaw } from "./serial-line.ts";

/** Opening waits neither for a FIFO's writer nor for a modem's carrier, and takes no terminal as this process's own. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Interval of looks at a device that has nothing yet. A terminal's buffer of 4 KiB fills up in it at 800 kB/s. */
const LOOK_MS = 5;

/** Most bytes of a read from a FIFO, a file or a terminal: those that the last has room for. */
const MAX_READ_BYTES = 4_096;
/** The same of another device, which may make them only when it is asked: 256 ms at 1,000 bytes a second. */
const MAX_MADE_BYTES = 256;

/** Most bytes thrown away that a line had before it was set: more than it keeps, and few enough where they never end. */
const MAX_STALE_BYTES = 65_536;

/** @param silenceMs longest wait for a byte; tests have a shorter one */
export function namedFile(file: NamedFile, silenceMs = SILENCE_MS): Source {
  const { name, nature } = file;
  const path = visible(file.path);
  const info = {
    ...externalInfo(name, `Bytes of ${path}`, "A device, FIFO or file that the user has named.", silenceMs),
    ...(nature === "stream" ? {} : { notNoise: nature }),
  };
  return {
    info,
    async availability() {
      return look(file, path);
    },
    async open(host) {
      const state = look(file, path);
      if (!state.ok) throw new SourceError(name, state.reason);
      return new EventSampler(info, host, await FileFeed.open(file, path, silenceMs, host));
    },
  };
}

function look(file: NamedFile, path: string): Availability {
  try {
    const stat = statSync(file.path);
    const refusal = refusalOf(stat) ?? changed(file, stat);
    if (refusal !== undefined) return { ok: false, reason: `${path}: ${refusal}` };
    if (stat.isFile() && takenOf(file) >= stat.size) return { ok: false, reason: ended(file, path) };
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: `${path}: ${wordsFor(error)}`, mayPass: true };
  }
}

/** Refuses another thing than was there at first: that decided whether it may be credited. */
function changed({ nature }: NamedFile, stat: Stats): string | undefined {
  const now = natureOf(stat);
  return now === nature
    ? undefined
    : `it was ${NATURES[nature]} when the program began, and is ${NATURES[now]} now`;
}

const NATURES = {
  replay: "a plain file",
  generator: "the kernel's generator",
  stream: "no plain file",
} as const;

function ended(file: NamedFile, path: string): string {
  return `${path}: at its end, after ${takenOf(file)} bytes; the same ones again would be no noise`;
}

function takenOf({ taken }: NamedFile): number {
  return Number(Atomics.load(new BigInt64Array(taken), 0));
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such device or file",
  ENOTDIR: "there is no such device or file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EIO: "the device is gone, or failed (EIO)",
  ENODEV: "the device is gone (ENODEV)",
  ENXIO: "the device is gone (ENXIO)",
  EBUSY: "another program holds it (EBUSY)",
};

function wordsFor(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  const code = "code" in error ? String(error.code) : "";
  return WORDS[code] ?? visible(error.message);
}

/** Bytes read without ever waiting inside the system, so that silence holds up nothing. */
class FileFeed implements EventFeed {
  #hasGiven = false;
  #discarded = 0;
  /** The read that has not ended: some devices wait all the same. If its caller gave up, it belongs to the next one. */
  #reading: Promise<Uint8Array> | undefined;
  /** Bytes of a read that nobody has taken. */
  #rest: Uint8Array = new Uint8Array(0);

  private constructor(
    private readonly file: NamedFile,
    private readonly path: string,
    private readonly silenceMs: number,
    private readonly handle: FileHandle,
    private readonly kind: "plain" | "fifo" | "terminal" | "device",
  ) {}

  static async open(file: NamedFile, path: string, silenceMs: number, host: Host): Promise<FileFeed> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(file.path, FLAGS);
      const stat = await handle.stat();
      const refusal = refusalOf(stat) ?? changed(file, stat);
      if (refusal !== undefined) throw new Error(refusal);
      const kind = stat.isFile()
        ? "plain"
        : stat.isFIFO()
          ? "fifo"
          : isatty(handle.fd)
            ? "terminal"
            : "device";
      if (kind !== "terminal" && file.baud !== undefined)
        throw new Error("it is no serial line, which has a speed");
      const feed = new FileFeed(file, path, silenceMs, handle, kind);
      if (kind === "terminal") await feed.#begin(host);
      return feed;
    } catch (error) {
      await handle?.close();
      throw new SourceError(file.name, `${path}: ${wordsFor(error)}`, { cause: error });
    }
  }

  /** Sets the line, and throws away what it got before. */
  async #begin(host: Host): Promise<void> {
    await makeRaw(host, this.handle.fd, this.file.baud, AbortSignal.timeout(this.silenceMs));
    while (this.#discarded < MAX_STALE_BYTES) {
      const stale = await this.#read(MAX_READ_BYTES);
      if (stale === undefined || stale.length === 0) return;
      this.#discarded += stale.length;
      stale.fill(0);
    }
  }

  async take(max: number, signal: AbortSignal): Promise<Batch> {
    const deadline = new Deadline(this.silenceMs, () => this.#silence(), signal);
    while (this.#rest.length === 0) {
      this.#reading ??= this.#next(max);
      // Not in a `finally`: after a deadline the read is still pending; after a failure all callers get the same one.
      this.#rest = await deadline.wait(this.#reading);
      this.#reading = undefined;
      if (this.#rest.length === 0) await deadline.pause(LOOK_MS);
    }
    this.#hasGiven = true;
    const values = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(max);
    const discarded = this.#discarded;
    this.#discarded = 0;
    return { values, discarded };
  }

  /** Resolves with none where none lie ready. @throws SourceError where none will come */
  async #next(max: number): Promise<Uint8Array> {
    const { name } = this.file;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#read(Math.min(max, this.kind === "device" ? MAX_MADE_BYTES : MAX_READ_BYTES));
    } catch (error) {
      throw new SourceError(name, `${this.path}: ${wordsFor(error)}`, { cause: error });
    }
    if (bytes === undefined) return new Uint8Array(0);
    // A FIFO without a writer reads like one whose writer has gone.
    if (bytes.length > 0 || (this.kind === "fifo" && !this.#hasGiven)) return bytes;
    const why = this.kind === "plain" ? ended(this.file, this.path) : `${this.path}: ${ENDS[this.kind]}`;
    throw new SourceError(name, why);
  }

  /** Resolves with undefined where it would have to wait, with nothing at an end. */
  async #read(count: number): Promise<Uint8Array | undefined> {
    const isPlain = this.kind === "plain";
    try {
      const position = isPlain ? takenOf(this.file) : null;
      const { buffer, bytesRead } = await this.handle.read(new Uint8Array(count), 0, count, position);
      if (isPlain) Atomics.add(new BigInt64Array(this.file.taken), 0, BigInt(bytesRead));
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return undefined;
      throw error;
    }
  }

  #silence(): SourceError {
    const lacking = this.kind === "fifo" && !this.#hasGiven ? ": nobody may be writing to it" : "";
    return new SourceError(
      this.file.name,
      `${this.path}: nothing came for ${this.silenceMs / 1000} s${lacking}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const close = () => this.handle.close();
    // Closing waits for a read that has not ended; disposing must not.
    if (this.#reading) void this.#reading.then(close, close);
    else await close();
  }
}

const ENDS = {
  fifo: "its writer has closed it",
  terminal: "hung up: the device may be unplugged",
  device: "it gives no bytes",
} as const;
