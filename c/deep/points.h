/* Points of 96 bits: sorted, and their spacings counted. */
#ifndef EE_POINTS_H
#define EE_POINTS_H

#include <stdint.h>

#include "stop.h"

typedef struct {
  /* Least significant first. */
  uint32_t word[3];
} ee_point;

/*
 * Sorts from[0..n) to points[0..n), which is quick where bits from `first_bit` on, the most significant being 0, are those of random
 * numbers. spare[0..n) is overwritten. Returns 0 or a negative errno.
 */
int ee_sort_points(const ee_point *from, ee_point *points, ee_point *spare, uint32_t n, uint32_t first_bit, ee_stop stop);

/*
 * Counts the spacings of sorted points[0..n) that are not zero and equal another one: of m that are equal, m − 1. points and
 * spare[0..n) are overwritten. Returns a negative errno where it fails.
 */
int64_t ee_repeated_spacings(ee_point *points, ee_point *spare, uint32_t n, ee_stop stop);

#endif
