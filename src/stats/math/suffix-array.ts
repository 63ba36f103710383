/**
 * Suffix arrays and longest common prefixes, in linear time for every input, constant and periodic ones included.
 *
 * SA-IS: G. Nong, S. Zhang, W. H. Chan, "Two Efficient Algorithms for Linear Time Suffix Array Construction",
 * IEEE Trans. Computers 60 (2011). A suffix is type S if smaller than the one after it, else type L; an S right
 * after an L is an LMS position. The LMS suffixes, sorted, determine all others by two scans.
 */

/**
 * Lists the positions of `text` in the order of their suffixes; a suffix comes before any that it is a prefix of.
 *
 * @param alphabetSize text holds 0 … alphabetSize − 1
 * @param order written to and returned; as long as the text
 */
export function suffixArray(
  text: Uint8Array | Int32Array,
  alphabetSize: number,
  order: Int32Array = new Int32Array(text.length),
): Int32Array {
  // One array type keeps the inner loops monomorphic: mixed types cost more than the copy.
  sortSuffixes(text instanceof Int32Array ? text : Int32Array.from(text), alphabetSize, order);
  return order;
}

/**
 * Computes the length of the longest common prefix of each suffix and the one before it in `order`; 0 for the first.
 *
 * Φ algorithm: J. Kärkkäinen, G. Manzini, S. Puglisi, "Permuted Longest-Common-Prefix Array" (2009). Going
 * through the text, the length falls by at most one a step.
 *
 * @param lengths written to and returned; may be `order` itself if that is no longer needed
 * @param scratch overwritten; another array of the same length
 */
export function commonPrefixLengths(
  text: Uint8Array | Int32Array,
  order: Int32Array,
  lengths: Int32Array = new Int32Array(text.length),
  scratch: Int32Array = new Int32Array(text.length),
): Int32Array {
  const n = text.length;
  if (n === 0) return lengths;
  scratch[order[0]!] = -1;
  for (let i = 1; i < n; i++) scratch[order[i]!] = order[i - 1]!;
  let length = 0;
  for (let i = 0; i < n; i++) {
    const before = scratch[i]!;
    if (before < 0) length = 0;
    else while (i + length < n && before + length < n && text[i + length] === text[before + length]) length++;
    scratch[i] = length;
    if (length > 0) length--;
  }
  for (let i = 0; i < n; i++) lengths[i] = scratch[order[i]!]!;
  return lengths;
}

const EMPTY = -1;

function sortSuffixes(text: Int32Array, alphabetSize: number, order: Int32Array): void {
  const n = text.length;
  if (n <= 1) return;
  const counts = new Int32Array(alphabetSize);
  for (let i = 0; i < n; i++) counts[text[i]!]!++;
  const bucket = new Int32Array(alphabetSize);

  // LMS positions, last one first, put at the ends of their buckets in any order.
  order.fill(EMPTY);
  setBucketEnds(counts, bucket);
  let lmsCount = 0;
  forEachLms(text, (at) => {
    order[--bucket[text[at]!]!] = at;
    lmsCount++;
  });
  // The two scans sort them by their LMS substrings (LMS position to next LMS position).
  induce(text, counts, bucket, order);
  if (lmsCount <= 1) return;

  // Collect the sorted LMS positions at the front, and name each by its substring.
  const isLms = new Uint8Array(n);
  forEachLms(text, (at) => {
    isLms[at] = 1;
  });
  let kept = 0;
  for (let i = 0; i < n; i++) {
    const at = order[i]!;
    if (isLms[at] === 1) order[kept++] = at;
  }
  const names = order.subarray(lmsCount);
  names.fill(EMPTY);
  let nameCount = 0;
  let previous = -1;
  for (let i = 0; i < lmsCount; i++) {
    const at = order[i]!;
    if (previous < 0 || !equalLmsSubstrings(text, isLms, previous, at)) nameCount++;
    // LMS positions are at least two apart, so halving keeps them distinct.
    names[at >> 1] = nameCount - 1;
    previous = at;
  }

  // Sort the LMS suffixes: by the names alone if all differ, else by the suffixes of the string of names.
  const reduced = new Int32Array(lmsCount);
  for (let i = 0, j = 0; i < names.length; i++) if (names[i]! >= 0) reduced[j++] = names[i]!;
  const sorted = order.subarray(0, lmsCount);
  if (nameCount < lmsCount) sortSuffixes(reduced, nameCount, sorted);
  else for (let i = 0; i < lmsCount; i++) sorted[reduced[i]!] = i;

  const lmsPositions = reduced;
  let next = lmsCount;
  forEachLms(text, (at) => {
    lmsPositions[--next] = at;
  });
  for (let i = 0; i < lmsCount; i++) sorted[i] = lmsPositions[sorted[i]!]!;
  order.fill(EMPTY, lmsCount);
  setBucketEnds(counts, bucket);
  for (let i = lmsCount - 1; i >= 0; i--) {
    const at = order[i]!;
    order[i] = EMPTY;
    order[--bucket[text[at]!]!] = at;
  }
  induce(text, counts, bucket, order);
}

/** Calls back for each LMS position, from the end of the text to its beginning. */
function forEachLms(text: Int32Array, callback: (at: number) => void): void {
  // The last suffix is larger than the empty one after it: type L.
  let nextIsS = false;
  for (let i = text.length - 2; i >= 0; i--) {
    const isS: boolean = text[i]! < text[i + 1]! || (text[i] === text[i + 1] && nextIsS);
    if (nextIsS && !isS) callback(i + 1);
    nextIsS = isS;
  }
}

/** Derives the order of all suffixes from that of the LMS suffixes in their buckets. */
function induce(text: Int32Array, counts: Int32Array, bucket: Int32Array, order: Int32Array): void {
  const n = text.length;
  // Left to right: L suffixes from the ones after them. The empty suffix, smallest of all, comes first.
  setBucketStarts(counts, bucket);
  order[bucket[text[n - 1]!]!++] = n - 1;
  for (let i = 0; i < n; i++) {
    const at = order[i]! - 1;
    if (at >= 0 && text[at]! >= text[at + 1]!) order[bucket[text[at]!]!++] = at;
  }
  // Right to left: S suffixes from the ones after them, over the LMS entries.
  setBucketEnds(counts, bucket);
  for (let i = n - 1; i >= 0; i--) {
    const at = order[i]! - 1;
    if (at < 0) continue;
    const symbol = text[at]!;
    const following = text[at + 1]!;
    // Of equal symbols the earlier suffix is S exactly if the later one lies in the S part of the bucket.
    if (symbol < following || (symbol === following && bucket[symbol]! <= i)) order[--bucket[symbol]!] = at;
  }
}

function equalLmsSubstrings(text: Int32Array, isLms: Uint8Array, a: number, b: number): boolean {
  const n = text.length;
  for (let i = 0; ; i++) {
    // The end of the text is a symbol of its own.
    if (a + i >= n || b + i >= n || text[a + i] !== text[b + i]) return false;
    if (i > 0 && (isLms[a + i] === 1 || isLms[b + i] === 1)) return isLms[a + i] === isLms[b + i];
  }
}

function setBucketStarts(counts: Int32Array, bucket: Int32Array): void {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    bucket[i] = sum;
    sum += counts[i]!;
  }
}

function setBucketEnds(counts: Int32Array, bucket: Int32Array): void {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i]!;
    bucket[i] = sum;
  }
}
