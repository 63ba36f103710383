/*
 * Counts of pairs of bytes at each place of a 32-bit word and 1 to DISTANCES bytes later, within units: all of the first units, and one of so
 * many after them, up to LAST_UNIT: so no count passes 2^32. The state is uint32_t [4][DISTANCES][65536].
 */
#include <errno.h>

#include "ee.h"
#include "stop.h"

#define DISTANCES 7
#define ALL_UNITS 256
#define SAMPLED 64
#define LAST_UNIT (UINT64_C(1) << 23)

EE_DEEP_FEED int32_t ee_deep_distant_pairs(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  uint32_t(*counts)[DISTANCES][65536] = state;
  for (size_t at = 0; at < n; at += EE_DEEP_UNIT) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const uint64_t unit = (offset + at) / EE_DEEP_UNIT;
    if ((unit >= ALL_UNITS && unit % SAMPLED != 0) || unit > LAST_UNIT) continue;
    for (size_t place = 0; place < 4; place++) {
      for (size_t distance = 1; distance <= DISTANCES; distance++) {
        uint32_t *table = counts[place][distance - 1];
        const uint8_t *first = bytes + at + place;
        for (size_t i = 0; i + 8 < EE_DEEP_UNIT; i += 4) table[first[i] | (uint32_t)first[i + distance] << 8]++;
      }
    }
  }
  return 0;
}
