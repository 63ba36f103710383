/**
 * One system tool as a child process: started by its absolute path with an empty environment and nothing to read, as the
 * head of a process group of its own, so that whatever it starts dies with it. Nothing here polls: the exit event
 * ends it or `stop` kills it, and neither a tool that ignores signals nor a descendant that holds on to its output
 * can delay that.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { isAbsolute } from "node:path";
import type { Readable } from "node:stream";
import { ToolError } from "../errors.ts";
import { killGroup, type ToolGroups } from "./tool-groups.ts";

/** Messages in English and numbers with a point. Tools learn nothing else about us. */
const ENVIRONMENT = { LC_ALL: "C" };

/** Of what a tool says on stderr only the beginning is kept, for messages. */
const MAX_STDERR_BYTES = 4096;

/**
 * The longest wait for a dead tool's output to end, and for a killed tool to be gone. What a tool wrote lies in the pipe
 * when it exits; after that, only a descendant that left the group can keep it open.
 */
const DRAIN_MS = 50;
/** It is waited for in so many steps: between two of them output is read, even if this thread was held up. */
const DRAIN_STEPS = 5;

export class ToolProcess {
  /** The exit code. @throws ToolError if it could not start or crashed; else what `stop` was given */
  readonly ended: Promise<number>;
  #stderr = "";
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #settle!: { resolve(code: number): void; reject(reason: unknown): void };
  #stopped: { readonly reason: unknown } | undefined;
  #exited = false;
  #drain: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param onOutput is given each piece of stdout as it arrives, until the tool has ended or is stopped
   * @throws RangeError if the path is not absolute
   */
  constructor(
    groups: ToolGroups,
    private readonly tool: string,
    args: readonly string[],
    onOutput: (bytes: Buffer) => void,
  ) {
    if (!isAbsolute(tool)) throw new RangeError(`'${tool}' is not an absolute path`);
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever holds this object may look at how it ended later, or not at all.
    this.ended.catch(() => undefined);

    const child = this.#spawn(args);
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) groups.add(pid);
    child.stdout.on("data", (bytes: Buffer) => {
      if (!this.#stopped) onOutput(bytes);
    });
    child.stderr.on("data", (bytes: Buffer) => {
      this.#stderr += bytes.toString("latin1", 0, MAX_STDERR_BYTES - this.#stderr.length);
    });
    // A broken pipe ends the output like a closed one; the exit says what happened.
    for (const stream of [child.stdout, child.stderr]) stream.on("error", () => stream.destroy());
    child.once("error", (error) => this.#end(() => this.#fail(error.message)));
    child.once("exit", () => {
      this.#killGroup();
      this.#exited = true;
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

  /** The first line of stderr, to be appended to a message. */
  get complaint(): string {
    const line = this.#stderr.trim().split("\n", 1)[0]!;
    return line === "" ? "" : `: ${line.slice(0, 200)}`;
  }

  /** Kills it with all its children; `ended` rejects with the reason, within some 50 ms. Later calls do nothing. */
  stop(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = { reason };
    if (this.#exited) return; // It is being drained, or ended long ago.
    this.#killGroup();
    // A process inside a system call that cannot be interrupted exits when it can; nobody waits for that.
    this.#drainThen(() => undefined);
  }

  #drainThen(settle: () => void, steps = DRAIN_STEPS): void {
    this.#drain = setTimeout(
      () => (steps > 1 ? this.#drainThen(settle, steps - 1) : this.#end(settle)),
      DRAIN_MS / DRAIN_STEPS,
    );
  }

  #spawn(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    try {
      return spawn(this.tool, args, {
        cwd: "/",
        env: ENVIRONMENT,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
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

  /** Only while its number is still its own. */
  #killGroup(): void {
    if (!this.#exited && this.#child.pid !== undefined) killGroup(this.#child.pid);
  }
}
