/* Counts of bits that differ from the one `lag` bits earlier. XOR with the shifted stream, and a count of ones by carry-save adders
 * (W. Muła, N. Kurz, D. Lemire, "Faster population counts using AVX2 instructions", Comput. J. 61 (2018)). */
#include <errno.h>
#include <string.h>

#include "ee.h"
#include "either_speed.h"
#include "stop.h"

#define MOST_LAGS 128
/* The longest lag in bytes; the bits before it has passed are not compared. */
#define HISTORY 512
/* Of the units from here on, one in so many is looked at for the lags that are sampled. */
#define ALL_UNITS 64
#define SAMPLED 16

typedef struct {
  /* The caller sets the lags, in bits: those of every unit first. */
  uint64_t lags;
  uint64_t everywhere;
  uint64_t lag[MOST_LAGS];
  uint64_t differ[MOST_LAGS];
  /* The end of the unit before, then this one. */
  uint8_t bytes[HISTORY + EE_DEEP_UNIT];
} transitions;

typedef uint64_t vector __attribute__((vector_size(32)));
#define VECTOR 32
#define GROUP 16

EE_LOOP vector load(const uint8_t *at) {
  vector v;
  memcpy(&v, at, VECTOR);
  return v;
}

/* Adds three bits in each place: returns the sums, and their carries in *carry. */
EE_LOOP vector add(vector *carry, vector a, vector b, vector c) {
  const vector either = a ^ b;
  *carry = (a & b) | (either & c);
  return either ^ c;
}

/* Ones in each of the four words. */
EE_LOOP vector ones_in(vector v) {
  v -= (v >> 1) & UINT64_C(0x5555555555555555);
  v = (v & UINT64_C(0x3333333333333333)) + ((v >> 2) & UINT64_C(0x3333333333333333));
  v = (v + (v >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
  v += v >> 8;
  v += v >> 16;
  v += v >> 32;
  return v & 127;
}

EE_LOOP vector differing(const uint8_t *at, uint64_t lag) {
  const uint8_t *before = at - lag / 8;
  const uint64_t bits = lag % 8;
  if (bits == 0) return load(at) ^ load(before);
  /* The byte before has the lowest `bits` bits; its highest are the earliest. */
  return load(at) ^ (load(before - 1) >> (8 - bits) | load(before + 7) << (56 + bits));
}

/* Counts into *differ over the bytes [from, to): multiples of GROUP * VECTOR. */
EE_LOOP void count_differing_loop(const uint8_t *from, const uint8_t *to, uint64_t lag, uint64_t *differ) {
  vector ones = {0}, twos = {0}, fours = {0}, eights = {0}, sum = {0};
  for (const uint8_t *at = from; at < to; at += GROUP * VECTOR) {
    vector two[2], four[2], eight[2], sixteen;
    for (int e = 0; e < 2; e++) {
      for (int f = 0; f < 2; f++) {
        const uint8_t *v = at + (8 * e + 4 * f) * VECTOR;
        ones = add(&two[0], ones, differing(v, lag), differing(v + VECTOR, lag));
        ones = add(&two[1], ones, differing(v + 2 * VECTOR, lag), differing(v + 3 * VECTOR, lag));
        twos = add(&four[f], twos, two[0], two[1]);
      }
      fours = add(&eight[e], fours, four[0], four[1]);
    }
    eights = add(&sixteen, eights, eight[0], eight[1]);
    sum += ones_in(sixteen);
  }
  sum = 16 * sum + 8 * ones_in(eights) + 4 * ones_in(fours) + 2 * ones_in(twos) + ones_in(ones);
  *differ += sum[0] + sum[1] + sum[2] + sum[3];
}

EE_TWICE(void, count_differing, (const uint8_t *from, const uint8_t *to, uint64_t lag, uint64_t *differ), (from, to, lag, differ))

EE_DEEP_FEED int32_t ee_deep_transitions(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  transitions *t = state;
  for (size_t at = 0; at < n; at += EE_DEEP_UNIT) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const uint64_t unit = (offset + at) / EE_DEEP_UNIT;
    memcpy(t->bytes + HISTORY, bytes + at, EE_DEEP_UNIT);
    const uint8_t *from = t->bytes + (unit == 0 ? 2 * HISTORY : HISTORY);
    const uint64_t lags = unit < ALL_UNITS || unit % SAMPLED == 0 ? t->lags : t->everywhere;
    for (uint64_t i = 0; i < lags; i++) {
      count_differing(from, t->bytes + HISTORY + EE_DEEP_UNIT, t->lag[i], &t->differ[i]);
    }
    memcpy(t->bytes, t->bytes + EE_DEEP_UNIT, HISTORY);
  }
  return 0;
}
