/** The outside world of a command: results go to stdout, messages to stderr. Tests pass a fake one. */
import { isatty } from "node:tty";
import { format } from "node:util";
import type { ConsolaInstance } from "consola/basic";
import { orAborted } from "../abort.ts";
import { visibleLines } from "../format/visible.ts";
import { ClosedPipeError } from "./exit.ts";
import { paint, type Style, wantsColor } from "./style.ts";
import { Talk } from "./talk.ts";
import { writeAll } from "./write-all.ts";

export interface Io {
  /** Writes results. Resolves when all bytes are written; rejects with ClosedPipeError when nobody reads them. */
  out(data: Uint8Array | string): Promise<void>;
  /**
   * Writes results as `out` does, also after an interrupt, so that a result which only an interrupt ends has its last lines. Whoever
   * calls it sees to it that the program ends all the same where nobody reads.
   */
  outToTheEnd(data: Uint8Array | string): Promise<void>;
  readonly outIsTerminal: boolean;
  /** True if a person may be typing. */
  readonly inIsTerminal: boolean;
  /** Enlarges the pipe that takes the results, for bulk output. @param resize sets a pipe's capacity, if it can */
  widenPipe(resize: (fd: number, bytes: number) => unknown): void;
  /** Width of the terminal on stdout, or 80. */
  readonly columns: number;
  /** True if the locale shows more than ASCII. */
  readonly unicode: boolean;
  /** Messages about the work: notes, warnings. Never results. What a terminal would obey is escaped. */
  readonly log: ConsolaInstance;
  /** Writes text to stderr without a line break: for a line that rewrites itself. Results that follow come after it. */
  err(text: string): void;
  readonly errIsTerminal: boolean;
  /** True if stdout is a terminal with colour. */
  readonly color: boolean;
  /** True if stderr is a terminal with colour. */
  readonly errColor: boolean;
  /** Aborted by the signals that end a program. */
  readonly signal: AbortSignal;
  /** Has SIGHUP call this in place of ending the program, until it is disposed of. */
  onHangUp(act: () => void): Disposable;
}

/** Default of /proc/sys/fs/pipe-max-size: the most that Linux allows an ordinary user. */
const WIDE_PIPE_BYTES = 1 << 20;

/**
 * The streams of this process. Touches `process.stdout` only if it is a terminal: reading that property makes a pipe
 * non-blocking, and writes that are retried reach a quarter of the speed.
 * @param columns width of the terminal, for a thread, which cannot ask for it
 */
export function processIo(
  signal: AbortSignal,
  onHangUp: Io["onHangUp"] = () => ({ [Symbol.dispose]() {} }),
  talk = new Talk(2),
  columns?: number,
): Io {
  const { env } = process;
  const [outIsTerminal, errIsTerminal] = [isatty(1), isatty(2)];
  const errColor = wantsColor(errIsTerminal, env);
  let log: ConsolaInstance | undefined;
  return {
    async out(data) {
      if (talk.written) await orAborted(talk.written, signal);
      await writeAll(1, bytesOf(data), "standard output", signal);
    },
    async outToTheEnd(data) {
      if (talk.written) await orAborted(talk.written, signal).catch(() => {}); // then the end matters more than the order
      await writeAll(1, bytesOf(data), "standard output");
    },
    outIsTerminal,
    inIsTerminal: isatty(0),
    widenPipe: (resize) => resize(1, WIDE_PIPE_BYTES),
    columns: columns ?? ((outIsTerminal && process.stdout.columns) || 80),
    unicode: isUnicode(env),
    get log() {
      log ??= stderrLog(talk, errColor);
      return log;
    },
    err: (text) => talk.say(text),
    errIsTerminal,
    color: wantsColor(outIsTerminal, env),
    errColor,
    signal,
    onHangUp,
  };
}

/** Makes streams that drop the results once nobody reads them, where `io` would say so. */
export function evenUnread(io: Io): Io {
  const out: Io["out"] = async (data) => {
    await io.out(data).catch((error: unknown) => {
      if (!(error instanceof ClosedPipeError)) throw error;
    });
  };
  return Object.create(io, { out: { value: out } });
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? Buffer.from(data) : data;
}

/** Reads the locale (POSIX: the first of these variables that is set counts). A dumb terminal shows ASCII only. */
export function isUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return /utf-?8/i.test(locale) && env["TERM"] !== "dumb";
}

const LOG_STYLES: Readonly<Record<string, Style>> = { info: "dim", warn: "warn", error: "bad", fatal: "bad" };

/** Loads consola with the first message, because consola reads `process.stdout` when it is loaded. */
function stderrLog(talk: Talk, color: boolean): ConsolaInstance {
  const { createConsola } = require("consola/basic") as typeof import("consola/basic");
  const { stderr } = process;
  const log = ({ type, args }: { type: string; args: readonly unknown[] }) => {
    talk.say(`${paint(`[${type}]`, LOG_STYLES[type], color)} ${visibleLines(format(...args))}\n`);
  };
  return createConsola({ stdout: stderr, stderr, reporters: [{ log }] });
}
