/** One line on stderr that rewrites itself; silent where stderr is no terminal. */

import type { Io } from "./io.ts";
import { glyphsFor, meter } from "./widgets.ts";

const FIRST_MS = 300;
const EVERY_MS = 200;
const METER_WIDTH = 24;

/** How far something is, for a line that knows: a meter and `42 %`. */
export function progressMeter(share: number, io: Pick<Io, "unicode">): string {
  return `${meter(share, METER_WIDTH, glyphsFor(io))}  ${Math.floor(100 * share)} %`;
}

export class ProgressLine implements Disposable {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown = false;

  /** @param text what to say now; asked only once something takes longer than a moment */
  constructor(
    private readonly io: Pick<Io, "err" | "errIsTerminal">,
    private readonly text: () => string,
  ) {
    if (io.errIsTerminal) this.#timer = setTimeout(() => this.#show(), FIRST_MS);
  }

  #show(): void {
    this.#shown = true;
    this.io.err(`\r\x1b[K${this.text()}`);
    this.#timer = setTimeout(() => this.#show(), EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    if (this.#shown) this.io.err("\r\x1b[K");
  }
}
