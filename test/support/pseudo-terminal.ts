/**
 * A pseudo-terminal whose other end is the test: it takes what it reads, and answers what it writes. Unlike a terminal of Bun, it takes
 * nothing by itself, and outlives the program.
 */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { bindCLibrary } from "#kit/native/c-library.ts";

const NON_BLOCKING = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

export class PseudoTerminal implements Disposable {
  readonly path: string;
  readonly #master = openSync("/dev/ptmx", NON_BLOCKING);
  /** Held open, so that what the program left unread stays. */
  readonly #slave: number;

  constructor(columns = 100, rows = 40) {
    const { unlockpt, ptsname } = bindCLibrary({
      unlockpt: { args: ["i32"], returns: "i32" },
      ptsname: { args: ["i32"], returns: "cstring" },
    });
    unlockpt(this.#master);
    this.path = String(ptsname(this.#master));
    this.#slave = openSync(this.path, NON_BLOCKING);
    this.stty("columns", `${columns}`, "rows", `${rows}`);
  }

  /** Starts a program with its standard input and output here. What it says on stderr is its own. */
  start(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return Bun.spawn([...command], {
      env: { TERM: "xterm-256color", ...env },
      stdio: [Bun.file(this.path), Bun.file(this.path), "pipe"],
    });
  }

  /** Has the terminal take nothing more: its buffer is full. */
  fill(): void {
    const dots = Buffer.alloc(256, ".");
    while (attempt(() => writeSync(this.#slave, dots)) !== undefined);
    while (attempt(() => writeSync(this.#slave, ".")) !== undefined);
  }

  /** Reads what the program has written since the last time. */
  read(): string {
    return readReady(this.#master);
  }

  /** Types, or answers. */
  write(text: string): void {
    writeSync(this.#master, text);
  }

  /** Sends as many of these bytes as it has room for. @returns their number */
  tryWrite(bytes: Uint8Array): number {
    return attempt(() => writeSync(this.#master, bytes)) ?? 0;
  }

  /** Reads what the terminal was sent and the program left. */
  unread(): string {
    this.stty("raw", "-echo");
    return readReady(this.#slave);
  }

  stty(...args: readonly string[]): string {
    const { stdout, stderr, exitCode } = Bun.spawnSync(["stty", "-F", this.path, ...args]);
    if (exitCode !== 0) throw new Error(`stty: ${stderr}`);
    return stdout.toString();
  }

  [Symbol.dispose](): void {
    closeSync(this.#slave);
    closeSync(this.#master);
  }
}

/** True where there are none to be had by these means. */
export function noPseudoTerminal(): boolean {
  const isMissing = process.platform !== "linux" || !Bun.which("stty");
  if (isMissing) console.log("skipped: no pseudo-terminal of Linux here, or no stty");
  return isMissing;
}

function readReady(fd: number): string {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(1 << 16);
    const count = attempt(() => readSync(fd, piece)) ?? 0;
    if (count === 0) return Buffer.concat(pieces).toString("latin1");
    pieces.push(piece.subarray(0, count));
  }
}

/** @returns undefined if it would have to wait */
function attempt(work: () => number): number | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}
