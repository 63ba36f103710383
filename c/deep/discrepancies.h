/* The discrepancies of the algorithm of Berlekamp and Massey, for sequences of up to some ten million bits. */
#ifndef EE_DISCREPANCIES_H
#define EE_DISCREPANCIES_H

#include <stddef.h>
#include <stdint.h>

#include "stop.h"

/*
 * Bit i of the result is 1 if the shortest linear feedback shift register that generates bits 0 to i - 1 of the sequence (one of them,
 * where there are several) predicts bit i wrong: J. L. Massey, "Shift-register synthesis and BCH decoding", IEEE Transactions on Information Theory 15, 1969. Bits that make
 * the last of `words` words full have discrepancies too. Returns 0, -ECANCELED or -ENOMEM.
 */
int32_t ee_discrepancies(uint64_t *discrepancies, const uint64_t *sequence, size_t words, ee_stop stop);

#endif
