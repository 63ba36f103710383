/** Memory for rules: what does not fit is not begun, and is a line of the result like any file that cannot be read. */
import { type MemoryRoom, memoryRoom, shortage } from "#kit/memory.ts";

/**
 * Memory of the syntax of a file and of all that is made of it, for each of its bytes. Measured with many short rules in a control group
 * of 256 MiB: files of 5 MB were scanned with and indexed, and with 7 MB the system ended the scan.
 */
const BYTE_MEMORY = 40;

/** Less is of no account. */
const LARGE_BYTES = 1 << 20;

/** The room for all files that are held together. */
export class RuleMemory {
  #bytes = 0;
  #room: MemoryRoom | undefined;
  #isKnown = false;

  /** @param find as `memoryRoom`; asked once, before anything large is taken */
  constructor(private readonly find: () => MemoryRoom | undefined = memoryRoom) {}

  /** Counts a file. @throws Error that says what it and those before it take, and how much there is */
  take(bytes: number): void {
    const sum = this.#bytes + bytes;
    if (sum > LARGE_BYTES) {
      if (!this.#isKnown) this.#room = this.find();
      this.#isKnown = true;
      const short = shortage(sum * BYTE_MEMORY, this.#room);
      if (short !== undefined) throw new Error(`with the rules before it, it ${short}`);
    }
    this.#bytes = sum;
  }
}
