/**
 * The random walk of one byte's bits, first bit most significant, one step up for 1 and down for 0: where each of the
 * 256 bytes ends, and the lowest and highest place it visits (its start, 0, not included).
 */
export const WALK_END = new Int8Array(256);
export const WALK_LOWEST = new Int8Array(256);
export const WALK_HIGHEST = new Int8Array(256);

for (let byte = 0; byte < 256; byte++) {
  const places: number[] = [];
  let at = 0;
  for (let bit = 7; bit >= 0; bit--) {
    at += ((byte >> bit) & 1) * 2 - 1;
    places.push(at);
  }
  WALK_END[byte] = at;
  WALK_LOWEST[byte] = Math.min(...places);
  WALK_HIGHEST[byte] = Math.max(...places);
}
