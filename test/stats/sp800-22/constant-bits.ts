/**
 * The binary expansions of π, e and √2, computed in whole numbers: the sequences of SP 800-22 Appendix B. Each begins
 * with the integer part's first 1 and is packed most significant bit first.
 */

/** The first `count` bits of the number whose floor(value · 2^(count + guard)) is `scaled`. */
function pack(scaled: bigint, count: number): Uint8Array {
  const length = scaled.toString(16).length * 4;
  const leading = Math.clz32(Number.parseInt(scaled.toString(16)[0]!, 16)) - 28;
  const significant = scaled >> BigInt(length - leading - count);
  const padded = significant << BigInt((8 - (count % 8)) % 8);
  const bytes = Math.ceil(count / 8);
  const hex = padded.toString(16).padStart(2 * bytes, "0");
  return Uint8Array.from({ length: bytes }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** Bits kept beyond those wanted, against the rounding of divisions. */
const GUARD = 64;

/** ⌊√n⌋ by Newton's iteration, each step at twice the digits of the one before. */
export function integerRoot(n: bigint): bigint {
  const length = n.toString(16).length * 4;
  if (length <= 48) return BigInt(Math.floor(Math.sqrt(Number(n))));
  const shift = BigInt(Math.floor(length / 8) * 2);
  let root = (integerRoot(n >> (2n * shift)) + 1n) << shift;
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** √n. */
export function rootBits(n: number, count: number): Uint8Array {
  return pack(integerRoot(BigInt(n) << BigInt(2 * (count + GUARD))), count);
}

export function sqrt2Bits(count: number): Uint8Array {
  return rootBits(2, count);
}

/** e = Σ 1/k!, summed by halves: over (a, b] the sum is P/Q with Q = (a+1)…b. */
export function eBits(count: number): Uint8Array {
  const sum = (a: number, b: number): { p: bigint; q: bigint } => {
    if (b - a === 1) return { p: 1n, q: BigInt(b) };
    const middle = (a + b) >> 1;
    const left = sum(a, middle);
    const right = sum(middle, b);
    return { p: left.p * right.q + right.p, q: left.q * right.q };
  };
  // k! passes 2^bits where Σ log₂ k does.
  let terms = 2;
  for (let bitsLeft = count + GUARD; bitsLeft > 0; terms++) bitsLeft -= Math.log2(terms);
  const { p, q } = sum(0, terms);
  return pack(((p + q) << BigInt(count + GUARD)) / q, count);
}

/**
 * π by the series of the brothers Chudnovsky, 1/π = 12·Σ (−1)^k·(6k)!·(13591409 + 545140134·k)/((3k)!·k!³·640320^(3k+3/2)),
 * summed by halves; each term gives 47 bits.
 */
export function piBits(count: number): Uint8Array {
  const sum = (a: number, b: number): { p: bigint; q: bigint; t: bigint } => {
    if (b - a === 1) {
      const k = BigInt(a);
      const p = a === 0 ? 1n : -(6n * k - 5n) * (2n * k - 1n) * (6n * k - 1n);
      const q = a === 0 ? 1n : k * k * k * 10939058860032000n;
      return { p, q, t: p * (13591409n + 545140134n * k) };
    }
    const middle = (a + b) >> 1;
    const left = sum(a, middle);
    const right = sum(middle, b);
    return { p: left.p * right.p, q: left.q * right.q, t: left.t * right.q + left.p * right.t };
  };
  const { q, t } = sum(0, Math.ceil((count + GUARD) / 47) + 1);
  const root = integerRoot(10005n << BigInt(2 * (count + GUARD)));
  return pack((q * 426880n * root) / t, count);
}
