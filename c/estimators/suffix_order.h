#ifndef EE_SUFFIX_ORDER_H
#define EE_SUFFIX_ORDER_H

#include "stop.h"

/* 64-bit words of working memory that the order of n symbols takes: 3n bits and some. */
#define EE_SUFFIX_MARKS(n) (3 * ((size_t)(n) / 64) + 64)

/*
 * Writes the positions of symbols[0..n), which are below `alphabet`, to order[0..n) in the order of their suffixes; a suffix
 * comes before any that it is a prefix of. spare[0..n) is overwritten. Returns 0 or -ECANCELED.
 */
int32_t ee_suffix_order(const uint8_t *symbols, int32_t n, int32_t alphabet, int32_t *order, int32_t *spare, uint64_t *marks,
                        ee_stop stop);

#endif
