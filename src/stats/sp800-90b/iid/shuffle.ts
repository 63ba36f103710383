/** The permutations of SP 800-90B §5.1 and where their randomness comes from: seeded, so that results repeat. */

/**
 * xoshiro128** of D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM Trans. Math.
 * Software 47 (2021): four 32-bit words of state, period 2^128 − 1.
 */
export type GeneratorState = Int32Array;

/** A generator for each pair of 32-bit numbers; those of different streams have nothing to do with each other. */
export function seedGenerator(seed: number, stream: number): GeneratorState {
  // A counter stepping by the golden ratio, through a 32-bit mixing function, which is one to one: so all four words
  // are zero for no seed, and equal for no two streams of one seed.
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
 * Fisher–Yates shuffle in place, every permutation as likely as any other: an index below s is the upper half of
 * s times a 32-bit word, drawn again where the lower half falls among the 2^32 mod s values too many (D. Lemire,
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
    // A product above 2^53 is rounded; less what is below, it is a multiple of 2^32 but for that: hence the half.
    const index = ((size <= 2 ** 21 ? product : product - below + 2 ** 31) * 2 ** -32) | 0;
    const symbol = symbols[i]!;
    symbols[i] = symbols[index]!;
    symbols[index] = symbol;
    i--;
  }
  state.set([a, b, c, d]);
}
