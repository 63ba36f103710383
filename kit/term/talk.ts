/** Messages on their way to stderr: written in their order, while whoever said them goes on. */
import { writeAll } from "./write-all.ts";

/** Length up to which waiting text is kept. A terminal that takes nothing would fill the memory otherwise. */
const MOST_WAITING_CHARS = 1 << 20;

export class Talk {
  #waiting = "";
  #lost = 0;
  #written: Promise<void> | undefined;

  /** @param fd descriptor that takes the messages */
  constructor(private readonly fd: number) {}

  say(text: string): void {
    if (this.#waiting.length > MOST_WAITING_CHARS) this.#lost++;
    else this.#waiting += text;
    this.#written ??= this.#write();
  }

  /** Settles when everything said so far is written, or cannot be. Undefined if nothing waits. */
  get written(): Promise<void> | undefined {
    return this.#written;
  }

  async #write(): Promise<void> {
    while (this.#waiting !== "") {
      const lost = this.#lost > 0 ? `\n[warn] ${this.#lost} messages that came too fast are left out\n` : "";
      const text = this.#waiting + lost;
      this.#waiting = "";
      this.#lost = 0;
      try {
        await writeAll(this.fd, Buffer.from(text), "standard error");
      } catch {
        // Nobody reads messages, and nobody could be told.
      }
    }
    this.#written = undefined;
  }
}
