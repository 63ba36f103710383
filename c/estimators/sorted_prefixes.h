#ifndef EE_SORTED_PREFIXES_H
#define EE_SORTED_PREFIXES_H

#include "stop.h"

/* Returned for data that repeat themselves too much for this method. */
#define EE_TOO_REPETITIVE 1

/*
 * Writes to lengths[0..n) how many symbols each suffix and the one before it have in common, in sorted order; the first is 0.
 * spare[0..n) is overwritten. Returns 0, EE_TOO_REPETITIVE, -ENOMEM or -ECANCELED.
 */
int32_t ee_sorted_prefix_lengths(const uint8_t *symbols, int32_t n, int32_t alphabet, int32_t *lengths, int32_t *spare,
                                 ee_stop stop);

#endif
