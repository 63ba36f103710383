/** Rows of a long list that are drawn: those that are seen, and some around them, so that scrolling shows no holes. */

export interface ListPlace {
  /** Pixels that are scrolled away. */
  readonly top: number;
  /** Pixels that are seen. */
  readonly height: number;
  readonly rowHeight: number;
  readonly count: number;
}

/** Rows above and below. */
const AROUND = 8;

/** A list is never higher than this many rows at a time, whatever a browser says of heights. */
export const MOST_ROWS = 200;

/** @returns indices from `start`, `end` not included */
export function shownRange({ top, height, rowHeight, count }: ListPlace): { start: number; end: number } {
  const first = Math.floor(Math.max(0, top) / rowHeight) - AROUND;
  const start = Math.max(0, Math.min(first, count - 1));
  const wanted = Math.ceil(height / rowHeight) + 2 * AROUND + 1;
  return { start, end: Math.min(count, start + Math.min(MOST_ROWS, wanted)) };
}
