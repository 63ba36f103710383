/** The repeats of a stream, as c/deep/repeats.c finds them, by the plainest means. */

const WINDOW = 43;
const CONTEXT = 8;
const LEAST_DISTANCE = 64;
const REACH = WINDOW - 1 + CONTEXT;
const MASK = (1n << 64n) - 1n;

/** Lists the places that are chosen; before the stream there are zeros. */
function choosePlaces(stream: Uint8Array): number[] {
  const text = new Uint8Array(REACH - 1 + stream.length);
  text.set(stream, REACH - 1);
  const keys = Int32Array.from({ length: text.length - 3 }, (_, i) => {
    const word = text[i]! | (text[i + 1]! << 8) | (text[i + 2]! << 16) | (text[i + 3]! << 24);
    return Math.imul(word ^ 0x5bd1e995, 0x9e3779b1) & ~0xfff;
  });
  const places: number[] = [];
  let last = -1;
  for (let start = 0; start + REACH <= text.length; start++) {
    if (last < start) last = -1;
    // Only a new least key changes the choice, unless the old one has left.
    if (last >= 0 && keys[start + WINDOW - 1]! >= keys[last]!) continue;
    let least = start;
    for (let i = start + 1; i < start + WINDOW; i++) if (keys[i]! < keys[least]!) least = i;
    if (least === last) continue;
    last = least;
    if (least >= REACH - 1) places.push(least - (REACH - 1));
  }
  return places;
}

function hashAt(view: DataView, place: number): bigint {
  let word = view.getBigUint64(place, true);
  word = ((word ^ 0x2545f4914f6cdd1dn) * 0x9e3779b97f4a7c15n) & MASK;
  word = ((word ^ (word >> 32n)) * 0xd6e8feb86659fd93n) & MASK;
  return (word ^ (word >> 32n)) >> 13n;
}

interface Repeat {
  start: number;
  distance: number;
  end: number;
  matches: number;
}

const NONE: Readonly<Repeat> = { start: 0, distance: 0, end: 0, matches: 0 };

/** Returns the figures of ee_deep_repeats_figures, for a table that doubles so many times. */
export function plainRepeats(stream: Uint8Array, mostDoublings: number): number[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  const table = new Map<bigint, number>();
  let doublings = 0;
  let thinned = 0;
  let matches = 0;
  let counted = Number.NEGATIVE_INFINITY;
  let current: Repeat | undefined;
  const found: Repeat[] = [];

  const isThinned = (hash: bigint) => (hash & ((1n << BigInt(thinned)) - 1n)) !== 0n;
  const advance = () => {
    if (doublings < mostDoublings) {
      doublings++;
      return;
    }
    thinned++;
    for (const hash of table.keys()) if (isThinned(hash)) table.delete(hash);
  };
  const close = () => {
    if (current !== undefined && current.matches >= 2) found.push(current);
    current = undefined;
  };
  for (const place of choosePlaces(stream)) {
    const hash = hashAt(view, place);
    while (place + 1 >= 2 ** (20 + doublings + thinned)) advance();
    if (isThinned(hash)) continue;
    const earlier = table.get(hash);
    if (earlier === undefined) {
      close();
      while (table.size >= 0.75 * 2 ** (16 + doublings)) advance();
      if (!isThinned(hash)) table.set(hash, place);
      continue;
    }
    const distance = place - earlier;
    if (distance < LEAST_DISTANCE) continue;
    table.set(hash, place);
    if (current?.distance !== distance || current.matches === 0) {
      close();
      current = { start: place, distance, end: 0, matches: 0 };
    }
    current.end = place + CONTEXT;
    if (place < counted + CONTEXT) continue;
    counted = place;
    matches++;
    current.matches++;
  }
  const open = current !== undefined && current.matches >= 2 ? current : NONE;
  close();
  const first = found[0] ?? NONE;
  const longest = found.reduce((most, each) => (each.matches > most.matches ? each : most), NONE);
  return [
    thinned,
    0,
    matches,
    found.length,
    found.reduce((sum, each) => sum + each.end - each.start, 0),
    found.filter(({ distance }) => distance === first.distance).length,
    ...[first, longest, open].flatMap((each) => [each.start, each.distance, each.end, each.matches]),
  ];
}
