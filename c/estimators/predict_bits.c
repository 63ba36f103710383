/*
 * The predictors of SP 800-90B sections 6.3.7 to 6.3.10 for bits, one a byte: the loops of multi-mcw.ts, lag.ts, multi-mmc.ts
 * and lz78y.ts in src/stats/sp800-90b, where they are explained. Each writes {correct predictions, longest run of them}.
 */
#include <errno.h>
#include <stdlib.h>

#include "bit_tournament.h"
#include "ee.h"
#include "stop.h"

static int32_t lesser(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t greater(int32_t a, int32_t b) { return a > b ? a : b; }

static int32_t report(const ee_bit_tournament *tournament, int32_t *out) {
  out[0] = tournament->correct;
  out[1] = tournament->longest_run;
  return 0;
}

#define WINDOWS 4
static const int32_t WINDOW_LENGTHS[WINDOWS] = {63, 255, 1023, 4095};

int32_t ee_mcw_bits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < WINDOW_LENGTHS[WINDOWS - 1] || n > EE_MOST_SYMBOLS) return -EINVAL;
  ee_bit_tournament tournament;
  ee_tournament_open(&tournament, WINDOWS);
  int32_t ones[WINDOWS] = {0};
  for (int32_t j = 0; j < WINDOWS; j++) {
    for (int32_t i = 0; i < WINDOW_LENGTHS[j]; i++) ones[j] += bits[i];
  }
  for (int32_t start = WINDOW_LENGTHS[0]; start < n; start += EE_BLOCK) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const int32_t end = lesser(n - start, EE_BLOCK) + start;
    for (int32_t j = 0; j < WINDOWS; j++) {
      const int32_t length = WINDOW_LENGTHS[j];
      int32_t count = ones[j];
      uint64_t hits = 0;
      for (int32_t i = greater(start, length); i < end; i++) {
        const int32_t majority = count > length >> 1;
        hits = hits << 1 | (uint64_t)(majority == bits[i]);
        count += bits[i] - bits[i - length];
      }
      ones[j] = count;
      tournament.hits[j] = hits << (EE_BLOCK - (end - start));
    }
    ee_tournament_play(&tournament, end - start);
  }
  return report(&tournament, out);
}

#define LAGS 128

int32_t ee_lag_bits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS) return -EINVAL;
  ee_bit_tournament tournament;
  ee_tournament_open(&tournament, LAGS);
  uint64_t *hits = tournament.hits;
  uint64_t before = 0, long_before = 0;
  for (int32_t start = 0; start < n; start += EE_BLOCK) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const int32_t length = lesser(n - start, EE_BLOCK);
    const uint64_t now = ee_block_of_bits(bits + start, length);
    const uint64_t inside = UINT64_MAX << (EE_BLOCK - length);
    for (int32_t k = 1; k < 64; k++) {
      hits[k - 1] = ~(now ^ (now >> k | before << (64 - k))) & inside;
      hits[64 + k - 1] = ~(now ^ (before >> k | long_before << (64 - k))) & inside;
    }
    hits[63] = ~(now ^ before) & inside;
    hits[127] = ~(now ^ long_before) & inside;
    /* Nothing precedes the first bit. */
    for (int32_t lag = start + 1; lag <= LAGS; lag++) {
      const int32_t missing = lag - start;
      hits[lag - 1] &= missing >= 64 ? 0 : UINT64_MAX >> missing;
    }
    ee_tournament_play(&tournament, length);
    long_before = before;
    before = now;
  }
  return report(&tournament, out);
}

#define DEPTHS 16
/* Most pairs of a context and its successor at each depth. */
#define MOST_PAIRS 100000

/*
 * Predicts places `first` to `length` of `block`; `before` is the block before it. A balance is 0 if nothing has followed the
 * context yet, else 2 (ones - zeros) + 1.
 */
static void predict_shallow(ee_bit_tournament *tournament, int32_t *balances, int32_t depth, uint64_t before, uint64_t block,
                            int32_t first, int32_t length) {
  const uint32_t mask = ((uint32_t)1 << depth) - 1;
  int32_t *nodes = balances + ((size_t)1 << depth);
  uint32_t context = (uint32_t)(first == 0 ? before : block >> (64 - first));
  uint64_t hits = 0, spoke = 0;
  for (int32_t place = first; place < length; place++) {
    const uint32_t bit = (uint32_t)(block >> (63 - place)) & 1;
    const uint32_t node = context & mask;
    const uint32_t balance = (uint32_t)nodes[node];
    nodes[node] = (int32_t)(balance | 1) + 4 * (int32_t)bit - 2;
    hits = hits << 1 | (((balance >> 31) ^ bit) & balance & 1);
    spoke = spoke << 1 | (balance & 1);
    context = context << 1 | bit;
  }
  tournament->hits[depth - 1] = hits << (EE_BLOCK - length);
  tournament->spoke[depth - 1] = spoke << (EE_BLOCK - length);
}

/* At depth 16 there are 131,072 pairs, of which the first to occur are counted: `left` more. */
static void predict_deepest(ee_bit_tournament *tournament, int32_t *counts, int32_t *left, uint64_t before, uint64_t block,
                            int32_t first, int32_t length) {
  uint32_t context = (uint32_t)(first == 0 ? before : block >> (64 - first));
  uint64_t hits = 0, spoke = 0;
  for (int32_t place = first; place < length; place++) {
    const uint32_t bit = (uint32_t)(block >> (63 - place)) & 1;
    int32_t *pair = counts + (size_t)2 * (context & (((uint32_t)1 << DEPTHS) - 1));
    const uint32_t known = (pair[0] | pair[1]) != 0;
    const uint32_t predicted = pair[1] >= pair[0];
    hits = hits << 1 | (known & (predicted ^ bit ^ 1));
    spoke = spoke << 1 | known;
    if (pair[bit] > 0) pair[bit]++;
    else if (*left > 0) {
      pair[bit] = 1;
      (*left)--;
    }
    context = context << 1 | bit;
  }
  tournament->hits[DEPTHS - 1] = hits << (EE_BLOCK - length);
  tournament->spoke[DEPTHS - 1] = spoke << (EE_BLOCK - length);
}

int32_t ee_mmc_bits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS) return -EINVAL;
  int32_t *balances = calloc((size_t)3 << DEPTHS, sizeof *balances);
  if (balances == NULL) return -ENOMEM;
  int32_t *counts = balances + ((size_t)1 << DEPTHS);
  int32_t left = MOST_PAIRS;
  ee_bit_tournament tournament;
  ee_tournament_open(&tournament, DEPTHS);
  uint64_t before = 0;
  int32_t error = 0;
  for (int32_t start = 0; start < n && error == 0; start += EE_BLOCK) {
    const int32_t length = lesser(n - start, EE_BLOCK);
    const uint64_t block = ee_block_of_bits(bits + start, length);
    for (int32_t depth = 1; depth < DEPTHS; depth++) {
      const int32_t first = start == 0 ? lesser(depth, length) : 0;
      predict_shallow(&tournament, balances, depth, before, block, first, length);
    }
    predict_deepest(&tournament, counts, &left, before, block, start == 0 ? lesser(DEPTHS, length) : 0, length);
    ee_tournament_play(&tournament, length);
    before = block;
    if (ee_stopped((ee_stop)stop)) error = -ECANCELED;
  }
  free(balances);
  return error != 0 ? error : report(&tournament, out);
}

#define CONTEXT_BITS 16
#define MOST_CONTEXTS 65536

int32_t ee_lz78y_bits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < CONTEXT_BITS || n > EE_MOST_SYMBOLS) return -EINVAL;
  int32_t *counts = calloc((size_t)4 << CONTEXT_BITS, sizeof *counts);
  if (counts == NULL) return -ENOMEM;
  int32_t contexts = 0, correct = 0, run = 0, longest_run = 0, error = 0;
  uint32_t history = 0;
  for (int32_t i = 0; i < CONTEXT_BITS; i++) history = history << 1 | (bits[i] & 1);
  for (int32_t i = CONTEXT_BITS; i < n && error == 0; i++) {
    const uint32_t bit = bits[i] & 1;
    const int32_t *longest = counts + 2 * (((size_t)1 << CONTEXT_BITS) | (history & 0xffff));
    const bool may_enter = contexts < MOST_CONTEXTS && longest[0] == 0 && longest[1] == 0;

    const int32_t *last = counts + (size_t)2 * (2 | (history & 1));
    const int32_t zeros_after_last = last[0];
    const int32_t ones_after_last = last[1];
    const int32_t highest = greater(zeros_after_last, ones_after_last);
    int32_t prediction = -1;
    for (int32_t length = 1; length <= CONTEXT_BITS; length++) {
      const size_t size = (size_t)1 << length;
      int32_t *pair = counts + 2 * (size | (history & (size - 1)));
      const int32_t zeros = pair[0];
      const int32_t ones = pair[1];
      if (zeros < zeros_after_last && ones < ones_after_last) break;
      if ((zeros | ones) == 0) continue;
      if (greater(zeros, ones) == highest) prediction = zeros > ones ? 0 : 1;
      pair[bit]++;
    }
    if (may_enter) {
      for (int32_t length = CONTEXT_BITS; length >= 1 && contexts < MOST_CONTEXTS; length--) {
        const size_t size = (size_t)1 << length;
        int32_t *pair = counts + 2 * (size | (history & (size - 1)));
        if ((pair[0] | pair[1]) != 0) continue;
        pair[bit] = 1;
        contexts++;
      }
    }
    if (prediction == (int32_t)bit) {
      correct++;
      if (++run > longest_run) longest_run = run;
    } else run = 0;
    history = history << 1 | bit;
    if (ee_stopped_at((ee_stop)stop, i)) error = -ECANCELED;
  }
  free(counts);
  out[0] = correct;
  out[1] = longest_run;
  return error;
}
