/*
 * Products of the weights of 32-bit words, each less its mean, with those of words up to 4,096 earlier, summed over units that are
 * sampled. The state is int64_t [LAGS], for lags 1 to LAGS.
 */
#include <errno.h>
#include <string.h>

#include "ee.h"
#include "either_speed.h"
#include "stop.h"

#define LAGS 4096
#define WORDS (EE_DEEP_UNIT / 4)
/* The first units are all looked at, of the others one in so many. */
#define ALL_UNITS 16
#define SAMPLED 64

/* Words from LAGS on, with those `lag` before them. Sums of all products of a unit are below 2^22. */
EE_LOOP void sum_products_loop(int64_t *sums, const uint8_t *unit) {
  int16_t weights[WORDS];
  for (size_t i = 0; i < WORDS; i++) {
    uint32_t word;
    memcpy(&word, unit + 4 * i, 4);
    word -= word >> 1 & 0x55555555;
    word = (word & 0x33333333) + (word >> 2 & 0x33333333);
    word = ((word + (word >> 4)) & 0x0F0F0F0F) * 0x01010101;
    weights[i] = (int16_t)((int32_t)(word >> 24) - 16);
  }
  for (size_t lag = 1; lag <= LAGS; lag++) {
    int32_t sum = 0;
    for (size_t i = LAGS; i < WORDS; i++) sum += weights[i] * weights[i - lag];
    sums[lag - 1] += sum;
  }
}

EE_TWICE(void, sum_products, (int64_t *sums, const uint8_t *unit), (sums, unit))

EE_DEEP_FEED int32_t ee_deep_weight_lags(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  for (size_t at = 0; at < n; at += EE_DEEP_UNIT) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const uint64_t unit = (offset + at) / EE_DEEP_UNIT;
    if (unit < ALL_UNITS || unit % SAMPLED == 0) sum_products(state, bytes + at);
  }
  return 0;
}
