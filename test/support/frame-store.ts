/** Frames in memory, as a store has them. */
import type { Frame, FrameQuery, FrameStore } from "#kit/http/events/frame.ts";

export class MemoryFrames implements FrameStore {
  #frames: Frame[] = [];
  #last = 0;
  readonly #listeners = new Set<() => void>();
  /** Queries that were answered. */
  readonly queries: FrameQuery[] = [];
  /** Thrown by the next query. */
  fault: Error | undefined;

  /** @param texts of frames, all of one type and topic */
  write(texts: readonly string[], type = "match", topic: string | null = null): void {
    for (const word of texts) {
      const seq = ++this.#last;
      this.#frames.push({ seq, type, topic, text: JSON.stringify({ seq, type, topic, word }) });
    }
    for (const listener of [...this.#listeners]) listener();
  }

  /** Removes frames for good. */
  remove(isRemoved: (frame: Frame) => boolean): void {
    this.#frames = this.#frames.filter((frame) => !isRemoved(frame));
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  read(query: FrameQuery): Frame[] {
    this.queries.push(query);
    const { fault } = this;
    this.fault = undefined;
    if (fault) throw fault;
    const { after, topic, limit, most } = query;
    const found = this.#frames.filter(
      (frame) => frame.seq > after && (topic === undefined || frame.topic === topic),
    );
    const frames: Frame[] = [];
    let text = 0;
    for (const frame of found.slice(0, limit)) {
      frames.push(frame);
      text += frame.text.length;
      if (text >= most) break;
    }
    return frames;
  }

  bounds(): { first: number; last: number } {
    return { first: this.#frames[0]?.seq ?? 0, last: this.#last };
  }

  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
