/**
 * Many texts in one block of bytes. To find those that hold something, the block is looked through; where one does, it goes on behind that text.
 * 12,768 rules have 8 MB of text, and memory is read at gigabytes a second. So there is no index: it would be slow to make, large, and of no
 * use for some words.
 */
import { Positions } from "./positions.ts";

const NUL = 0;

export class TextBlock {
  #bytes = Buffer.alloc(0);
  /** Where each begins, and the end of the last. */
  readonly #starts = [0];

  get count(): number {
    return this.#starts.length - 1;
  }

  get #end(): number {
    return this.#starts.at(-1)!;
  }

  add(text: string): void {
    const end = this.#end + Buffer.byteLength(text);
    if (end > this.#bytes.length) this.#resize(2 * end);
    this.#bytes.write(text, this.#end);
    this.#starts.push(end);
  }

  /** Gives back the room that was made for more. */
  close(): void {
    this.#resize(this.#end);
  }

  text(position: number): string {
    return this.#bytes.toString("utf8", this.#starts[position], this.#starts[position + 1]);
  }

  /** Finds the texts that hold a part, which is not empty and stands across no border of them. */
  holding(part: string): Positions {
    const bytes = Buffer.from(part);
    return this.#each((from) => this.#bytes.indexOf(bytes, from));
  }

  /** Finds the texts that hold a part between a head and the next NUL; there is none in the part. */
  holdingBehind(head: string, part: string): Positions {
    const [headBytes, partBytes] = [Buffer.from(head), Buffer.from(part)];
    let next = 0;
    return this.#each((from) => {
      for (let at = from; ; ) {
        at = this.#bytes.indexOf(headBytes, at);
        if (at < 0) return -1;
        at += headBytes.length;
        if (next < at) next = this.#bytes.indexOf(partBytes, at);
        if (next < 0) return -1;
        if (next < this.#bytes.indexOf(NUL, at)) return next;
      }
    });
  }

  /** @param find the first place that counts, from a place on; -1 where there is none */
  #each(find: (from: number) => number): Positions {
    const found = new Positions(this.count, false);
    for (let position = 0; position < this.count; position++) {
      const at = find(this.#starts[position]!);
      if (at < 0) break;
      while (this.#starts[position + 1]! <= at) position++;
      found.add(position);
    }
    return found;
  }

  #resize(size: number): void {
    const bytes = Buffer.alloc(size);
    this.#bytes.copy(bytes, 0, 0, this.#end);
    this.#bytes = bytes;
  }
}
