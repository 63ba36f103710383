/* The length of decimal text compressed by bzip2: src/stats/sp800-90b/iid/bzip2/, where it is explained. */
#ifndef EE_DECIMAL_LENGTH_H
#define EE_DECIMAL_LENGTH_H

#include "stop.h"

/* Bytes of working memory, which begins at a multiple of 16. */
size_t ee_decimal_memory(void);

/*
 * Returns the bytes to which bzip2 1.0.8 compresses values[symbols[0..n)], written in decimal with a space between them, at
 * level 5; or -ECANCELED, or -ENOMEM. Symbols are below `alphabet`; values are different and ascend.
 */
int64_t ee_decimal_length(const uint8_t *symbols, int32_t n, const uint8_t *values, int32_t alphabet, void *memory, ee_stop stop);

#endif
