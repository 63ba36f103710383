#include "points.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = sizeof(ee_point) };

/* Points that are worked on together, while they are in the cache. */
enum { LOG_SHARE = 11 };

/* Steps of the last pass, for each point, beyond which points are not as random as they have to be. */
#define MOST_STEPS 4

static bool precedes(const ee_point *a, const ee_point *b) {
  for (int i = 2; i > 0; i--) {
    if (a->word[i] != b->word[i]) return a->word[i] < b->word[i];
  }
  return a->word[0] < b->word[0];
}

static uint64_t leading_of(const ee_point *point) { return (uint64_t)point->word[2] << 32 | point->word[1]; }

static uint64_t hash_of(const ee_point *point) {
  const uint64_t mixed = (leading_of(point) ^ (uint64_t)point->word[0] << 29) * 0x9E3779B97F4A7C15u;
  return (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u;
}

/* Returns the number of bits that tell 2^bits shares of n apart. */
static uint32_t share_bits(uint32_t n) {
  uint32_t bits = 0;
  while (n >> LOG_SHARE >> bits > 1) bits++;
  return bits;
}

/*
 * Puts points in the order of `bits` bits of their keys from the one that `first_bit` others are above, up to 24. Sets end[0..2^bits) to
 * where those of each value end.
 */
static inline __attribute__((always_inline)) void part(uint64_t (*key_of)(const ee_point *), uint32_t first_bit, uint32_t bits,
                                                       const ee_point *from, ee_point *to, uint32_t n, uint32_t *end) {
#define VALUE(point) ((uint32_t)(key_of(point) << first_bit >> 40 >> (24 - bits)))
  memset(end, 0, sizeof *end << bits);
  for (uint32_t i = 0; i < n; i++) end[VALUE(&from[i])]++;
  uint32_t before = 0;
  for (uint32_t value = 0; value < (uint32_t)1 << bits; value++) {
    const uint32_t count = end[value];
    end[value] = before;
    before += count;
  }
  for (uint32_t i = 0; i < n; i++) to[end[VALUE(&from[i])]++] = from[i];
#undef VALUE
}

/* Sorts what nearly is. Returns false, with the points in some other order, if it takes more than so many steps. */
static bool sort_rest(ee_point *points, uint32_t n, uint64_t *steps) {
  for (uint32_t i = 1; i < n; i++) {
    if (!precedes(&points[i], &points[i - 1])) continue;
    const ee_point point = points[i];
    uint32_t at = i;
    do {
      if (*steps == 0) {
        points[at] = point;
        return false;
      }
      --*steps;
      points[at] = points[at - 1];
      at--;
    } while (at > 0 && precedes(&point, &points[at - 1]));
    points[at] = point;
  }
  return true;
}

/* Sorts random points: by shares, and those in each by as many bits as it has points. Returns 1 if they are not random enough. */
static int sort_random(const ee_point *from, ee_point *points, ee_point *spare, uint32_t n, uint32_t first_bit, ee_stop stop) {
  const uint32_t bits = share_bits(n);
  uint32_t *const end = malloc(sizeof *end << bits);
  if (end == NULL) return -ENOMEM;
  part(leading_of, first_bit, bits, from, spare, n, end);
  uint64_t steps = (uint64_t)MOST_STEPS * n;
  int result = 0;
  uint32_t begin = 0;
  for (uint32_t share = 0; share < (uint32_t)1 << bits && result == 0; share++) {
    uint32_t within[1 << LOG_SHARE];
    if (share % 64 == 0 && ee_stopped(stop)) result = -ECANCELED;
    part(leading_of, first_bit + bits, LOG_SHARE, spare + begin, points + begin, end[share] - begin, within);
    if (!sort_rest(points + begin, end[share] - begin, &steps)) result = 1;
    begin = end[share];
  }
  free(end);
  return result;
}

/* Sorts by one byte, the least significant being 0. Returns whether points came to `to`: they do not where all have the same. */
static bool sort_by(uint32_t digit, const ee_point *from, ee_point *to, uint32_t n) {
  uint32_t place[256] = {0};
  for (uint32_t i = 0; i < n; i++) place[((const uint8_t *)&from[i])[digit]]++;
  uint32_t before = 0;
  for (int value = 0; value < 256; value++) {
    const uint32_t count = place[value];
    if (count == n) return false;
    place[value] = before;
    before += count;
  }
  for (uint32_t i = 0; i < n; i++) to[place[((const uint8_t *)&from[i])[digit]]++] = from[i];
  return true;
}

/* Sorts any points. */
static int sort_all(ee_point *points, ee_point *spare, uint32_t n, ee_stop stop) {
  ee_point *from = points;
  ee_point *to = spare;
  for (uint32_t digit = 0; digit < DIGITS; digit++) {
    if (ee_stopped(stop)) return -ECANCELED;
    if (sort_by(digit, from, to, n)) {
      ee_point *const sorted = to;
      to = from;
      from = sorted;
    }
  }
  if (from != points) memcpy(points, from, n * sizeof *points);
  return 0;
}

int ee_sort_points(const ee_point *from, ee_point *points, ee_point *spare, uint32_t n, uint32_t first_bit, ee_stop stop) {
  if (n > 0 && first_bit + share_bits(n) < 40) {
    const int result = sort_random(from, points, spare, n, first_bit, stop);
    if (result <= 0) return result;
  }
  memcpy(points, from, n * sizeof *points);
  return sort_all(points, spare, n, stop);
}

/* Replaces points[0..n) by the spacings that are not zero. Returns how many there are. */
static uint32_t spacings_of(ee_point *points, uint32_t n) {
  uint32_t count = 0;
  for (uint32_t i = 1; i < n; i++) {
    const ee_point a = points[i - 1];
    const ee_point b = points[i];
    uint64_t low_a, low_b;
    memcpy(&low_a, &a, sizeof low_a);
    memcpy(&low_b, &b, sizeof low_b);
    const uint64_t low = low_b - low_a;
    const uint32_t high = b.word[2] - a.word[2] - (low_b < low_a);
    if (low == 0 && high == 0) continue;
    /* It never overtakes: points[i] is read in the next round, points[count] is before it. */
    points[count++] = (ee_point){{(uint32_t)low, (uint32_t)(low >> 32), high}};
  }
  return count;
}

/* Places of a table for the spacings that have the same first bits of their hash: four times as many as are expected. */
enum { TABLE = 4 << LOG_SHARE };

/* Counts those of spacings[0..n) that equal an earlier one. What finds the table full, as no spacings do by chance, is not counted. */
static int64_t repeats_in(const ee_point *spacings, uint32_t n, uint32_t first_bit) {
  uint32_t table[TABLE];
  memset(table, 0xFF, sizeof table);
  int64_t repeats = 0;
  uint32_t filled = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t at = (uint32_t)(hash_of(&spacings[i]) << first_bit >> 40) % TABLE;
    while (table[at] != UINT32_MAX && memcmp(&spacings[table[at]], &spacings[i], sizeof *spacings) != 0) at = (at + 1) % TABLE;
    if (table[at] != UINT32_MAX) {
      repeats++;
    } else if (filled < TABLE - 1) {
      table[at] = i;
      filled++;
    }
  }
  return repeats;
}

int64_t ee_repeated_spacings(ee_point *points, ee_point *spare, uint32_t n, ee_stop stop) {
  const uint32_t spacings = spacings_of(points, n);
  const uint32_t bits = share_bits(spacings);
  uint32_t *const end = malloc(sizeof *end << bits);
  if (end == NULL) return -ENOMEM;
  part(hash_of, 0, bits, points, spare, spacings, end);
  int64_t repeats = 0;
  uint32_t begin = 0;
  for (uint32_t share = 0; share < (uint32_t)1 << bits; share++) {
    if (share % 64 == 0 && ee_stopped(stop)) {
      free(end);
      return -ECANCELED;
    }
    repeats += repeats_in(spare + begin, end[share] - begin, bits);
    begin = end[share];
  }
  free(end);
  return repeats;
}
