/**
 * Restores a process from a snapshot, twice: two of everything with the same state, byte for byte. They are made alike and
 * asked the same things; from `part` on each has the operating system's random bytes, and the noise, of its own.
 */
import { DrbgGenerator, FullGenerator, type RbgGenerator } from "../../src/rbg/generator.ts";
import { FakeSystem } from "./fake-system.ts";
import { keystream } from "./keystream.ts";

const STREAM_BYTES = 1 << 20;

/** Known bytes, each once. */
class KnownBytes {
  #at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  next(length: number): Uint8Array {
    this.#at += length;
    if (this.#at > this.bytes.length) throw new Error("the known bytes have run out");
    return this.bytes.slice(this.#at - length, this.#at);
  }
}

/** Full-entropy bytes that lie ready, the same in both twins, until they are forgotten. */
class StubPool {
  #ready = new KnownBytes(keystream(STREAM_BYTES, 1));
  forgotten: string[] = [];

  constructor(private readonly number: number) {}

  async extract(length: number): Promise<Uint8Array> {
    return this.#ready.next(length);
  }

  forget(reason: string): void {
    this.forgotten.push(reason);
    this.#ready = new KnownBytes(keystream(STREAM_BYTES, 10 * this.forgotten.length + this.number));
  }

  shortage(): string {
    return "";
  }
}

export class Twin {
  readonly pool: StubPool;
  readonly system: FakeSystem;
  readonly generator: RbgGenerator;
  #os = new KnownBytes(keystream(STREAM_BYTES, 2));

  constructor(
    mode: "full" | "drbg",
    private readonly number: number,
  ) {
    this.pool = new StubPool(number);
    this.system = new FakeSystem((out) => out.set(this.#os.next(out.length)));
    this.system.clones.onChange((reason) => this.pool.forget(reason));
    const Kind = mode === "full" ? FullGenerator : DrbgGenerator;
    this.generator = new Kind(this.pool, this.system);
  }

  /** The restored system seeds its random bytes anew, as it does on a new generation of the virtual machine. */
  part(): void {
    this.#os = new KnownBytes(keystream(STREAM_BYTES, 100 + this.number));
  }
}

export function twins(mode: "full" | "drbg"): [Twin, Twin] {
  return [new Twin(mode, 0), new Twin(mode, 1)];
}

/** Returns the blocks of 16 bytes that are in both, wherever they begin in the first. */
export function sharedBlocks(a: Uint8Array, b: Uint8Array): string[] {
  const inB = new Set<string>();
  for (let at = 0; at + 16 <= b.length; at += 16) inB.add(b.subarray(at, at + 16).toHex());
  const shared: string[] = [];
  for (let at = 0; at + 16 <= a.length; at++) {
    const block = a.subarray(at, at + 16).toHex();
    if (inB.has(block)) shared.push(block);
  }
  return shared;
}
