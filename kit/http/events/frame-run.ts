/** Frames that follow each other, all of them or those of a topic, held once for all listeners. */
import { type Batch, batchOf, type Frame, type FrameFilter } from "./frame.ts";

/** Batches that are kept, whose encoded forms many listeners share: as many as there are places at which they are at a time. */
const KEPT_BATCHES = 8;

interface KeptBatch {
  readonly batch: Batch;
  /** Place of the last frame that was there. */
  readonly end: number;
}

export class FrameRun {
  readonly #frames: Frame[] = [];
  #text = 0;
  #end: number;
  /** By place and filter, the one that was used last at the end. */
  readonly #batches = new Map<string, KeptBatch>();

  /**
   * @param before place behind which all frames are held
   * @param mostText characters that are held; one frame is in any case
   */
  constructor(
    private before: number,
    private readonly mostText = Number.POSITIVE_INFINITY,
  ) {
    this.#end = before;
  }

  /** Place up to which all frames were seen. */
  get end(): number {
    return this.#end;
  }

  /** Characters that are held. */
  get text(): number {
    return this.#text;
  }

  /** Tells that every frame behind this place, which was seen, is held. */
  holdsBehind(place: number): boolean {
    return place >= this.before;
  }

  /** @param end place that is reached with the last of them */
  add(frames: readonly Frame[], end = frames.at(-1)?.seq ?? this.#end): void {
    for (const frame of frames) {
      this.#frames.push(frame);
      this.#text += frame.text.length;
    }
    this.#end = end;
    let dropped = 0;
    while (this.#text > this.mostText && dropped < this.#frames.length - 1)
      this.#text -= this.#frames[dropped++]!.text.length;
    if (dropped > 0) this.before = this.#frames[dropped - 1]!.seq;
    this.#frames.splice(0, dropped);
  }

  /** Makes the batch behind a place that is held; the same one for all who want the same. @param key of the filter */
  batchBehind(place: number, filter: FrameFilter, key: string): Batch {
    const name = `${place} ${key}`;
    const known = this.#batches.get(name);
    this.#batches.delete(name);
    const kept = known && isStillWhole(known, this.#end) ? known : this.#make(place, filter);
    this.#batches.set(name, kept);
    if (this.#batches.size > KEPT_BATCHES) this.#batches.delete(this.#batches.keys().next().value!);
    return kept.batch;
  }

  #make(place: number, filter: FrameFilter): KeptBatch {
    const end = Math.max(place, this.#end);
    return { batch: batchOf(filter, place, this.#frames, this.#firstBehind(place), end), end };
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

/** A batch that is full stays what it is; any other would be larger once more has come. */
function isStillWhole({ batch, end }: KeptBatch, endNow: number): boolean {
  return batch.to < end || end === endNow;
}
