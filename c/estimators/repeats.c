/*
 * Repeated tuples of all lengths, for the t-tuple and LRS estimates: src/stats/sp800-90b/repeats.ts, where the counting is
 * explained.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ee.h"
#include "sorted_prefixes.h"
#include "suffix_order.h"

#define AHEAD 32

static int32_t positive(int32_t i) { return i > 0 ? i : 0; }

/* Returns how many symbols from a and from b on are equal. */
static int32_t common_length(const uint8_t *symbols, int32_t n, int32_t a, int32_t b, int32_t length) {
  const int32_t most = n - (a > b ? a : b);
  while (most - length >= 8) {
    uint64_t x, y;
    memcpy(&x, symbols + a + length, sizeof x);
    memcpy(&y, symbols + b + length, sizeof y);
    if (x != y) return length + __builtin_ctzll(x ^ y) / 8;
    length += 8;
  }
  while (length < most && symbols[a + length] == symbols[b + length]) length++;
  return length;
}

/*
 * Replaces each place of `order` by the length of the common prefix of its suffix and the one before it. Returns the longest, or
 * -ECANCELED. The Φ algorithm: see src/stats/math/suffix-array.ts.
 */
static int32_t measure(const uint8_t *symbols, int32_t n, int32_t *order, int32_t *spare, ee_stop stop) {
  spare[order[0]] = -1;
  for (int32_t i = 1; i < n; i++) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    if (n - i > AHEAD) __builtin_prefetch(spare + order[i + AHEAD], 1);
    spare[order[i]] = order[i - 1];
  }
  int32_t longest = 0;
  for (int32_t i = 0, length = 0; i < n; i++) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    if (n - i > AHEAD) __builtin_prefetch(symbols + positive(spare[i + AHEAD]));
    const int32_t before = spare[i];
    length = before < 0 ? 0 : common_length(symbols, n, i, before, length);
    spare[i] = length;
    if (length > longest) longest = length;
    if (length > 0) length--;
  }
  for (int32_t i = 0; i < n; i++) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    if (n - i > AHEAD) __builtin_prefetch(spare + order[i + AHEAD]);
    order[i] = spare[order[i]];
  }
  return longest;
}

static int32_t greatest(const int32_t *lengths, int32_t n) {
  int32_t most = 0;
  for (int32_t i = 0; i < n; i++) most = lengths[i] > most ? lengths[i] : most;
  return most;
}

int32_t ee_repeat_lengths(const uint8_t *symbols, int32_t n, int32_t alphabet, int32_t *order, int32_t *spare,
                          const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS || alphabet < 1 || alphabet > 256) return -EINVAL;
  for (int32_t i = 0; i < n; i++) {
    if (symbols[i] >= alphabet) return -EINVAL;
  }
  const int32_t sorted = ee_sorted_prefix_lengths(symbols, n, alphabet, order, spare, (ee_stop)stop);
  if (sorted < 0) return sorted;
  if (sorted != EE_TOO_REPETITIVE) return greatest(order, n);
  uint64_t *marks = malloc(EE_SUFFIX_MARKS(n) * sizeof *marks);
  if (marks == NULL) return -ENOMEM;
  const int32_t error = ee_suffix_order(symbols, n, alphabet, order, spare, marks, (ee_stop)stop);
  free(marks);
  return error != 0 ? error : measure(symbols, n, order, spare, (ee_stop)stop);
}

/* Occurrences from which a tuple is frequent: that many suffixes in a row have it, and one length fewer lies between them. */
#define FREQUENT 35
#define BETWEEN (FREQUENT - 1)

int32_t ee_repeat_first_rare(const int32_t *lengths, int32_t n, const int32_t *stop) {
  if (n < 1) return -EINVAL;
  int32_t rare = 1;
  int32_t run = 0;
  for (int32_t i = 1; i < n; i++) {
    if (ee_stopped_at((ee_stop)stop, i)) return -ECANCELED;
    run = lengths[i] >= rare ? run + 1 : 0;
    while (run >= BETWEEN) {
      int32_t least = lengths[i];
      for (int32_t back = 1; back < BETWEEN; back++) least = lengths[i - back] < least ? lengths[i - back] : least;
      rare = least + 1;
      run = 0;
      while (run < BETWEEN && lengths[i - run] >= rare) run++;
    }
  }
  return rare;
}

/*
 * The stack of src/stats/sp800-90b/repeats.ts lies in what has been read: an interval from `start` on has its depth at
 * lengths[start + 1] and the start of the one around it at spare[start + 1].
 */
int32_t ee_repeat_counts(int32_t *lengths, int32_t *spare, int32_t n, int32_t longest, int32_t rare, int32_t *highest,
                         double *pairs, const int32_t *stop) {
  if (n < 1 || longest < 0 || longest > n || rare < 1 || rare > longest + 1) return -EINVAL;
  int32_t top_start = -1;
  int32_t top_depth = 0;
  for (int32_t i = 1; i <= n; i++) {
    if (ee_stopped_at((ee_stop)stop, i)) return -ECANCELED;
    const int32_t depth = i < n ? lengths[i] : 0;
    if (depth < 0 || depth > longest) return -EINVAL;
    int32_t start = i - 1;
    while (top_depth > depth) {
      start = top_start;
      const double count = i - start;
      const double equal = count * (count - 1) / 2;
      const int32_t tuple_length = top_depth;
      top_start = spare[start + 1];
      top_depth = top_start < 0 ? 0 : lengths[top_start + 1];
      const int32_t parent = depth > top_depth ? depth : top_depth;
      if (tuple_length < rare && i - start > highest[tuple_length]) highest[tuple_length] = i - start;
      if (tuple_length >= rare) pairs[tuple_length - rare] += equal;
      if (parent >= rare) pairs[parent - rare] -= equal;
    }
    if (top_depth < depth) {
      spare[start + 1] = top_start;
      lengths[start + 1] = depth;
      top_start = start;
      top_depth = depth;
    }
  }
  for (int32_t length = rare - 2; length >= 1; length--) {
    if (highest[length + 1] > highest[length]) highest[length] = highest[length + 1];
  }
  for (int32_t i = longest - rare - 1; i >= 0; i--) pairs[i] += pairs[i + 1];
  return 0;
}
