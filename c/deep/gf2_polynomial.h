/* Products of polynomials over GF(2). Word i holds the coefficients of x^(64i) to x^(64i + 63), the lowest in its lowest bit. */
#ifndef EE_GF2_POLYNOMIAL_H
#define EE_GF2_POLYNOMIAL_H

#include <stddef.h>
#include <stdint.h>

/* Writes the product of two polynomials of n words, 2n words, to where neither is. */
typedef void (*ee_gf2_block_product)(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n);

/* The best that this processor can do; all give the same. */
ee_gf2_block_product ee_gf2_choose(void);

/* Words of working memory that `ee_gf2_multiply` needs. */
#define EE_GF2_WORKSPACE(n) (4 * (n))

/* As a block product, for any n that is a power of two: A. Karatsuba, Y. Ofman, "Multiplication of many-digital numbers", 1962. */
void ee_gf2_multiply(ee_gf2_block_product product, uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n,
                     uint64_t *workspace);

#endif
