/** A program that runs until it is told to end, and what it has said by then. */
export class StartedProgram implements Disposable {
  #said = "";
  /** Resolves when more was said. */
  #more = Promise.withResolvers<void>();
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;

  /** @param command is run with nothing but `env` in its environment */
  constructor(command: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
    this.#child = Bun.spawn([...command], { cwd, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    for (const stream of [this.#child.stdout, this.#child.stderr]) void this.#listen(stream);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until stdout or stderr holds this. @throws Error with all that was said if it ends before */
  async until(text: string): Promise<string> {
    const ended = this.#child.exited.then(() => true);
    while (!this.#said.includes(text)) {
      if (await Promise.race([this.#more.promise.then(() => false), ended]))
        throw new Error(`it has ended, and never said "${text}":\n${this.#said}`);
    }
    return this.#said;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves with its exit code; 128 and the number of the signal that has killed it, as a shell says it. */
  get exited(): Promise<number> {
    return this.#child.exited;
  }

  async #listen(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of stream) {
      this.#said += decoder.decode(piece, { stream: true });
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    }
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }
}
