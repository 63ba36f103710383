/** Unpackers that are used again and again; one for each archive that is open. */
import { Unpacker } from "./machine.ts";

/** The collector may not think of so large a memory before the next one is wanted. */
const LARGE_BYTES = 128 * 2 ** 20;

export class Unpackers {
  readonly #idle: Unpacker[] = [];

  constructor(private readonly module: () => WebAssembly.Module) {}

  take(): Unpacker {
    return this.#idle.pop() ?? new Unpacker(this.module());
  }

  give(unpacker: Unpacker): void {
    unpacker.close();
    if (unpacker.isUsable) this.#idle.push(unpacker);
    else if (unpacker.memoryBytes > LARGE_BYTES) Bun.gc(true);
  }
}
