#include "points.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = sizeof(ee_point) };

/* Steps of the last pass, for each point, beyond which points are not as random as they have to be. */
#define MOST_STEPS 4

static bool precedes(const ee_point *a, const ee_point *b) {
  for (int i = 2; i > 0; i--) {
    if (a->word[i] != b->word[i]) return a->word[i] < b->word[i];
  }
  return a->word[0] < b->word[0];
}

static bool is_same(const ee_point *a, const ee_point *b) { return memcmp(a, b, sizeof *a) == 0; }

static uint32_t bits_of(const ee_point *point, uint32_t first_bit, uint32_t bits) {
  const uint64_t high = (uint64_t)point->word[2] << 32 | point->word[1];
  return (uint32_t)(high << first_bit >> (64 - bits));
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

/* Sorts by the bytes from `digit` up. */
static int sort_from(uint32_t digit, ee_point *points, ee_point *spare, uint32_t n, ee_stop stop) {
  ee_point *from = points;
  ee_point *to = spare;
  for (; digit < DIGITS; digit++) {
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

/* Sorts what nearly is. Returns false, with the points in some other order, if it takes too long. */
static bool sort_rest(ee_point *points, uint32_t n) {
  uint64_t steps = 0;
  for (uint32_t i = 1; i < n; i++) {
    const ee_point point = points[i];
    uint32_t at = i;
    while (at > 0 && precedes(&point, &points[at - 1])) {
      points[at] = points[at - 1];
      at--;
      if (++steps > (uint64_t)MOST_STEPS * n) {
        points[at] = point;
        return false;
      }
    }
    points[at] = point;
  }
  return true;
}

/* Points, of random ones, that go to one place of the first pass. */
enum { LOG_SHARE = 2 };

/* Sorts by `bits` bits, the first of which is `first_bit`. */
static int sort_by_bits(uint32_t first_bit, uint32_t bits, const ee_point *from, ee_point *to, uint32_t n) {
  uint32_t *const place = calloc((size_t)1 << bits, sizeof *place);
  if (place == NULL) return -ENOMEM;
  for (uint32_t i = 0; i < n; i++) place[bits_of(&from[i], first_bit, bits)]++;
  uint32_t before = 0;
  for (size_t value = 0; value < (size_t)1 << bits; value++) {
    const uint32_t count = place[value];
    place[value] = before;
    before += count;
  }
  for (uint32_t i = 0; i < n; i++) to[place[bits_of(&from[i], first_bit, bits)]++] = from[i];
  free(place);
  return 0;
}

int ee_sort_points(const ee_point *from, ee_point *points, ee_point *spare, uint32_t n, uint32_t first_bit, ee_stop stop) {
  uint32_t bits = 0;
  while ((uint64_t)n >> LOG_SHARE >> bits > 1) bits++;
  if (bits > 0 && first_bit + bits <= 64) {
    const int error = sort_by_bits(first_bit, bits, from, points, n);
    if (error != 0 || sort_rest(points, n)) return error;
  } else {
    memcpy(points, from, n * sizeof *points);
  }
  return sort_from(0, points, spare, n, stop);
}

static uint32_t hash_of(const ee_point *point) {
  uint64_t low;
  memcpy(&low, point, sizeof low);
  const uint64_t mixed = (low ^ (uint64_t)point->word[2] << 29) * 0x9E3779B97F4A7C15u;
  return (uint32_t)((mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u >> 32);
}

static bool is_set(const uint64_t *bits, uint32_t at) { return bits[at >> 6] >> (at & 63) & 1; }
static void set(uint64_t *bits, uint32_t at) { bits[at >> 6] |= (uint64_t)1 << (at & 63); }

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

/*
 * Few spacings have a hash that another one has: only those are sorted. There are 16 to 32 bits for each hash, so one in some
 * twenty is there by chance.
 */
int64_t ee_repeated_spacings(ee_point *points, ee_point *spare, uint32_t n, ee_stop stop) {
  const uint32_t spacings = spacings_of(points, n);
  uint32_t width = 10;
  while (width < 32 && (uint64_t)spacings << 4 > (uint64_t)1 << width) width++;
  const size_t words = (size_t)1 << (width - 6);
  uint64_t *const once = calloc(2 * words, sizeof *once);
  if (once == NULL) return -ENOMEM;
  uint64_t *const twice = once + words;
  for (uint32_t i = 0; i < spacings; i++) {
    const uint32_t hash = hash_of(&points[i]) >> (32 - width);
    set(is_set(once, hash) ? twice : once, hash);
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < spacings; i++) {
    if (is_set(twice, hash_of(&points[i]) >> (32 - width))) points[kept++] = points[i];
  }
  free(once);
  const int error = sort_from(0, points, spare, kept, stop);
  if (error != 0) return error;
  int64_t repeats = 0;
  for (uint32_t i = 1; i < kept; i++) repeats += is_same(&points[i - 1], &points[i]);
  return repeats;
}
