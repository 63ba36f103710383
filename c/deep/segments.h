/* The parts of the stream that are looked at where all of it would take too long. */
#ifndef EE_SEGMENTS_H
#define EE_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#define EE_SEGMENT ((uint32_t)1 << 18)

/* Tells segments that are looked at: the first 16, up to 4,096 one in 128, then 16 of each doubling until there are 2^25 (8 TB). */
static inline bool ee_is_sampled(uint64_t segment) {
  if (segment < 16) return true;
  uint64_t apart = 128;
  while (segment / apart >= 32) apart *= 2;
  return segment % apart == 0 && segment < (uint64_t)1 << 25;
}

#endif
