/** The outside world of a command: where results and talk go. Tests hand it another one. */
import { write } from "node:fs";
import { isatty } from "node:tty";
import type { ConsolaInstance } from "consola/basic";
import { orAborted } from "../abort.ts";
import { ClosedPipeError } from "./exit.ts";

export interface Io {
  /** Results. Resolves when the bytes are handed over; rejects with ClosedPipeError when nobody reads. */
  out(data: Uint8Array | string): Promise<void>;
  readonly outIsTerminal: boolean;
  /** Whether somebody may be typing. */
  readonly inIsTerminal: boolean;
  /** Has a pipe that takes the results hold more at a time, for bulk. @param resize sets a pipe's capacity, if it can */
  widenPipe(resize: (fd: number, bytes: number) => unknown): void;
  /** Width of the terminal, or 80. */
  readonly columns: number;
  /** Whether whoever reads the results, or the talk, sees more than ASCII. */
  readonly unicode: boolean;
  /** Talk: progress, warnings. Never results. */
  readonly log: ConsolaInstance;
  /** Text on stderr as it stands, without a line break of its own: for a line that rewrites itself. */
  err(text: string): void;
  readonly errIsTerminal: boolean;
  /** Whether colour is welcome on stdout. */
  readonly color: boolean;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** The most that Linux allows an ordinary user unless told otherwise (/proc/sys/fs/pipe-max-size). */
const WIDE_PIPE_BYTES = 1 << 20;

/**
 * `process.stdout` is not touched unless it is a terminal: a look at it makes a pipe non-blocking, and writing then means
 * to ask and wait again and again, at a quarter of the speed.
 */
export function processIo(signal: AbortSignal): Io {
  const { env } = process;
  const outIsTerminal = isatty(1);
  let log: ConsolaInstance | undefined;
  return {
    out: (data) => writeAll(1, typeof data === "string" ? Buffer.from(data) : data, signal),
    outIsTerminal,
    inIsTerminal: isatty(0),
    widenPipe: (resize) => resize(1, WIDE_PIPE_BYTES),
    columns: (outIsTerminal && process.stdout.columns) || 80,
    unicode: isUnicode(env),
    get log() {
      log ??= stderrLog();
      return log;
    },
    err: (text) => process.stderr.write(text),
    errIsTerminal: isatty(2),
    color: outIsTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb",
    signal,
  };
}

/** As the locale says (POSIX: the first of these that is set counts), unless the terminal can do nothing. */
export function isUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return /utf-?8/i.test(locale) && env["TERM"] !== "dumb";
}

/** Loaded when there is something to say: consola looks at `process.stdout` as soon as it is loaded. */
function stderrLog(): ConsolaInstance {
  const { createConsola } = require("consola/basic") as typeof import("consola/basic");
  const { stderr } = process;
  return createConsola({ stdout: stderr, stderr, formatOptions: { date: false, colors: false } });
}

/** All of `bytes`, however little the pipe takes at a time; a reader that went away ends it. */
async function writeAll(fd: number, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    signal.throwIfAborted();
    done += await writeSome(fd, bytes, done, signal);
  }
}

/** A pipe set to non-blocking by its other owner answers EAGAIN when full; it is asked again this much later. */
const RETRY_MS = 2;

function writeSome(fd: number, bytes: Uint8Array, offset: number, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  write(fd, bytes, offset, bytes.length - offset, null, (error, count) => {
    if (!error) resolve(count);
    else if (error.code === "EPIPE" || error.code === "ECONNRESET") reject(new ClosedPipeError());
    else if (error.code === "EAGAIN") setTimeout(() => resolve(0), RETRY_MS);
    else reject(error);
  });
  return orAborted(promise, signal);
}
