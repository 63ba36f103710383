/** The newest frames of a store, held once for all listeners. */
import { type Batch, batchOf, type Frame, type FrameFilter } from "./frame.ts";

/** Filters whose last batch is kept. */
const KEPT_BATCHES = 16;

export class NewestFrames {
  readonly #frames: Frame[] = [];
  #text = 0;
  /** By filter, the one that was used last at the end. */
  readonly #batches = new Map<string, Batch>();

  /**
   * @param before place behind which all frames are held
   * @param mostText characters that are held; one frame is in any case
   */
  constructor(
    private before: number,
    private readonly mostText: number,
  ) {
    this.#end = before;
  }

  #end: number;

  /** Place of the last frame that was seen. */
  get end(): number {
    return this.#end;
  }

  /** Tells that every frame behind this place, which was seen, is held. */
  holdsBehind(place: number): boolean {
    return place >= this.before;
  }

  add(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.#frames.push(frame);
      this.#text += frame.text.length;
      this.#end = frame.seq;
    }
    let dropped = 0;
    while (this.#text > this.mostText && dropped < this.#frames.length - 1)
      this.#text -= this.#frames[dropped++]!.text.length;
    if (dropped > 0) this.before = this.#frames[dropped - 1]!.seq;
    this.#frames.splice(0, dropped);
  }

  /** Makes the batch behind a place that is held; the same one for all who want the same. @param key of the filter */
  batchBehind(place: number, filter: FrameFilter, key: string): Batch {
    const known = this.#batches.get(key);
    this.#batches.delete(key);
    const isKnown = known !== undefined && known.from === place && known.to > place;
    const end = Math.max(place, this.#end);
    const batch = isKnown ? known : batchOf(filter, place, this.#frames, this.#firstBehind(place), end);
    this.#batches.set(key, batch);
    if (this.#batches.size > KEPT_BATCHES) this.#batches.delete(this.#batches.keys().next().value!);
    return batch;
  }

  /** Index of the first frame behind a place, by halves. */
  #firstBehind(place: number): number {
    let [low, high] = [0, this.#frames.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#frames[middle]!.seq <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
