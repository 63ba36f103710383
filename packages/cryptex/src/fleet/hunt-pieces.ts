/** Lines of a hunt's scan in pieces, each with the place behind it. */
import { safeJson } from "#kit/format/visible.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import type { ScanPlace } from "../scan-runner/runner.ts";
import type { HuntPiece, HuntPlace } from "./hunt-scan.ts";

/** Text of a piece: half of what one message takes. A piece is larger where one file has so many lines. */
const PIECE_CHARACTERS = 64 * 1024;
/** Time after which a piece is given, however small it is: that much work is done again by a host that dies. */
const PIECE_MS = 5_000;
/** Pieces that are on their way to the server. */
const AHEAD = 4;
/** Text beyond which the scan waits for the server. */
const MOST_AHEAD_CHARACTERS = 4 * 2 ** 20;

export class Pieces {
  #text = "";
  #lines: number;
  #given = 0;
  #lastMs = performance.now();
  #place: ScanPlace | undefined;

  constructor(
    private readonly give: (piece: HuntPiece) => void,
    private readonly kept: Int32Array,
    place: HuntPlace | undefined,
  ) {
    this.#lines = place?.lines ?? 0;
    this.#place = place?.scan;
  }

  get #ahead(): number {
    return this.#given - Atomics.load(this.kept, 0);
  }

  get isFull(): boolean {
    return this.#ahead >= AHEAD && this.#text.length > MOST_AHEAD_CHARACTERS;
  }

  add(event: ScanEvent): void {
    this.#text += `${safeJson(event)}\n`;
    this.#lines++;
    if (event.type === "end") this.#next({ complete: event.complete });
  }

  /** Takes a place behind all lines so far. */
  passed(place: ScanPlace): void {
    this.#place = place;
    const isDue = this.#text.length >= PIECE_CHARACTERS || performance.now() - this.#lastMs >= PIECE_MS;
    if (isDue && this.#ahead < AHEAD) this.#next({});
  }

  #next(more: Pick<HuntPlace, "complete">): void {
    const place = { lines: this.#lines, ...(this.#place && { scan: this.#place }), ...more };
    this.give({ text: this.#text, place });
    this.#text = "";
    this.#given++;
    this.#lastMs = performance.now();
  }
}
