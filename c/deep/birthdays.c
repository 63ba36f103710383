/* Spacings of points that words of the stream make up: src/deep/families/birthdays.ts says why. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ee.h"
#include "either_speed.h"
#include "points.h"
#include "vertical.h"

enum { UNIT_WORDS = EE_DEEP_UNIT / sizeof(uint32_t) };

/* Points are made of successive words of 32 bits, of their halves, or of the lower byte of each half. */
enum { WORDS, UPPER_HALVES, LOWER_HALVES, LOWER_BYTES };
enum { WORDS_EACH = 3, HALVES_EACH = 6 };

/* What the caller prepares comes first, up to `log_points`. */
typedef struct {
  uint32_t parts;
  /* Bytes, and words of a point, come most significant first; else last. */
  uint32_t is_big_endian;
  /* As many points are kept: 2^log_points. */
  uint32_t log_points;
  /* Points whose leading bits are those of PATTERN are kept, and so many bits. */
  uint32_t slice;
  uint64_t units;
  uint64_t count;
  ee_point points[];
} birthdays;

/* The fraction of the square root of 2, least significant word first. */
static const ee_point PATTERN = {{0xB2FB1366, 0xF3BCC908, 0x6A09E667}};

/* For more points than are expected. Eight standard deviations and more from 2^18 points on; what is beyond is left out. */
static uint64_t room(const birthdays *state) {
  return ((uint64_t)1 << state->log_points) + ((uint64_t)1 << state->log_points >> 6);
}

static uint32_t leading(uint32_t bits) { return bits == 0 ? 0 : bits >= 32 ? UINT32_MAX : ~(UINT32_MAX >> bits); }

static uint32_t parts_of(const birthdays *state) { return state->parts == WORDS ? WORDS_EACH : HALVES_EACH; }

static uint32_t half_of(const birthdays *state, uint32_t word) {
  if (state->parts == UPPER_HALVES) return word >> 16;
  if (state->parts == LOWER_HALVES) return word & 0xFFFF;
  return (word >> 8 & 0xFF00) | (word & 0xFF);
}

/* The word whose part this is, with zeros elsewhere. */
static uint32_t word_of(const birthdays *state, uint32_t half) {
  if (state->parts == UPPER_HALVES) return half << 16;
  if (state->parts == LOWER_HALVES) return half;
  return (half & 0xFF00) << 8 | (half & 0xFF);
}

static ee_point point_at(const birthdays *state, const uint32_t *words) {
  const uint32_t parts = parts_of(state);
  uint32_t word[HALVES_EACH];
  for (uint32_t i = 0; i < parts; i++) {
    /* Most significant first. */
    word[i] = state->is_big_endian ? __builtin_bswap32(words[i]) : words[parts - 1 - i];
  }
  if (state->parts == WORDS) return (ee_point){{word[2], word[1], word[0]}};
  for (uint32_t i = 0; i < parts; i++) word[i] = half_of(state, word[i]);
  return (ee_point){{word[4] << 16 | word[5], word[2] << 16 | word[3], word[0] << 16 | word[1]}};
}

static void keep(birthdays *state, ee_point point) {
  if (((point.word[2] ^ PATTERN.word[2]) & leading(state->slice)) != 0 || state->count == room(state)) return;
  state->points[state->count++] = point;
}

/* Halves the slice, and drops the points that are outside. */
static void narrow(birthdays *state) {
  state->slice++;
  const uint64_t before = state->count;
  state->count = 0;
  for (uint64_t i = 0; i < before; i++) keep(state, state->points[i]);
}

/* Words that are looked at together. */
enum { BLOCK = 32 };

typedef uint32_t words_8 __attribute__((vector_size(32)));
typedef uint32_t unaligned_words __attribute__((vector_size(32), aligned(1)));

/* Finds the first block, of those from `block` on, that has a word of which the bits of the mask are as wanted. */
EE_LOOP uint32_t find_loop(const uint8_t *unit, uint32_t block, uint32_t mask, uint32_t wanted) {
  for (; block < UNIT_WORDS / BLOCK; block++) {
    const unaligned_words *const words = (const unaligned_words *)(unit + block * BLOCK * sizeof(uint32_t));
    words_8 hits = {0};
    for (int i = 0; i < BLOCK / 8; i++) hits |= (words_8)((words[i] & mask) == wanted);
    const ee_bits any = (ee_bits)hits;
    if ((any[0] | any[1] | any[2] | any[3]) != 0) break;
  }
  return block;
}

EE_TWICE(uint32_t, find, (const uint8_t *unit, uint32_t block, uint32_t mask, uint32_t wanted), (unit, block, mask, wanted))

/* Few words pass for the leading one of a point, and they are soon found. */
static void take_unit(birthdays *state, const uint8_t *unit) {
  uint32_t mask = leading(state->slice);
  uint32_t wanted = PATTERN.word[2] & mask;
  if (state->parts != WORDS) {
    mask = word_of(state, mask >> 16);
    wanted = word_of(state, wanted >> 16);
  }
  if (state->is_big_endian) {
    mask = __builtin_bswap32(mask);
    wanted = __builtin_bswap32(wanted);
  }
  const uint32_t last = parts_of(state) - 1;
  const uint32_t begin = state->is_big_endian ? 0 : last;
  const uint32_t end = UNIT_WORDS - last + begin;
  for (uint32_t block = 0; (block = find(unit, block, mask, wanted)) < UNIT_WORDS / BLOCK; block++) {
    uint32_t words[BLOCK];
    memcpy(words, unit + block * sizeof words, sizeof words);
    for (uint32_t i = 0; i < BLOCK; i++) {
      const uint32_t at = block * BLOCK + i;
      if ((words[i] & mask) != wanted || at < begin || at >= end) continue;
      uint32_t parts[HALVES_EACH];
      memcpy(parts, unit + (at - begin) * sizeof *parts, (last + 1) * sizeof *parts);
      keep(state, point_at(state, parts));
    }
  }
}

/* Of parts of words, points are made of the first 64 MB, and then of one unit in so many. */
enum { FIRST_UNITS = 1024, UNITS_APART = 4 };

EE_DEEP_FEED int32_t ee_deep_birthdays(void *memory, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  birthdays *const state = memory;
  for (size_t at = 0; at < n; at += EE_DEEP_UNIT) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const uint64_t unit = (offset + at) / EE_DEEP_UNIT;
    if (state->parts != WORDS && unit >= FIRST_UNITS && unit % UNITS_APART != 0) continue;
    state->units++;
    while (state->units * UNIT_WORDS > (uint64_t)1 << (state->log_points + state->slice)) narrow(state);
    take_unit(state, bytes + at);
  }
  return 0;
}

/* Points that agree with the one before in so many leading bits, up to 64. */
static uint64_t collisions(const ee_point *points, uint64_t n, int bits) {
  uint64_t count = 0;
  uint64_t before = 0;
  for (uint64_t i = 0; i < n; i++) {
    const uint64_t value = ((uint64_t)points[i].word[2] << 32 | points[i].word[1]) >> (64 - bits);
    count += i > 0 && value == before;
    before = value;
  }
  return count;
}

static uint64_t equal_points(const ee_point *points, uint64_t n) {
  uint64_t count = 0;
  for (uint64_t i = 1; i < n; i++) count += memcmp(&points[i - 1], &points[i], sizeof *points) == 0;
  return count;
}

/* Writes the number of points, of leading bits of the slice, of repeated spacings, of equal points, and of those equal in 32 and in 48 bits. */
EE_DEEP_MEASURE int32_t ee_deep_birthday_counts(void *memory, double *out, size_t n, const int32_t *stop) {
  const birthdays *const state = memory;
  const uint32_t count = (uint32_t)state->count;
  double figures[6] = {count, state->slice};
  ee_point *const points = malloc(2 * ((size_t)count + 1) * sizeof *points);
  if (points == NULL) return -ENOMEM;
  ee_point *const spare = points + count + 1;
  int64_t result = ee_sort_points(state->points, points, spare, count, state->slice, (ee_stop)stop);
  if (result == 0) {
    figures[3] = (double)equal_points(points, count);
    figures[4] = (double)collisions(points, count, 32);
    figures[5] = (double)collisions(points, count, 48);
    result = ee_repeated_spacings(points, spare, count, (ee_stop)stop);
    figures[2] = (double)result;
  }
  free(points);
  if (result < 0) return (int32_t)result;
  for (size_t i = 0; i < n && i < 6; i++) out[i] = figures[i];
  return 0;
}

/* ---- Sets of points that are near each other in the stream ---- */

/* The caller prepares the first. */
typedef struct {
  uint32_t is_big_endian;
  uint32_t unused;
  uint64_t sets;
  uint64_t repeats;
} near_birthdays;

/* A set is made of one unit: of all at first, then of one in so many. */
enum { FIRST_SETS = 64, SETS_APART = 64 };

/* Points of two successive words, and zero, to which a point that is the difference of two others has the same spacing. */
enum { SET_POINTS = UNIT_WORDS };

EE_DEEP_FEED int32_t ee_deep_near_birthdays(void *memory, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  near_birthdays *const state = memory;
  ee_point *made = NULL;
  for (size_t at = 0; at < n; at += EE_DEEP_UNIT) {
    if (ee_stopped((ee_stop)stop)) {
      free(made);
      return -ECANCELED;
    }
    const uint64_t unit = (offset + at) / EE_DEEP_UNIT;
    if (unit >= FIRST_SETS && unit % SETS_APART != 0) continue;
    if (made == NULL) made = malloc(3 * SET_POINTS * sizeof *made);
    if (made == NULL) return -ENOMEM;
    ee_point *const sorted = made + SET_POINTS;
    ee_point *const spare = sorted + SET_POINTS;
    uint32_t words[2];
    made[0] = (ee_point){{0}};
    for (size_t i = 1; i < SET_POINTS; i++) {
      memcpy(words, bytes + at + (i - 1) * sizeof *words, sizeof words);
      made[i] = state->is_big_endian ? (ee_point){{0, __builtin_bswap32(words[1]), __builtin_bswap32(words[0])}}
                                     : (ee_point){{0, words[0], words[1]}};
    }
    int64_t result = ee_sort_points(made, sorted, spare, SET_POINTS, 0, (ee_stop)stop);
    if (result == 0) result = ee_repeated_spacings(sorted, spare, SET_POINTS, (ee_stop)stop);
    if (result < 0) {
      free(made);
      return (int32_t)result;
    }
    state->sets++;
    state->repeats += (uint64_t)result;
  }
  free(made);
  return 0;
}

/* Writes the number of sets and of repeated spacings in them. */
EE_DEEP_MEASURE int32_t ee_deep_near_birthday_counts(void *memory, double *out, size_t n, const int32_t *stop) {
  (void)stop;
  const near_birthdays *const state = memory;
  const double figures[2] = {(double)state->sets, (double)state->repeats};
  for (size_t i = 0; i < n && i < 2; i++) out[i] = figures[i];
  return 0;
}
