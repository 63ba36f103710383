/*
 * Ranks of square matrices over GF(2), whose rows are consecutive bits of the stream, or of one byte of each so many.
 *
 * The state is 64-bit numbers, which the caller prepares, then the matrices that are being filled:
 *
 *   number of series
 *   of each series: rows of a matrix (64 or a multiple of it); bytes from one that is taken to the next; the first; then which
 *     matrices there are: each takes the next rows * rows / 8 * step bytes, the first from byte `begin` on, all up to byte `dense`, beyond it each
 *     `thin`-th of them, counted from `begin`, and those that begin at `end` or later are left out; where the matrix is in the state (byte);
 *     and what was found: number of matrices, ranks missing in the worst of them, number of those that miss 0, 1, 2 and more
 *
 * Series may share a place if their matrices are never filled at the same time.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "ee.h"
#include "gf2_rank.h"

/* A rank that lacks so many or more. */
#define MANY 2

typedef struct {
  uint64_t rows, step, first, begin, dense, thin, end, place;
  uint64_t matrices, worst, missing[MANY + 1];
} series;

static int32_t finish(series *s, uint64_t *matrix, const int32_t *stop) {
  const int32_t rank = ee_gf2_rank(matrix, s->rows, (ee_stop)stop);
  if (rank < 0) return rank;
  const uint64_t missing = s->rows - (uint64_t)rank;
  s->matrices++;
  if (missing > s->worst) s->worst = missing;
  s->missing[missing < MANY ? missing : MANY]++;
  return 0;
}

/* Takes from `bytes` what belongs to the series; they begin at `offset` in the stream. */
static int32_t take(series *s, uint8_t *matrix, const uint8_t *bytes, uint64_t n, uint64_t offset, const int32_t *stop) {
  const uint64_t size = s->rows * s->rows / 8, span = size * s->step, end = offset + n;
  uint64_t at = offset > s->begin ? offset : s->begin;
  while (at < end) {
    const uint64_t number = (at - s->begin) / span, start = s->begin + number * span;
    if (start >= s->end) return 0;
    const uint64_t next = start + span < end ? start + span : end;
    if (start < s->dense || number % s->thin == 0) {
      if (s->step == 1) {
        memcpy(matrix + (at - start), bytes + (at - offset), next - at);
      } else {
        for (uint64_t i = (at - start) / s->step; i < (next - start) / s->step; i++) {
          matrix[i] = bytes[start + i * s->step + s->first - offset];
        }
      }
      if (next == start + span) {
        if (ee_stopped((ee_stop)stop)) return -ECANCELED;
        const int32_t error = finish(s, (uint64_t *)matrix, stop);
        if (error != 0) return error;
      }
    }
    at = next;
  }
  return 0;
}

EE_DEEP_FEED int32_t ee_deep_binary_rank(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  const uint64_t count = *(uint64_t *)state;
  series *all = (series *)((uint64_t *)state + 1);
  for (uint64_t i = 0; i < count; i++) {
    const int32_t error = take(all + i, (uint8_t *)state + all[i].place, bytes, n, offset, stop);
    if (error != 0) return error;
  }
  return 0;
}
