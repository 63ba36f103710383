/*
 * Suffix arrays in linear time for every input: SA-IS, as in src/stats/math/suffix-array.ts, where it is explained. Here each
 * level works in the memory of the one above: the string of names lies at the end of `order`, the buckets of all levels but the
 * first in `spare`, which is free meanwhile.
 */
#include <errno.h>
#include <string.h>

#include "suffix_order.h"

#define EMPTY (-1)
/* Entries of `order` between the one that is worked on and the one whose symbols are asked for. */
#define AHEAD 32

/* BITS are packed, the first lowest, so that the text stays in a near cache. */
typedef enum { BITS, BYTES, NAMES } kind;

/* Its kind is a constant in each copy of the loops. */
typedef struct {
  const void *symbols;
  kind kind;
  int32_t n;
  int32_t alphabet;
} text;

#define INLINE static inline __attribute__((always_inline))

static bool is_marked(const uint64_t *marks, int32_t i) { return marks[i >> 6] >> (i & 63) & 1; }

INLINE int32_t symbol_at(text t, int32_t i) {
  if (t.kind == BITS) return is_marked(t.symbols, i);
  return t.kind == BYTES ? ((const uint8_t *)t.symbols)[i] : ((const int32_t *)t.symbols)[i];
}

INLINE void ask_for(text t, int32_t i) {
  const int32_t at = i > 0 ? i - 1 : 0;
  if (t.kind == BITS) __builtin_prefetch((const uint64_t *)t.symbols + (at >> 6));
  else if (t.kind == BYTES) __builtin_prefetch((const uint8_t *)t.symbols + at);
  else __builtin_prefetch((const int32_t *)t.symbols + at);
}

/* Marks the LMS positions and returns their number. */
INLINE int32_t mark(text t, uint64_t *marks) {
  memset(marks, 0, ((size_t)t.n / 64 + 1) * sizeof *marks);
  int32_t count = 0;
  /* The last suffix is larger than the empty one after it: type L. */
  uint64_t next_is_s = 0;
  int32_t next = symbol_at(t, t.n - 1);
  for (int32_t i = t.n - 2; i >= 0; i--) {
    const int32_t symbol = symbol_at(t, i);
    const uint64_t is_s = (uint64_t)(symbol < next) | ((uint64_t)(symbol == next) & next_is_s);
    const uint64_t is_lms = next_is_s & ~is_s;
    marks[(i + 1) >> 6] |= is_lms << ((i + 1) & 63);
    count += (int32_t)is_lms;
    next_is_s = is_s;
    next = symbol;
  }
  return count;
}

INLINE void count_symbols(text t, int32_t *counts) {
  memset(counts, 0, (size_t)t.alphabet * sizeof *counts);
  for (int32_t i = 0; i < t.n; i++) counts[symbol_at(t, i)]++;
}

static void set_ends(const int32_t *counts, int32_t *ends, int32_t alphabet) {
  int32_t sum = 0;
  for (int32_t i = 0; i < alphabet; i++) ends[i] = sum += counts[i];
}

static void set_starts(const int32_t *counts, int32_t *starts, int32_t alphabet) {
  int32_t sum = 0;
  for (int32_t i = 0; i < alphabet; i++) {
    starts[i] = sum;
    sum += counts[i];
  }
}

/* Derives the order of all suffixes from that of the LMS suffixes in their buckets. */
INLINE int32_t induce(text t, const int32_t *counts, int32_t *bucket, int32_t *order, ee_stop stop) {
  const int32_t n = t.n;
  set_starts(counts, bucket, t.alphabet);
  order[bucket[symbol_at(t, n - 1)]++] = n - 1;
  for (int32_t i = 0; i < n; i++) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    if (n - i > AHEAD) ask_for(t, order[i + AHEAD]);
    const int32_t at = order[i] - 1;
    if (at < 0) continue;
    const int32_t symbol = symbol_at(t, at);
    if (symbol >= symbol_at(t, at + 1)) order[bucket[symbol]++] = at;
  }
  set_ends(counts, bucket, t.alphabet);
  for (int32_t i = n - 1; i >= 0; i--) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    if (i >= AHEAD) ask_for(t, order[i - AHEAD]);
    const int32_t at = order[i] - 1;
    if (at < 0) continue;
    const int32_t symbol = symbol_at(t, at);
    const int32_t following = symbol_at(t, at + 1);
    /* Of equal symbols the earlier suffix is S exactly if the later one lies in the S part of the bucket. */
    if (symbol < following || (symbol == following && bucket[symbol] <= i)) order[--bucket[symbol]] = at;
  }
  return 0;
}

INLINE bool equal_substrings(text t, const uint64_t *marks, int32_t a, int32_t b) {
  for (int32_t i = 0;; i++) {
    /* The end of the text is a symbol of its own. */
    if (t.n - i <= a || t.n - i <= b || symbol_at(t, a + i) != symbol_at(t, b + i)) return false;
    if (i > 0 && (is_marked(marks, a + i) || is_marked(marks, b + i))) {
      return is_marked(marks, a + i) == is_marked(marks, b + i);
    }
  }
}

/* Brings the LMS positions to the front, in order, and writes their names to `names`, in the order of the text. */
INLINE int32_t name_substrings(text t, const uint64_t *marks, int32_t lms_count, int32_t *order, int32_t *names) {
  for (int32_t i = 0, kept = 0; i < t.n; i++) {
    const int32_t at = order[i];
    if (is_marked(marks, at)) order[kept++] = at;
  }
  int32_t *places = order + lms_count;
  const int32_t place_count = t.n - lms_count;
  for (int32_t i = 0; i < place_count; i++) places[i] = EMPTY;
  int32_t name_count = 0;
  for (int32_t i = 0; i < lms_count; i++) {
    if (i == 0 || !equal_substrings(t, marks, order[i - 1], order[i])) name_count++;
    /* LMS positions are at least two apart, so halving keeps them distinct. */
    places[order[i] >> 1] = name_count - 1;
  }
  for (int32_t i = place_count, kept = lms_count; i-- > 0;) {
    if (places[i] != EMPTY) names[--kept] = places[i];
  }
  return name_count;
}

/* Calls itself, so it stands by itself; `bucket_memory` holds 2 · alphabet numbers. */
static int32_t sort_names(text t, int32_t *order, int32_t *bucket_memory, uint64_t *marks, ee_stop stop);

INLINE int32_t sort(text t, int32_t *order, int32_t *bucket_memory, int32_t *deeper_memory, uint64_t *marks, ee_stop stop) {
  const int32_t n = t.n;
  int32_t *counts = bucket_memory;
  int32_t *bucket = bucket_memory + t.alphabet;
  if (ee_stopped(stop)) return -ECANCELED;
  count_symbols(t, counts);
  const int32_t lms_count = mark(t, marks);
  for (int32_t i = 0; i < n; i++) order[i] = EMPTY;
  set_ends(counts, bucket, t.alphabet);
  for (int32_t i = n - 1; i > 0; i--) {
    if (is_marked(marks, i)) order[--bucket[symbol_at(t, i)]] = i;
  }
  /* Sorted by LMS substrings: from one LMS position to the next. */
  int32_t error = induce(t, counts, bucket, order, stop);
  if (error != 0 || lms_count <= 1) return error;

  int32_t *names = order + n - lms_count;
  const int32_t name_count = name_substrings(t, marks, lms_count, order, names);
  if (name_count < lms_count) {
    const text reduced = {.symbols = names, .kind = NAMES, .n = lms_count, .alphabet = name_count};
    error = sort_names(reduced, order, deeper_memory, marks + (size_t)n / 64 + 1, stop);
    if (error != 0) return error;
    count_symbols(t, counts);
  } else {
    for (int32_t i = 0; i < lms_count; i++) order[names[i]] = i;
  }

  int32_t *positions = names;
  for (int32_t i = 0, kept = 0; kept < lms_count; i++) {
    if (is_marked(marks, i)) positions[kept++] = i;
  }
  for (int32_t i = 0; i < lms_count; i++) order[i] = positions[order[i]];
  for (int32_t i = lms_count; i < n; i++) order[i] = EMPTY;
  set_ends(counts, bucket, t.alphabet);
  for (int32_t i = lms_count - 1; i >= 0; i--) {
    const int32_t at = order[i];
    order[i] = EMPTY;
    order[--bucket[symbol_at(t, at)]] = at;
  }
  return induce(t, counts, bucket, order, stop);
}

static int32_t sort_names(text t, int32_t *order, int32_t *bucket_memory, uint64_t *marks, ee_stop stop) {
  t.kind = NAMES;
  return sort(t, order, bucket_memory, bucket_memory, marks, stop);
}

int32_t ee_suffix_order(const uint8_t *symbols, int32_t n, int32_t alphabet, int32_t *order, int32_t *spare, uint64_t *marks,
                        ee_stop stop) {
  if (n == 0) return 0;
  int32_t buckets[2 * 256];
  text t = {.symbols = symbols, .n = n, .alphabet = alphabet};
  if (alphabet > 2) {
    t.kind = BYTES;
    return sort(t, order, buckets, spare, marks, stop);
  }
  uint64_t *bits = marks;
  const size_t words = (size_t)n / 64 + 1;
  memset(bits, 0, words * sizeof *bits);
  for (int32_t i = 0; i < n; i++) bits[i >> 6] |= (uint64_t)symbols[i] << (i & 63);
  t.kind = BITS;
  t.symbols = bits;
  return sort(t, order, buckets, spare, marks + words, stop);
}
