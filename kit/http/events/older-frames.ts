/** Frames that the store alone has, a page at a time, shared by those who are behind by much the same: they were held up together. */

import type { FrameStore } from "./frame.ts";
import { FrameRun } from "./frame-run.ts";

/** Frames of a page, and characters of them; one frame is in any case. Reading one takes less than a millisecond. */
const PAGE = { limit: 256, most: 2 ** 18 } as const;
/** Characters of the pages that are held; one page is in any case. With the forms of their batches it is five times as much at most. */
const KEPT_TEXT = 4 * 2 ** 20;
/** Pages that are held, of which many may be of a topic that has few frames. */
const KEPT_PAGES = 64;
/** Time for which a page is used: what was removed meanwhile is not sent later than that. */
const KEPT_MS = 1_000;

interface Page {
  readonly topic: string | undefined;
  readonly frames: FrameRun;
  readonly readMs: number;
}

export class OlderFrames {
  /** The one that was read last comes first. */
  #pages: readonly Page[] = [];

  constructor(
    private readonly store: FrameStore,
    private readonly now = () => performance.now(),
  ) {}

  /** Returns frames that follow a place, one at least if there are any. @param newest place of the last one that was seen @throws what the store throws */
  behind(place: number, topic: string | undefined, newest: number): FrameRun {
    const nowMs = this.now();
    const kept = this.#pages.filter(({ readMs }) => nowMs - readMs < KEPT_MS);
    const known = kept.find(
      (page) => page.topic === topic && page.frames.holdsBehind(place) && place < page.frames.end,
    );
    if (known) return known.frames;
    const read = this.store.read({ after: place, topic, ...PAGE });
    const frames = new FrameRun(place);
    frames.add(read, read.at(-1)?.seq ?? Math.max(place, newest));
    this.#pages = fitting([{ topic, frames, readMs: nowMs }, ...kept]);
    return frames;
  }
}

/** Takes the first pages that are held together. */
function fitting(pages: readonly Page[]): Page[] {
  const taken: Page[] = [];
  let text = 0;
  for (const page of pages) {
    text += page.frames.text;
    if (taken.length === KEPT_PAGES || (taken.length > 0 && text > KEPT_TEXT)) break;
    taken.push(page);
  }
  return taken;
}
