/** One line on stderr that rewrites itself. Shows nothing where stderr is no terminal. */
import { formatPercent } from "../format/numbers.ts";
import type { Io } from "./io.ts";
import { glyphsFor, meter } from "./widgets.ts";

/** Shorter work shows no line at all. */
const FIRST_MS = 300;
const REFRESH_MS = 200;
const METER_WIDTH = 24;

/** Draws a meter and `42 %`, for work of known length. */
export function progressMeter(share: number, io: Pick<Io, "unicode">): string {
  return `${meter(share, METER_WIDTH, glyphsFor(io))}  ${formatPercent(share)}`;
}

export class ProgressLine implements Disposable {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown = false;

  /** @param text makes the line; is called at each refresh */
  constructor(
    private readonly io: Pick<Io, "err" | "errIsTerminal">,
    private readonly text: () => string,
  ) {
    if (io.errIsTerminal) this.#timer = setTimeout(() => this.#show(), FIRST_MS);
  }

  #show(): void {
    this.#shown = true;
    this.io.err(`\r\x1b[K${this.text()}`);
    this.#timer = setTimeout(() => this.#show(), REFRESH_MS);
  }

  /** Makes room for other output; the line comes back at its next refresh. */
  clear(): void {
    if (this.#shown) this.io.err("\r\x1b[K");
    this.#shown = false;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.clear();
  }
}
