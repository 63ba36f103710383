/* Counts of bytes by their place in 16 bytes: the state is uint64_t [16][256]. */
#include <errno.h>
#include <string.h>

#include "ee.h"
#include "stop.h"

#define PLACES 16

EE_DEEP_FEED int32_t ee_deep_byte_positions(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  (void)offset;
  uint64_t(*counts)[256] = state;
  for (size_t i = 0; i < n; i += PLACES) {
    if (i % EE_DEEP_UNIT == 0 && ee_stopped((ee_stop)stop)) return -ECANCELED;
    uint64_t words[2];
    memcpy(words, bytes + i, PLACES);
    for (int half = 0; half < 2; half++) {
      for (int place = 0; place < 8; place++) counts[8 * half + place][words[half] >> 8 * place & 255]++;
    }
  }
  return 0;
}
