/*
 * Lanes of a stream: each so many-th bit, from some bit on. Windows are places of the stream where so many bits of each lane are kept,
 * and from there their linear complexity is found.
 *
 * The state is 64-bit numbers, which the caller prepares, then the bits:
 *
 *   lanes, windows
 *   window to measure, bits of each lane to measure, bytes of the stream that have been taken in: written before each measurement
 *   of each lane: stride, first bit, whether bits of a byte count from the most significant
 *   of each window: first byte, bits of each lane (a multiple of 64), where they are in the state (byte)
 *
 * Windows may share a place: the bits of the later one are put over those of the earlier one.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "discrepancies.h"
#include "ee.h"

typedef struct {
  uint64_t lanes, windows, asked_window, asked_bits, bytes;
} header;

typedef struct {
  uint64_t stride, first, from_top;
} lane;

typedef struct {
  uint64_t begin, bits, place;
} window;

static const lane *lanes_of(const header *h) { return (const lane *)(h + 1); }

static const window *windows_of(const header *h) { return (const window *)(lanes_of(h) + h->lanes); }

static uint64_t *bits_of(header *h, const window *w, size_t lane_number) {
  return (uint64_t *)((uint8_t *)h + w->place) + lane_number * (w->bits / 64);
}

/* Returns how many bits of the lane lie in the first `n` bytes of the window. */
static uint64_t bits_within(const lane *l, const window *w, uint64_t n) {
  if (8 * n <= l->first) return 0;
  const uint64_t bits = (8 * n - l->first + l->stride - 1) / l->stride;
  return bits < w->bits ? bits : w->bits;
}

/* Puts bits `from` to `to` of a lane, which begins at bit 0 of `bytes` less `skipped` bytes, to their places. */
static void gather(uint64_t *out, const lane *l, uint64_t from, uint64_t to, const uint8_t *bytes, uint64_t skipped) {
  const unsigned flip = l->from_top ? 7 : 0;
  uint64_t word = from % 64 == 0 ? 0 : out[from / 64] & (((uint64_t)1 << from % 64) - 1);
  uint64_t at = l->first + from * l->stride - 8 * skipped;
  for (uint64_t i = from; i < to; i++, at += l->stride) {
    word |= (uint64_t)(bytes[at / 8] >> ((at ^ flip) % 8) & 1) << i % 64;
    if (i % 64 == 63) {
      out[i / 64] = word;
      word = 0;
    }
  }
  if (to % 64 != 0) out[to / 64] = word;
}

EE_DEEP_FEED int32_t ee_deep_linear_lanes(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  header *h = state;
  for (uint64_t i = 0; i < h->windows; i++) {
    const window *w = windows_of(h) + i;
    if (offset + n <= w->begin) continue;
    const uint64_t before = offset > w->begin ? offset - w->begin : 0;
    const uint64_t until = offset + n - w->begin;
    /* Where the window begins, in `bytes`. */
    const uint8_t *first = bytes + (w->begin > offset ? w->begin - offset : 0);
    for (uint64_t j = 0; j < h->lanes; j++) {
      const lane *l = lanes_of(h) + j;
      const uint64_t from = bits_within(l, w, before), to = bits_within(l, w, until);
      if (from == to) continue;
      if (ee_stopped((ee_stop)stop)) return -ECANCELED;
      gather(bits_of(h, w, j), l, from, to, first, before);
    }
  }
  return 0;
}

/* Follows the linear complexity of n bits by their discrepancies, and writes the three figures. */
static void follow(const uint64_t *discrepancies, uint64_t n, double *out) {
  int64_t complexity = 0, run = 0, longest = 0, before_longest = 0;
  for (int64_t i = 0; i < (int64_t)n; i++) {
    const int64_t wrong = discrepancies[i / 64] >> i % 64 & 1;
    const int64_t change = wrong & (2 * complexity <= i);
    run = (run + 1) & (wrong - 1);
    if (run > longest) {
      longest = run;
      before_longest = complexity;
    }
    complexity += change * (i + 1 - 2 * complexity);
  }
  out[0] = (double)complexity;
  out[1] = (double)longest;
  out[2] = (double)before_longest;
}

/*
 * Three figures for each lane in the window asked for: the linear complexity of its bits, as far as there are any; the most bits in a row
 * that the shortest linear feedback shift register of those before predicted right; and the length of that register.
 */
EE_DEEP_MEASURE int32_t ee_deep_linear_complexity(void *state, double *out, size_t n, const int32_t *stop) {
  header *h = state;
  const window *w = windows_of(h) + h->asked_window;
  uint64_t *found = malloc(w->bits / 8);
  if (found == NULL) return -ENOMEM;
  int32_t error = 0;
  for (uint64_t i = 0; i < h->lanes && 3 * i + 2 < n && error == 0; i++) {
    uint64_t bits = bits_within(lanes_of(h) + i, w, h->bytes - w->begin);
    if (bits > h->asked_bits) bits = h->asked_bits;
    error = ee_discrepancies(found, bits_of(h, w, i), (bits + 63) / 64, (ee_stop)stop);
    if (error == 0) follow(found, bits, out + 3 * i);
  }
  free(found);
  return error;
}
