/* Bits that differ from those some bytes before, by distance: src/deep/families/periods.ts says why. */
#include <errno.h>
#include <stddef.h>

#include "ee.h"
#include "either_speed.h"
#include "segments.h"
#include "stop.h"
#include "vertical.h"

enum {
  LAGS = 4096,
  /* Bytes of a segment that are compared with earlier ones of its first unit. */
  COMPARED = 1 << 15,
};
_Static_assert(LAGS + COMPARED <= EE_DEEP_UNIT, "the first unit");

/* By distance in bytes, less one. */
typedef struct {
  uint64_t bits;
  uint64_t differing[LAGS];
} equal_bits;

EE_LOOP uint32_t ones_of(const ee_bits *bits) {
  uint32_t ones = 0;
  for (int i = 0; i < 4; i++) {
    uint64_t x = (*bits)[i];
    x -= x >> 1 & 0x5555555555555555;
    x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0F;
    ones += (uint32_t)(x * 0x0101010101010101 >> 56);
  }
  return ones;
}

EE_LOOP uint32_t differing_loop(const uint8_t *bytes, size_t lag) {
  ee_planes low = {0};
  uint32_t sixteens = 0;
  /* Digits above are few enough to be counted one by one. */
  for (const uint8_t *at = bytes; at < bytes + COMPARED; at += 16 * EE_BITS_BYTES) {
    ee_bits carry;
#define DIFFERENCE(i) (EE_LOAD_BITS(at + (i) * EE_BITS_BYTES) ^ EE_LOAD_BITS(at + (i) * EE_BITS_BYTES - lag))
    EE_ADD_SIXTEEN(&low, carry, DIFFERENCE);
#undef DIFFERENCE
    sixteens += ones_of(&carry);
  }
  return 16 * sixteens + 8 * ones_of(&low.digit[3]) + 4 * ones_of(&low.digit[2]) + 2 * ones_of(&low.digit[1]) + ones_of(&low.digit[0]);
}

EE_TWICE(uint32_t, differing, (const uint8_t *bytes, size_t lag), (bytes, lag))

EE_DEEP_FEED int32_t ee_deep_equal_bits(void *memory, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  equal_bits *const state = memory;
  for (size_t at = 0; at < n; at += EE_DEEP_UNIT) {
    if ((offset + at) % EE_SEGMENT != 0 || !ee_is_sampled((offset + at) / EE_SEGMENT)) continue;
    for (size_t lag = 1; lag <= LAGS; lag++) {
      if (lag % 256 == 0 && ee_stopped((ee_stop)stop)) return -ECANCELED;
      state->differing[lag - 1] += differing(bytes + at + LAGS, lag);
    }
    state->bits += 8 * (uint64_t)COMPARED;
  }
  return 0;
}

/* Writes the number of bits that were compared at each distance, and how many of them differ at 1, 2 … bytes. */
EE_DEEP_MEASURE int32_t ee_deep_equal_bit_counts(void *memory, double *out, size_t n, const int32_t *stop) {
  (void)stop;
  const equal_bits *const state = memory;
  for (size_t i = 0; i < n && i <= LAGS; i++) out[i] = (double)(i == 0 ? state->bits : state->differing[i - 1]);
  return 0;
}
