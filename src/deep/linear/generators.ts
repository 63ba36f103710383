/** Generators that are linear over GF(2), by the bits of their state, which is the linear complexity of what they give. */
const BY_STATE_BITS: Readonly<Record<number, string>> = {
  7: "PRBS7",
  9: "PRBS9",
  15: "PRBS15",
  23: "PRBS23",
  31: "PRBS31, or the lowest bit of random() of the C library",
  32: "xorshift32, or a 32-bit LFSR",
  55: "the lowest bit of a lagged Fibonacci generator (24, 55)",
  63: "the lowest bit of a lagged Fibonacci generator (1, 63)",
  64: "xorshift64, xoroshiro64, or a 64-bit LFSR",
  88: "Tausworthe's taus88",
  97: "the lowest bit of a lagged Fibonacci generator (33, 97)",
  100: "the lowest bit of Knuth's ran_array",
  113: "LFSR113",
  127: "TinyMT",
  128: "xorshift128, xoroshiro128+ or xoshiro128+",
  160: "xorwow without its counter",
  250: "R250",
  256: "xoshiro256+ or xorshift256",
  258: "LFSR258",
  512: "WELL512a or xoshiro512+",
  521: "a generalised LFSR of x^521",
  607: "a lagged Fibonacci generator or generalised LFSR of x^607",
  800: "TT800 or WELL800a",
  1024: "WELL1024a, xorshift1024 or xoroshiro1024",
  1279: "a lagged Fibonacci generator or generalised LFSR of x^1279",
  4423: "a lagged Fibonacci generator or generalised LFSR of x^4423",
  9689: "a generalised LFSR of x^9689",
  9941: "a generalised LFSR of x^9941",
  11213: "MTGP11213",
  19937: "Mersenne Twister MT19937, SFMT19937 or WELL19937",
  21701: "WELL21701a",
  23209: "WELL23209a",
  44497: "WELL44497 or SFMT44497",
  86243: "SFMT86243",
  110503: "a generalised LFSR of x^110503",
  132049: "SFMT132049",
  216091: "SFMT216091",
};

/** How far above the state the linear complexity may be: leading terms that do not recur, such as the 31 bits that MT19937 never uses. */
const TRANSIENT_BITS = 2;

/** Names generators with such a linear complexity; undefined where none is known. */
export function generatorsOf(complexity: number): string | undefined {
  // A bit of period 2^(b + 1), of which the second half is the complement of the first, has (x + 1)^(2^b + 1), and nothing shorter.
  const half = complexity - 1;
  if (half >= 2 && Number.isInteger(Math.log2(half))) {
    return `a counter or an LCG modulo a power of two, a bit that has period ${2 * half} in this lane`;
  }
  for (let excess = 0; excess <= TRANSIENT_BITS; excess++) {
    const name = BY_STATE_BITS[complexity - excess];
    if (name !== undefined) return name;
  }
  return undefined;
}
