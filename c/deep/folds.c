/* Counts of ones at each bit of each phase of many periods: src/deep/families/periods.ts says why. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "ee.h"
#include "either_speed.h"
#include "segments.h"
#include "stop.h"
#include "vertical.h"

/* A compiler that fuses multiplications and additions would round differently. */
#pragma STDC FP_CONTRACT OFF

enum {
  MOST_PERIODS = 256,
  /* Counts of a segment have eight digits. */
  ROW_DIGITS = 8,
  MOST_ROWS = (1 << ROW_DIGITS) - 1,
  /* Of periods that are folded in some data only. */
  MOST_PERIOD = 4096,
};

/* What the caller prepares comes first, up to `period`. */
typedef struct {
  uint32_t periods;
  /* Zero: segments are folded as ee_is_sampled() tells. Else all of the first 64, and then one in so many. */
  uint32_t apart;
  /* Data that are folded at once by all periods: no more than MOST_ROWS rows of each, and a power of two. */
  uint64_t segment;
  uint32_t period[MOST_PERIODS];
  /* Rows that are in the counts and, if `apart` is not zero, those that went to the sums, by period. */
  uint32_t rows[MOST_PERIODS];
  uint64_t earlier_rows[MOST_PERIODS];
  /*
   * Counts of 16 bits by period, phase and bit, each period with room for whole vectors of phases; if `apart` is not zero, as many sums of 64 bits;
   * the present segment, and 32 bytes.
   */
  uint16_t counts[];
} folds;

EE_LOOP size_t places_of(uint32_t period) { return 8 * (size_t)((period + EE_BITS_BYTES - 1) / EE_BITS_BYTES * EE_BITS_BYTES); }

static size_t total_places(const folds *state) {
  size_t places = 0;
  for (uint32_t i = 0; i < state->periods; i++) places += places_of(state->period[i]);
  return places;
}

static uint8_t *sums_of(folds *state) { return state->apart != 0 ? (uint8_t *)(state->counts + total_places(state)) : NULL; }

static uint8_t *segment_of(folds *state) {
  return (uint8_t *)(state->counts + total_places(state)) + (state->apart != 0 ? sizeof(uint64_t) * total_places(state) : 0);
}

typedef uint8_t bytes_32 __attribute__((vector_size(32)));
typedef uint32_t words_8 __attribute__((vector_size(32)));
typedef uint16_t counts_32 __attribute__((vector_size(64)));
typedef uint16_t unaligned_counts __attribute__((vector_size(64), aligned(2)));

/* Adds the counts of 256 places, given by their digits, to counts[0..256). */
EE_LOOP void add_counts(uint16_t *counts, const ee_bits digits[ROW_DIGITS]) {
  const bytes_32 bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
                        1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  for (int word = 0; word < 8; word++) {
    bytes_32 count = {0};
    for (int digit = ROW_DIGITS - 1; digit >= 0; digit--) {
      const words_8 words = (words_8)digits[digit];
      const uint32_t four = words[word];
      const bytes_32 all = (bytes_32)(words_8){four, four, four, four, four, four, four, four};
      /* Each byte eight times. */
      const bytes_32 spread = __builtin_shufflevector(all, all, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 18, 18, 18, 18, 18,
                                                      18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19);
      count = count + count - (bytes_32)((spread & bit) == bit);
    }
    unaligned_counts *const to = (unaligned_counts *)(counts + 32 * word);
    *to += __builtin_convertvector(count, counts_32);
  }
}

/* Adds `rows` rows of `period` bytes, beginning at `bytes`, to the counts. Up to 31 bytes after the last row are read. */
EE_LOOP void fold_loop(const uint8_t *bytes, uint32_t period, uint32_t rows, uint16_t *counts) {
  for (uint32_t phase = 0; phase < period; phase += EE_BITS_BYTES) {
    ee_planes low = {0};
    ee_bits high[ROW_DIGITS - 4] = {0};
    const uint8_t *row = bytes + phase;
    uint32_t left = rows;
    uint8_t tail[16 * EE_BITS_BYTES];
    while (left > 0) {
      size_t stride = period;
      if (left < 16) {
        memset(tail, 0, sizeof tail);
        for (uint32_t i = 0; i < left; i++) memcpy(tail + i * EE_BITS_BYTES, row + i * stride, EE_BITS_BYTES);
        row = tail;
        stride = EE_BITS_BYTES;
        left = 16;
      }
      ee_bits carry;
#define ROW(i) EE_LOAD_BITS(row + (i) * stride)
      EE_ADD_SIXTEEN(&low, carry, ROW);
#undef ROW
      for (int i = 0; i < ROW_DIGITS - 4; i++) {
        const ee_bits both = high[i] & carry;
        high[i] ^= carry;
        carry = both;
      }
      row += 16 * stride;
      left -= 16;
    }
    ee_bits digits[ROW_DIGITS];
    memcpy(digits, low.digit, sizeof low.digit);
    memcpy(digits + 4, high, sizeof high);
    add_counts(counts + 8 * phase, digits);
  }
}

EE_TWICE(void, fold, (const uint8_t *bytes, uint32_t period, uint32_t rows, uint16_t *counts), (bytes, period, rows, counts))

/* Moves the counts of a period to its sums. */
static void put_by(uint16_t *counts, uint8_t *sums, size_t places) {
  for (size_t place = 0; place < places; place++) {
    uint64_t sum;
    memcpy(&sum, sums + sizeof sum * place, sizeof sum);
    sum += counts[place];
    memcpy(sums + sizeof sum * place, &sum, sizeof sum);
  }
  memset(counts, 0, places * sizeof *counts);
}

static int32_t fold_segment(folds *state, const uint8_t *segment, uint64_t offset, ee_stop stop) {
  uint16_t *counts = state->counts;
  uint8_t *sums = sums_of(state);
  for (uint32_t i = 0; i < state->periods; i++) {
    if (ee_stopped(stop)) return -ECANCELED;
    const uint32_t period = state->period[i];
    const size_t places = places_of(period);
    const uint32_t begin = (uint32_t)((period - offset % period) % period);
    const uint32_t rows = (uint32_t)((state->segment - begin) / period);
    fold(segment + begin, period, rows, counts);
    state->rows[i] += rows;
    if (state->apart != 0 && state->rows[i] > UINT16_MAX - MOST_ROWS) {
      put_by(counts, sums, places);
      state->earlier_rows[i] += state->rows[i];
      state->rows[i] = 0;
    }
    counts += places;
    if (sums != NULL) sums += sizeof(uint64_t) * places;
  }
  return 0;
}

static bool is_wanted(const folds *state, uint64_t segment) {
  if (state->apart == 0) return ee_is_sampled(segment);
  return segment < 64 || segment % state->apart == 0;
}

EE_DEEP_FEED int32_t ee_deep_folds(void *memory, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  folds *const state = memory;
  uint8_t *const segment = segment_of(state);
  for (size_t at = 0; at < n; at += EE_DEEP_UNIT) {
    const uint64_t begin = (offset + at) / state->segment * state->segment;
    if (!is_wanted(state, begin / state->segment)) continue;
    memcpy(segment + (offset + at - begin), bytes + at, EE_DEEP_UNIT);
    if (offset + at + EE_DEEP_UNIT < begin + state->segment) continue;
    const int32_t error = fold_segment(state, segment, begin, (ee_stop)stop);
    if (error != 0) return error;
  }
  return 0;
}

typedef struct {
  /* Sum of (2·count − rows)², the largest |2·count − rows|, and the first place that has it. */
  double squares;
  int32_t largest;
  int32_t where;
} verdict;

/* Places that are judged together, while they are in the first-level cache. */
enum { CHUNK = 1024 };

typedef int32_t excesses_8 __attribute__((vector_size(32)));
typedef double squares_8 __attribute__((vector_size(64)));

/* Sums the counts of a period that is folded `together` times in one that is counted, and judges them. The order of additions is fixed. */
EE_LOOP verdict judge_loop(const uint16_t *counts, uint32_t places, uint32_t together, uint32_t rows) {
  squares_8 squares = {0};
  excesses_8 largest = {-1, -1, -1, -1, -1, -1, -1, -1};
  excesses_8 where = {0};
  excesses_8 place = {0, 1, 2, 3, 4, 5, 6, 7};
  for (uint32_t begin = 0; begin < places; begin += CHUNK) {
    const uint32_t n = places - begin < CHUNK ? places - begin : CHUNK;
    uint32_t total[CHUNK];
    for (uint32_t i = 0; i < n; i++) total[i] = counts[begin + i];
    for (uint32_t part = 1; part < together; part++) {
      const uint16_t *const more = counts + begin + (size_t)part * places;
      for (uint32_t i = 0; i < n; i++) total[i] += more[i];
    }
    for (uint32_t i = 0; i < n; i += 8) {
      excesses_8 excess;
      memcpy(&excess, total + i, sizeof excess);
      excess = 2 * excess - (int32_t)rows;
      const squares_8 exact = __builtin_convertvector(excess, squares_8);
      squares += exact * exact;
      const excesses_8 sign = excess >> 31;
      const excesses_8 size = (excess ^ sign) - sign;
      const excesses_8 is_larger = size > largest;
      largest = (size & is_larger) | (largest & ~is_larger);
      where = (place & is_larger) | (where & ~is_larger);
      place += 8;
    }
  }
  verdict result = {squares[0], largest[0], where[0]};
  for (int i = 1; i < 8; i++) {
    result.squares += squares[i];
    if (largest[i] < result.largest || (largest[i] == result.largest && where[i] > result.where)) continue;
    result.largest = largest[i];
    result.where = where[i];
  }
  return result;
}

EE_TWICE(verdict, judge, (const uint16_t *counts, uint32_t places, uint32_t together, uint32_t rows),
         (counts, places, together, rows))

static void write_sampled(const uint16_t *counts, uint32_t places, uint32_t together, uint32_t rows, double out[4]) {
  const verdict result = judge(counts, places, together, rows);
  out[0] = rows;
  out[1] = result.squares;
  out[2] = result.largest;
  out[3] = result.where;
}

/* The same for sums of any size: there are few such periods. */
static void write_whole(const uint16_t *counts, const uint8_t *sums, uint32_t places, uint32_t together, uint64_t rows, double out[4]) {
  double squares = 0;
  int64_t largest = -1;
  for (uint32_t place = 0; place < places; place++) {
    uint64_t count = 0;
    for (uint32_t part = 0; part < together; part++) {
      const size_t at = place + (size_t)places * part;
      uint64_t sum;
      memcpy(&sum, sums + sizeof sum * at, sizeof sum);
      count += sum + counts[at];
    }
    const int64_t excess = 2 * (int64_t)count - (int64_t)rows;
    squares += (double)excess * (double)excess;
    const int64_t size = excess < 0 ? -excess : excess;
    if (size > largest) {
      largest = size;
      out[3] = place;
    }
  }
  out[0] = (double)rows;
  out[1] = squares;
  out[2] = (double)largest;
}

/*
 * Writes for each period P whose largest multiple up to MOST_PERIOD is among the periods, or any multiple if `apart` is not zero, at
 * out[4·(P − 1)]: rows, the sum of (2·count − rows)² over bits and phases, the largest |2·count − rows|, and at which bit and phase.
 */
EE_DEEP_MEASURE int32_t ee_deep_fold_counts(void *memory, double *out, size_t n, const int32_t *stop) {
  folds *const state = memory;
  const uint16_t *counts = state->counts;
  const uint8_t *sums = sums_of(state);
  for (uint32_t i = 0; i < state->periods; i++) {
    const uint32_t multiple = state->period[i];
    for (uint32_t together = 1; together <= multiple; together++) {
      const uint32_t period = multiple / together;
      const size_t at = 4 * (size_t)(period - 1);
      if (multiple % together != 0 || at + 4 > n) continue;
      if (ee_stopped((ee_stop)stop)) return -ECANCELED;
      if (state->apart != 0) {
        write_whole(counts, sums, 8 * period, together, together * (state->earlier_rows[i] + state->rows[i]), out + at);
      } else if (MOST_PERIOD / period == together) {
        write_sampled(counts, 8 * period, together, together * state->rows[i], out + at);
      }
    }
    counts += places_of(multiple);
    if (sums != NULL) sums += sizeof(uint64_t) * places_of(multiple);
  }
  return 0;
}
