/** Permutations for SP 800-90B §5.1, from a seeded generator, so that results repeat. */

/**
 * xoshiro128** of D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM Trans. Math.
 * Software 47 (2021): four 32-bit words of state, period 2^128 − 1.
 */
export type GeneratorState = Int32Array;

/** Makes a generator for each pair of 32-bit numbers. Those of different streams are unrelated. */
export function seedGenerator(seed: number, stream: number): GeneratorState {
  // A counter that steps by the golden ratio goes through a one-to-one mixing function of 32 bits, so the four words are
  // never all zero, and never equal for two streams of one seed.
  let counter = mix(mix(seed) + stream);
  return Int32Array.from({ length: 4 }, () => {
    counter = (counter + 0x9e3779b9) | 0;
    return mix(counter);
  });
}

/** The finalizer of MurmurHash3, by A. Appleby. */
function mix(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * Fisher–Yates shuffle in place, all permutations equally likely: an index below s is the upper half of s times a 32-bit
 * word, drawn again if the lower half is one of the 2^32 mod s surplus values (D. Lemire,
 * "Fast random integer generation in an interval", ACM Trans. Modeling and Computer Simulation 29, 2019).
 */
export function shuffle(symbols: Uint8Array, state: GeneratorState): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  for (let i = symbols.length - 1; i > 0; ) {
    const scrambled = Math.imul(b, 5);
    const word = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);

    const size = i + 1;
    const below = Math.imul(word, size) >>> 0;
    if (below < size && below < 2 ** 32 % size) continue;
    const product = (word >>> 0) * size;
    // A product above 2^53 is rounded. Less its lower half it is a multiple of 2^32 but for the
    // error: hence 2^31 more.
    const index = ((size <= 2 ** 21 ? product : product - below + 2 ** 31) * 2 ** -32) | 0;
    const symbol = symbols[i]!;
    symbols[i] = symbols[index]!;
    symbols[index] = symbol;
    i--;
  }
  state.set([a, b, c, d]);
}
