/** The lanes of the stream, bit by bit. */
import { LANES } from "../../src/deep/lanes.ts";

/** Extracts a lane, a bit at a time. */
export function laneOf(data: Uint8Array, index: number): Uint8Array {
  const { bits, stride, place } = LANES[index]!;
  const out = new Uint8Array((data.length / stride / 8) * bits);
  let to = 0;
  for (let word = 0; word < data.length; word += stride) {
    for (let bit = place; bit < place + bits; bit++, to++) {
      out[to >> 3]! |= ((data[word + (bit >> 3)]! >> (bit & 7)) & 1) << (to & 7);
    }
  }
  return out;
}
