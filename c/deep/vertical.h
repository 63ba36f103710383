/* Vertical counters: many bits are counted in step, one in each place of a vector; a plane holds one binary digit of all counts. */
#ifndef EE_VERTICAL_H
#define EE_VERTICAL_H

#include <stdint.h>

/* 256 places. Where processors have narrower vectors, the compiler takes several. */
typedef uint64_t ee_bits __attribute__((vector_size(32)));
typedef uint64_t ee_unaligned_bits __attribute__((vector_size(32), aligned(1)));

enum { EE_BITS_BYTES = sizeof(ee_bits) };

#define EE_LOAD_BITS(address) ((ee_bits) * (const ee_unaligned_bits *)(address))

/* Adds three bits in each place: `sum` is the lower digit, `carry` the upper one. They may be of the arguments. */
#define EE_ADD_THREE(carry, sum, a, b, c) \
  do { \
    const ee_bits a_ = (a), b_ = (b), c_ = (c); \
    const ee_bits either_ = a_ ^ b_; \
    (carry) = (a_ & b_) | (either_ & c_); \
    (sum) = either_ ^ c_; \
  } while (0)

/* Planes 1, 2, 4, 8. */
typedef struct {
  ee_bits digit[4];
} ee_planes;

/*
 * Adds 16 vectors, VECTOR(0) … VECTOR(15), and sets `carry` to the digit 16. (The order of additions is that of R. Harley's population
 * count: W. Muła, N. Kurz, D. Lemire, Comput. J. 61 (2018) 111–120.)
 */
#define EE_ADD_SIXTEEN(planes, carry, VECTOR) \
  do { \
    ee_bits twos_[2], fours_[2], eights_[2]; \
    for (int half_ = 0; half_ < 2; half_++) { \
      for (int quarter_ = 0; quarter_ < 2; quarter_++) { \
        const int at_ = 8 * half_ + 4 * quarter_; \
        EE_ADD_THREE(twos_[0], (planes)->digit[0], (planes)->digit[0], VECTOR(at_), VECTOR(at_ + 1)); \
        EE_ADD_THREE(twos_[1], (planes)->digit[0], (planes)->digit[0], VECTOR(at_ + 2), VECTOR(at_ + 3)); \
        EE_ADD_THREE(fours_[quarter_], (planes)->digit[1], (planes)->digit[1], twos_[0], twos_[1]); \
      } \
      EE_ADD_THREE(eights_[half_], (planes)->digit[2], (planes)->digit[2], fours_[0], fours_[1]); \
    } \
    EE_ADD_THREE(carry, (planes)->digit[3], (planes)->digit[3], eights_[0], eights_[1]); \
  } while (0)

#endif
