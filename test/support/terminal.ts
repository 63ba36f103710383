/** A program in a terminal: reads its screen, and types keys when it is ready for them. */
import { stripVTControlCharacters } from "node:util";

export interface TerminalOptions {
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly timeoutMs: number;
}

export class Terminal implements AsyncDisposable {
  #shown = "";
  get shown() {
    return this.#shown;
  }
  #seen = 0;
  #onData: () => void = () => {};
  readonly #child: Bun.Subprocess;
  readonly #timeoutMs: number;

  constructor(command: readonly string[], { env, cwd, timeoutMs }: TerminalOptions) {
    this.#timeoutMs = timeoutMs;
    this.#child = Bun.spawn([...command], {
      env: { TERM: "xterm-256color", ...env },
      cwd,
      terminal: {
        cols: 100,
        rows: 40,
        data: (_, data) => {
          this.#shown += Buffer.from(data).toString();
          this.#onData();
        },
      },
    });
  }

  type(keys: string): void {
    this.#child.terminal!.write(keys);
  }

  /** Takes the terminal away, as a window that is closed. */
  hangUp(): void {
    this.#child.terminal!.close();
  }

  /** Waits until `wanted` shows after the text of the last wait. Returns the output up to it. @throws with the output instead */
  async until(wanted: string): Promise<string> {
    const deadline = performance.now() + this.#timeoutMs;
    for (;;) {
      const fresh = stripVTControlCharacters(this.#shown.slice(this.#seen));
      if (fresh.includes(wanted)) {
        this.#seen = this.#endOf(wanted);
        return fresh.slice(0, fresh.indexOf(wanted));
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`waited for ${wanted}; shown was:\n${fresh}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#onData = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Returns the end of a text that control codes may interrupt. */
  #endOf(wanted: string): number {
    let end = this.#seen + wanted.length;
    while (!stripVTControlCharacters(this.#shown.slice(this.#seen, end)).includes(wanted)) end += 1;
    return end;
  }

  get exited(): Promise<number> {
    return this.#child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    this.#child.terminal?.close();
  }
}
