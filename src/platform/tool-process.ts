/**
 * One system tool as a child process. It is started by its absolute path, with LC_ALL as its only variable and nothing
 * to read, as the head of its own process group, so that whatever it starts dies with it. Nothing here polls: the exit
 * event ends it or `stop` kills it. Neither a tool that ignores signals nor a descendant that keeps the output open can
 * delay that.
 */
import { type ChildProcessByStdio, type StdioOptions, spawn } from "node:child_process";
import { isAbsolute } from "node:path";
import type { Readable } from "node:stream";
import { ToolError } from "../errors.ts";
import { killGroup, type ToolGroups } from "./tool-groups.ts";

/** Asks for English messages and decimal points; tells the tool nothing else. */
const ENVIRONMENT = { LC_ALL: "C" };

/** Bytes of stderr kept for messages; the rest is dropped. */
const MAX_STDERR_BYTES = 4096;

/**
 * Longest wait for a dead tool's output to end, and for a killed tool to exit. All that a tool wrote is in the pipe when
 * it exits; after that, only a descendant that left the group can keep the pipe open.
 */
const DRAIN_MS = 50;
/** Timers that the wait is split into: output is read between them, even if this thread was held up. */
const DRAIN_STEPS = 5;

/** Surrounds a tool, besides its arguments. */
interface Surroundings {
  /** Working folder; the root unless it is given. */
  readonly folder?: string | undefined;
  /** File that is its standard input; nothing to read unless it is given. */
  readonly stdin?: number | undefined;
  /** Files that are open as 3 and so on. */
  readonly descriptors?: readonly number[] | undefined;
}

export class ToolProcess {
  /** Resolves with the exit code. @throws ToolError if it could not start or crashed; the reason given to `stop` */
  readonly ended: Promise<number>;
  #stderr = "";
  /** The last of stderr. */
  #lastStderr = "";
  #isHeld = false;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #settle!: { resolve(code: number): void; reject(reason: unknown): void };
  #stopped: { readonly reason: unknown } | undefined;
  #exited = false;
  #drain: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param onOutput receives each piece of stdout as it arrives, until the tool ends or is stopped
   * @throws RangeError if the path is not absolute
   */
  constructor(
    groups: ToolGroups,
    private readonly tool: string,
    args: readonly string[],
    onOutput: (bytes: Buffer) => void,
    surroundings: Surroundings = {},
  ) {
    if (!isAbsolute(tool)) throw new RangeError(`'${tool}' is not an absolute path`);
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // The holder may await `ended` later or never; that must not count as an unhandled rejection.
    this.ended.catch(() => undefined);

    const child = this.#spawn(args, surroundings);
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) groups.add(pid);
    child.stdout.on("data", (bytes: Buffer) => {
      if (!this.#stopped) onOutput(bytes);
    });
    child.stderr.on("data", (bytes: Buffer) => {
      this.#stderr += bytes.toString("latin1", 0, MAX_STDERR_BYTES - this.#stderr.length);
      const last = bytes.toString("latin1", Math.max(0, bytes.length - MAX_STDERR_BYTES));
      this.#lastStderr = (this.#lastStderr + last).slice(-MAX_STDERR_BYTES);
    });
    // A broken pipe ends the output like a closed one; the exit code tells what happened.
    for (const stream of [child.stdout, child.stderr]) stream.on("error", () => stream.destroy());
    child.once("error", (error) => this.#end(() => this.#fail(error.message)));
    child.once("exit", () => {
      this.#killGroup();
      this.#exited = true;
      this.release(); // what it has written is read to its end
      if (pid !== undefined) groups.remove(pid);
      if (!this.#stopped)
        this.#drainThen(() => this.#fail("left a process behind that holds its output open"));
    });
    child.once("close", (code, signal) => {
      this.#end(() => {
        if (code === null) this.#fail(`ended by ${signal}${this.complaint}`);
        else this.#settle.resolve(code);
      });
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** First line of stderr after a colon, to append to a message; empty if there is none. */
  get complaint(): string {
    const line = this.#stderr.trim().split("\n", 1)[0]!;
    return line === "" ? "" : `: ${line.slice(0, 200)}`;
  }

  /** The last line of stderr, likewise: of a tool that talks while it runs, it says why it ended. */
  get lastComplaint(): string {
    const line = this.#lastStderr.trimEnd().split("\n").at(-1)!.trim();
    return line === "" ? "" : `: ${line.slice(-200)}`;
  }

  /** Reads no more of its output until `release`, so that it has to wait. Does nothing once it has exited. */
  hold(): void {
    if (this.#isHeld || this.#exited) return;
    this.#isHeld = true;
    this.#child.stdout.pause();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#child.stdout.resume();
  }

  /** Kills it with all its children; `ended` rejects with `reason` within about 50 ms. Later calls do nothing. */
  stop(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = { reason };
    if (this.#exited) return; // already draining, or ended long ago
    this.#killGroup();
    // A process in an uninterruptible system call exits when it can; nothing waits for it.
    this.#drainThen(() => undefined);
  }

  #drainThen(settle: () => void, steps = DRAIN_STEPS): void {
    this.#drain = setTimeout(
      () => (steps > 1 ? this.#drainThen(settle, steps - 1) : this.#end(settle)),
      DRAIN_MS / DRAIN_STEPS,
    );
  }

  #spawn(
    args: readonly string[],
    { folder = "/", stdin, descriptors = [] }: Surroundings,
  ): ChildProcessByStdio<null, Readable, Readable> {
    try {
      const stdio: StdioOptions = [stdin ?? "ignore", "pipe", "pipe", ...descriptors];
      const child = spawn(this.tool, args, { cwd: folder, env: ENVIRONMENT, detached: true, stdio });
      return child as ChildProcessByStdio<null, Readable, Readable>;
    } catch (error) {
      throw new ToolError(`${this.tool}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }

  #fail(message: string): void {
    this.#settle.reject(new ToolError(`${this.tool}: ${message}`));
  }

  #end(settle: () => void): void {
    clearTimeout(this.#drain);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    if (this.#stopped) this.#settle.reject(this.#stopped.reason);
    else settle();
  }

  /** Kills the group before the exit only: afterwards its number may be another's. */
  #killGroup(): void {
    if (!this.#exited && this.#child.pid !== undefined) killGroup(this.#child.pid);
  }
}
