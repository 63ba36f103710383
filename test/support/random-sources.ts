/** Stand-ins for a pool: words that a test has written down, or a key stream that is the same in every run. */
import { type Cipheriv, createCipheriv } from "node:crypto";
import type { RandomSource } from "../../src/faces/library/random-words.ts";

/** Returns these words, then zeros up to the length of the first request. A second request is an error of the test. */
export function scripted(...words: readonly number[]): RandomSource {
  let asked = false;
  return {
    getRandomValues(array) {
      if (asked) throw new Error("the script is over");
      asked = true;
      array.fill(0).set(words);
    },
  };
}

/** Passes for random: AES-256-CTR under key `seed`. */
export class KeystreamSource implements RandomSource {
  readonly #cipher: Cipheriv;
  /** Words handed out. */
  words = 0;

  constructor(seed: number) {
    this.#cipher = createCipheriv("aes-256-ctr", new Uint8Array(32).fill(seed), new Uint8Array(16));
  }

  getRandomValues(array: Uint32Array): void {
    array.set(new Uint32Array(new Uint8Array(this.#cipher.update(new Uint8Array(array.byteLength))).buffer));
    this.words += array.length;
  }
}
