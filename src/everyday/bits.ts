/** How many bits a choice holds: the logarithm of the number of outcomes, each as likely as any other. */

/** Significant bits of a double. */
const DOUBLE_BITS = 53;

/** Takes the logarithm to base 2 of a number of any size, never rounded up by more than a double's last digit. @param n 1 or more */
export function log2(n: bigint): number {
  const below = Math.max(0, n.toString(2).length - DOUBLE_BITS);
  return Math.log2(Number(n >> BigInt(below))) + below;
}

/** More than what the rounding of a sum of logarithms takes off a whole number of bits. */
const ROUNDING = 1e-6;

/** Writes `77.5 bits`, `256 bits`: rounded down to a tenth, for a figure of strength must not be too high. */
export function formatBits(bits: number): string {
  const tenths = Math.floor((bits + ROUNDING) * 10) / 10;
  const text = tenths.toLocaleString("en-US", { maximumFractionDigits: 1 });
  return `${text} ${text === "1" ? "bit" : "bits"}`;
}
