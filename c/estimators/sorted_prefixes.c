/*
 * Common prefixes of neighbouring suffixes, fast for noise: src/stats/sp800-90b/sorted-prefixes.ts, where it is explained.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sorted_prefixes.h"

#define DIGIT_BITS 11
#define DIGIT_VALUES (1 << DIGIT_BITS)
#define MOST_DIGITS 8
/* Words of zeros past the end, which a digit or a word may reach into. */
#define PADDING_WORDS (2 + (MOST_DIGITS * DIGIT_BITS + 63) / 64)
/* Comparisons of 64 bits beyond the first, per suffix, before giving up. */
#define STEPS_PER_SUFFIX 4

/* Symbols packed `width` bits each, first bit highest, followed by zeros. */
typedef struct {
  uint64_t *words;
  int32_t n;
  int32_t width;
  size_t bits;
} packed;

static inline uint64_t word_at(const packed *text, size_t bit) {
  const uint64_t *words = text->words + (bit >> 6);
  const int shift = bit & 63;
  return words[0] << shift | words[1] >> 1 >> (63 - shift);
}

static inline size_t bit_of(const packed *text, int32_t i) { return (size_t)i * (size_t)text->width; }

static inline int32_t digit_at(const packed *text, int32_t i, int32_t digit) {
  return (int32_t)(word_at(text, bit_of(text, i) + (size_t)digit * DIGIT_BITS) >> (64 - DIGIT_BITS));
}

static bool pack(packed *text, const uint8_t *symbols, int32_t n, int32_t alphabet) {
  text->n = n;
  text->width = 1;
  while (1 << text->width < alphabet) text->width++;
  text->bits = bit_of(text, n);
  text->words = calloc((text->bits >> 6) + PADDING_WORDS, sizeof *text->words);
  if (text->words == NULL) return false;
  for (int32_t i = 0; i < n; i++) {
    const size_t at = bit_of(text, i);
    const int shift = 64 - text->width - (int)(at & 63);
    uint64_t *words = text->words + (at >> 6);
    if (shift >= 0) words[0] |= (uint64_t)symbols[i] << shift;
    else {
      words[0] |= (uint64_t)symbols[i] >> -shift;
      words[1] |= (uint64_t)symbols[i] << (64 + shift);
    }
  }
  return true;
}

/* Windows of 64 bits are looked at if the upper bits of their hash are zeros: one in 256. */
#define HASH_SHIFT 56
#define SAMPLE_BITS 16
/* With fewer symbols, trying costs less than asking. */
#define FEW_SYMBOLS (1 << 16)

/*
 * Tells if more than one in eight windows occurs again, or few different ones occur at all: insertion would then give up. Windows
 * are chosen by content, so those that are equal are chosen together.
 */
static bool is_repetitive(const packed *text) {
  if (text->n < FEW_SYMBOLS) return false;
  uint64_t *seen = calloc((size_t)1 << SAMPLE_BITS, sizeof *seen);
  /* It need not be known. */
  if (seen == NULL) return false;
  int32_t windows = 0, repeated = 0;
  for (int32_t i = 0; i < text->n && windows < 1 << (SAMPLE_BITS - 1); i++) {
    const uint64_t window = word_at(text, bit_of(text, i));
    /* 2^64 divided by the golden ratio. */
    const uint64_t hash = window * 0x9e3779b97f4a7c15u;
    if (hash >> HASH_SHIFT != 0) continue;
    windows++;
    size_t at = hash << (64 - HASH_SHIFT) >> (64 - SAMPLE_BITS);
    while (seen[at] != 0 && seen[at] != window) at = (at + 1) & (((size_t)1 << SAMPLE_BITS) - 1);
    repeated += seen[at] == window;
    seen[at] = window;
  }
  free(seen);
  return windows < text->n >> 10 || repeated > windows >> 3;
}

static void count_digits(const packed *text, int32_t digit, int32_t *counts) {
  memset(counts, 0, DIGIT_VALUES * sizeof *counts);
  for (int32_t i = 0; i < text->n; i++) counts[digit_at(text, i, digit)]++;
}

/* Returns the number of digits that make a tie with any other suffix unlikely (1 in 4), were digits independent. */
static int32_t digits_needed(const packed *text) {
  int32_t counts[DIGIT_VALUES];
  count_digits(text, 0, counts);
  double collision = 0;
  for (int32_t value = 0; value < DIGIT_VALUES; value++) {
    const double share = counts[value] / (double)text->n;
    collision += share * share;
  }
  int32_t digits = 0;
  for (double ties = 4.0 * text->n; ties > 1 && digits <= MOST_DIGITS; ties *= collision) digits++;
  return digits;
}

/* Fills `order` with the suffixes, sorted by prefix: least significant digit first. */
static int32_t sort_by_prefix(const packed *text, int32_t digits, int32_t *order, int32_t *spare, ee_stop stop) {
  int32_t starts[DIGIT_VALUES];
  /* The last pass has to write to `order`. */
  int32_t *from = digits % 2 == 0 ? order : spare;
  int32_t *to = digits % 2 == 0 ? spare : order;
  for (int32_t i = 0; i < text->n; i++) from[i] = i;
  for (int32_t digit = digits - 1; digit >= 0; digit--) {
    count_digits(text, digit, starts);
    for (int32_t value = 0, sum = 0; value < DIGIT_VALUES; value++) {
      const int32_t count = starts[value];
      starts[value] = sum;
      sum += count;
    }
    for (int32_t i = 0; i < text->n; i++) {
      if (ee_stopped_at(stop, i)) return -ECANCELED;
      to[starts[digit_at(text, from[i], digit)]++] = from[i];
    }
    int32_t *other = from;
    from = to;
    to = other;
  }
  return 0;
}

/* Returns how many bits the suffixes a and b have in common, at most up to the end of the shorter. */
static inline size_t common_bits(const packed *text, int32_t a, int32_t b, int64_t *steps) {
  const size_t at_a = bit_of(text, a);
  const size_t at_b = bit_of(text, b);
  const size_t end = text->bits - (at_a > at_b ? at_a : at_b);
  size_t common = 0;
  for (;;) {
    const uint64_t difference = word_at(text, at_a + common) ^ word_at(text, at_b + common);
    if (difference != 0) {
      common += (size_t)__builtin_clzll(difference);
      return common < end ? common : end;
    }
    common += 64;
    if (common >= end) return end;
    (*steps)--;
  }
}

static bool comes_before(const packed *text, int32_t a, int32_t b, int64_t *steps) {
  const size_t common = common_bits(text, a, b, steps);
  const int32_t later = a > b ? a : b;
  /* Zeros past the end are no symbols: of two suffixes equal up to there, the shorter comes first. */
  if (common == text->bits - bit_of(text, later)) return a > b;
  return word_at(text, bit_of(text, a) + common) >> 63 == 0;
}

/* Sorts what is nearly sorted, by insertion. */
static int32_t sort_ties(const packed *text, int32_t *order, int64_t *steps, ee_stop stop) {
  for (int32_t i = 1; i < text->n; i++) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    const int32_t at = order[i];
    int32_t slot = i;
    for (; slot > 0 && comes_before(text, at, order[slot - 1], steps); slot--) {
      order[slot] = order[slot - 1];
      (*steps)--;
      if (*steps < 0) return EE_TOO_REPETITIVE;
    }
    order[slot] = at;
    if (*steps < 0) return EE_TOO_REPETITIVE;
  }
  return 0;
}

/* Replaces each suffix by its length in common with the one before. */
static int32_t measure(const packed *text, int32_t *order, int64_t *steps, ee_stop stop) {
  int32_t before = order[0];
  order[0] = 0;
  for (int32_t i = 1; i < text->n; i++) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    const int32_t at = order[i];
    order[i] = (int32_t)(common_bits(text, before, at, steps) / (size_t)text->width);
    before = at;
    if (*steps < 0) return EE_TOO_REPETITIVE;
  }
  return 0;
}

int32_t ee_sorted_prefix_lengths(const uint8_t *symbols, int32_t n, int32_t alphabet, int32_t *lengths, int32_t *spare,
                                 ee_stop stop) {
  packed text;
  if (!pack(&text, symbols, n, alphabet)) return -ENOMEM;
  const int32_t digits = is_repetitive(&text) ? MOST_DIGITS + 1 : digits_needed(&text);
  int32_t result = digits > MOST_DIGITS ? EE_TOO_REPETITIVE : sort_by_prefix(&text, digits, lengths, spare, stop);
  int64_t steps = (int64_t)STEPS_PER_SUFFIX * n;
  if (result == 0) result = sort_ties(&text, lengths, &steps, stop);
  if (result == 0) result = measure(&text, lengths, &steps, stop);
  free(text.words);
  return result;
}
