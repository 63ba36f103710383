/** Frames of an event stream, and the store that they come from. */

export interface Frame {
  /** Grows from frame to frame. A number that is missing is that of a frame which was removed. */
  readonly seq: number;
  readonly type: string;
  /** Id of the thing that it is about; null for none. */
  readonly topic: string | null;
  /** The frame as JSON. */
  readonly text: string;
}

/** Calls are synchronous. */
export interface FrameStore {
  /** Lists frames behind a number, in order: all of them, or those of a topic. */
  read(query: FrameQuery): readonly Frame[];
  /** Returns the numbers of the oldest frame that is kept, 0 where none is, and of the newest that was ever written, 0 before the first. */
  bounds(): { readonly first: number; readonly last: number };
  /** Calls soon after frames were written. @returns a function that ends that */
  onWritten(listener: () => void): () => void;
}

export interface FrameQuery {
  readonly after: number;
  readonly topic?: string | undefined;
  /** Frames that are returned at most. */
  readonly limit: number;
  /** Characters of text after which no more are read; one frame is returned in any case. */
  readonly most: number;
}

/** Marks that frames must have. */
export interface FrameFilter {
  readonly types?: readonly string[] | undefined;
  readonly topic?: string | undefined;
}

/** A part of the stream for a listener, in the order in which it is sent. */
export class Batch {
  readonly #encoded = new Map<string, unknown>();

  constructor(
    /** Places of the listener before it and after it: numbers of frames. */
    readonly from: number,
    readonly to: number,
    readonly frames: readonly SentFrame[],
    /** Frames that it says are lost. */
    readonly lost: number,
  ) {}

  /** Makes a form of the frames once, since many listeners want the same. @param form names what `make` makes */
  encode<T>(form: string, make: (frames: readonly SentFrame[]) => T): T {
    if (!this.#encoded.has(form)) this.#encoded.set(form, make(this.frames));
    return this.#encoded.get(form) as T;
  }
}

export interface SentFrame {
  /** Place from which a listener that has had this frame goes on. */
  readonly place: number;
  readonly text: string;
}

/** Characters of a batch; a longer frame goes alone. */
const BATCH_TEXT = 64 * 1024;

/**
 * Makes a batch of frames that follow a place.
 * @param frames all that follow it, from index `start` on, or those of the topic
 * @param end place that is reached with the last of them
 */
export function batchOf(
  { types, topic }: FrameFilter,
  place: number,
  frames: readonly Frame[],
  start: number,
  end: number,
): Batch {
  const sent: SentFrame[] = [];
  let lost = 0;
  let length = 0;
  let at = place;
  const lose = (to: number) => {
    // Of a topic alone, numbers are missing everywhere.
    if (topic === undefined && to > at) {
      sent.push({ place: to, text: JSON.stringify({ type: "lost", from: at + 1, to }) });
      lost += to - at;
    }
  };
  for (let index = start; index < frames.length; index++) {
    const frame = frames[index]!;
    if (length >= BATCH_TEXT) return new Batch(place, at, sent, lost);
    lose(frame.seq - 1);
    at = frame.seq;
    if (topic !== undefined && frame.topic !== topic) continue;
    if (types !== undefined && !types.includes(frame.type)) continue;
    sent.push({ place: at, text: frame.text });
    length += frame.text.length;
  }
  if (end > at) {
    lose(end);
    at = end;
  }
  return new Batch(place, at, sent, lost);
}
