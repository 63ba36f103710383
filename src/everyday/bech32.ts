/** Bech32 of BIP 173, which age writes keys in: five bits a character, and a checksum of six characters. */

const CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/** The remainders that stand for the bits which leave the checksum at the top. BIP 173, "Checksum". */
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const CHECKSUM_CHARACTERS = 6;

/** Writes bytes behind a prefix. Unlike BIP 173, age sets no limit to the length. @param prefix in lower case */
export function bech32(prefix: string, bytes: Uint8Array): string {
  const values = fives(bytes);
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  const head = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
  const rest = polymod([...head, ...values, ...new Array<number>(CHECKSUM_CHARACTERS).fill(0)]) ^ 1;
  const checksum = Array.from({ length: CHECKSUM_CHARACTERS }, (_, i) => (rest >> (5 * (5 - i))) & 31);
  return `${prefix}1${[...values, ...checksum].map((value) => CHARACTERS[value]).join("")}`;
}

/** Cuts bytes into groups of five bits; the last one is filled with zeros. */
function fives(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) values.push((held >> (bits - 5)) & 31);
  }
  if (bits > 0) values.push((held << (5 - bits)) & 31);
  return values;
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [i, remainder] of GENERATOR.entries()) if ((top >> i) & 1) sum ^= remainder;
  }
  return sum;
}
