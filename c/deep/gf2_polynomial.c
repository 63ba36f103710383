/*
 * By the processor's product without carries where it has one, else by a table of multiples. EE_DEEP_PLAIN, a test aid, makes a library
 * that never asks for one.
 */
#include "gf2_polynomial.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* Below so many words, three products of half the length are no faster than one; measured. */
#define BLOCK 16

/* A word of `a` meets 16 multiples of it, one for each four bits of a word of `b`. */
static void plain_product(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
  memset(out, 0, 2 * n * sizeof *out);
  for (size_t i = 0; i < n; i++) {
    uint64_t low[16] = {0}, high[16] = {0};
    for (int m = 1; m < 16; m++) {
      /* Multiples with the lowest bit set are one more than the one before; the others twice the one of half the number. */
      low[m] = m & 1 ? low[m - 1] ^ a[i] : low[m / 2] << 1;
      high[m] = m & 1 ? high[m - 1] : high[m / 2] << 1 | low[m / 2] >> 63;
    }
    for (size_t j = 0; j < n; j++) {
      uint64_t l = 0, h = 0;
      for (int bit = 60; bit >= 0; bit -= 4) {
        const unsigned m = b[j] >> bit & 15;
        h = h << 4 | l >> 60;
        l = l << 4;
        l ^= low[m];
        h ^= high[m];
      }
      out[i + j] ^= l;
      out[i + j + 1] ^= h;
    }
  }
}

#if defined(EE_DEEP_PLAIN)

ee_gf2_block_product ee_gf2_choose(void) { return plain_product; }

#elif defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define CLMUL __attribute__((target("pclmul,sse4.1")))

/* Two words at a time: four products, the two in the middle of equal weight. */
CLMUL static void fast_product(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
  if (n == 1) {
    _mm_storeu_si128((__m128i *)out, _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)a[0]),
                                                          _mm_cvtsi64_si128((long long)b[0]), 0));
    return;
  }
  const size_t pairs = n / 2;
  __m128i carry = _mm_setzero_si128();
  for (size_t s = 0; s < 2 * pairs - 1; s++) {
    __m128i low = carry, middle = _mm_setzero_si128(), high = _mm_setzero_si128();
    const size_t last = s < pairs ? s : pairs - 1;
    for (size_t i = s < pairs ? 0 : s - pairs + 1; i <= last; i++) {
      const __m128i x = _mm_loadu_si128((const __m128i *)a + i);
      const __m128i y = _mm_loadu_si128((const __m128i *)b + (s - i));
      low = _mm_xor_si128(low, _mm_clmulepi64_si128(x, y, 0x00));
      middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(x, y, 0x01));
      middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(x, y, 0x10));
      high = _mm_xor_si128(high, _mm_clmulepi64_si128(x, y, 0x11));
    }
    _mm_storeu_si128((__m128i *)out + s, _mm_xor_si128(low, _mm_slli_si128(middle, 8)));
    carry = _mm_xor_si128(high, _mm_srli_si128(middle, 8));
  }
  _mm_storeu_si128((__m128i *)out + 2 * pairs - 1, carry);
}

/* CPUID 1 ECX: bit 1 PCLMULQDQ, bit 19 SSE4.1. */
static bool has_product(void) {
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c >> 1 & c >> 19 & 1) != 0;
}

#else
#include <arm_neon.h>

#if defined(__linux__)
#include <sys/auxv.h>

/* HWCAP_PMULL. */
static bool has_product(void) { return (getauxval(AT_HWCAP) & 1ul << 4) != 0; }
#else
/* Every Mac has it. */
static bool has_product(void) { return true; }
#endif

/* The extension of AES has it. */
#define PMULL __attribute__((target("aes")))

PMULL static void fast_product(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
  uint64_t carry = 0;
  for (size_t s = 0; s < 2 * n - 1; s++) {
    uint64x2_t sum = vcombine_u64(vcreate_u64(carry), vcreate_u64(0));
    const size_t last = s < n ? s : n - 1;
    for (size_t i = s < n ? 0 : s - n + 1; i <= last; i++) {
      sum = veorq_u64(sum, vreinterpretq_u64_p128(vmull_p64((poly64_t)a[i], (poly64_t)b[s - i])));
    }
    out[s] = vgetq_lane_u64(sum, 0);
    carry = vgetq_lane_u64(sum, 1);
  }
  out[2 * n - 1] = carry;
}

#endif

#if !defined(EE_DEEP_PLAIN)
/* The processor is asked once: a hypervisor may take some microseconds to answer for it. */
ee_gf2_block_product ee_gf2_choose(void) {
  static _Atomic int known;
  int answer = atomic_load_explicit(&known, memory_order_relaxed);
  if (answer == 0) {
    answer = has_product() ? 2 : 1;
    atomic_store_explicit(&known, answer, memory_order_relaxed);
  }
  return answer == 2 ? fast_product : plain_product;
}
#endif

void ee_gf2_multiply(ee_gf2_block_product product, uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n,
                     uint64_t *workspace) {
  if (n <= BLOCK) {
    product(out, a, b, n);
    return;
  }
  const size_t half = n / 2;
  uint64_t *sums = workspace, *middle = workspace + n, *rest = workspace + 2 * n;
  for (size_t i = 0; i < half; i++) {
    sums[i] = a[i] ^ a[half + i];
    sums[half + i] = b[i] ^ b[half + i];
  }
  ee_gf2_multiply(product, middle, sums, sums + half, half, rest);
  ee_gf2_multiply(product, out, a, b, half, rest);
  ee_gf2_multiply(product, out + n, a + half, b + half, half, rest);
  for (size_t i = 0; i < n; i++) middle[i] ^= out[i] ^ out[n + i];
  for (size_t i = 0; i < n; i++) out[half + i] ^= middle[i];
}
