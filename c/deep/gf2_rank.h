/* The rank of square matrices over GF(2). */
#ifndef EE_GF2_RANK_H
#define EE_GF2_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "stop.h"

/*
 * Returns the rank of `size` rows of as many bits, row after row, where `size` is 64, 128, 256, 512 or a multiple of 1,024; -ECANCELED or -ENOMEM. Row operations are left in
 * the matrix.
 */
int32_t ee_gf2_rank(uint64_t *rows, size_t size, ee_stop stop);

#endif
