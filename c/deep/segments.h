/* The parts of the stream that are looked at where all of it would take too long. */
#ifndef EE_SEGMENTS_H
#define EE_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#define EE_SEGMENT ((uint32_t)1 << 19)

/* Tells segments that are looked at: the first eight (4 MB), up to 2,048 (1 GB) one in 256, then four of each doubling until there are 2^24 (8 TB). */
static inline bool ee_is_sampled(uint64_t segment) {
  if (segment < 8) return true;
  uint64_t apart = 256;
  while (segment / apart >= 8) apart *= 2;
  return segment % apart == 0 && segment < (uint64_t)1 << 24;
}

#endif
