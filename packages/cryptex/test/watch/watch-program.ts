/** `cryptex watch` as a program of its own, whose lines a test waits for. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import type { WatchNote } from "../../src/watch/watcher.ts";
import type { WorkFolder } from "../support/program.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

export type WatchLine = ScanEvent | WatchNote;

export class WatchProgram implements AsyncDisposable {
  readonly lines: WatchLine[] = [];
  readonly #child;
  readonly #read: Promise<void>;
  #wake: () => void = () => {};
  #hasEnded = false;
  /** Lines before this one have been waited for. */
  #next = 0;

  private constructor(folder: WorkFolder, args: readonly string[]) {
    const home = join(folder.path, "home");
    const env = {
      PATH: process.env["PATH"],
      HOME: home,
      XDG_CACHE_HOME: join(home, "cache"),
      XDG_DATA_HOME: home,
    };
    this.#child = Bun.spawn([process.execPath, MAIN, "watch", ...args], {
      cwd: folder.path,
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#read = this.#readLines(this.#child.stdout);
  }

  /** Starts it, and waits until it watches. */
  static async start(folder: WorkFolder, ...args: readonly string[]): Promise<WatchProgram> {
    const program = new WatchProgram(folder, args);
    await program.note("ready");
    return program;
  }

  /** Starts it, and waits for nothing. */
  static launch(folder: WorkFolder, ...args: readonly string[]): WatchProgram {
    return new WatchProgram(folder, args);
  }

  async #readLines(stdout: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let open = "";
    for await (const piece of stdout) {
      const parts = (open + decoder.decode(piece, { stream: true })).split("\n");
      open = parts.pop()!;
      for (const part of parts) this.lines.push(JSON.parse(part));
      this.#wake();
    }
    this.#hasEnded = true;
    this.#wake();
  }

  /** Waits for a line behind those that were waited for before. @throws Error where the program ends without it */
  async until(wanted: (line: WatchLine) => boolean, what = String(wanted)): Promise<WatchLine> {
    for (;;) {
      while (this.#next < this.lines.length) {
        const line = this.lines[this.#next++]!;
        if (wanted(line)) return line;
      }
      if (this.#hasEnded)
        throw new Error(`it ended without ${what}: ${await new Response(this.#child.stderr).text()}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  match(path: string, rule = "hello"): Promise<WatchLine> {
    return this.until(
      (line) => line.type === "match" && line.path === path && line.rule === rule,
      `a match of ${path}`,
    );
  }

  note(event: WatchNote["event"]): Promise<WatchLine> {
    return this.until((line) => line.type === "watch" && line.event === event, `a note "${event}"`);
  }

  /** `type path` of the lines of files, sorted. */
  files(): string[] {
    return this.lines
      .flatMap((line) => ("path" in line && line.type !== "watch" ? `${line.type} ${line.path}` : []))
      .sort();
  }

  /** Time that it has had of the processors, in hundredths of a second. Linux. */
  processorTicks(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return Number(stat[11]) + Number(stat[12]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal that ends it. Returns the exit code and the last line. */
  async end(signal: NodeJS.Signals = "SIGTERM") {
    this.signal(signal);
    await this.#read;
    const code = await this.#child.exited;
    return { code, end: this.lines.at(-1), stderr: await new Response(this.#child.stderr).text() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}
