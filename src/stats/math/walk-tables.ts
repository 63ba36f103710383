/**
 * The random walk of each byte's bits, first bit most significant, one step up for 1 and down for 0: where it ends, and
 * the lowest and highest place that it visits after its start at 0.
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
