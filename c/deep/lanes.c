/* The lanes of the stream. Each is taken from a shorter one: the first bytes of 32-bit words are every other first byte of 16-bit words. */
#include "lanes.h"

#include <errno.h>
#include <string.h>

#include "stop.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Writes every other byte; n of them. The compiler makes vectors of it. */
static void every_other(const uint8_t *restrict in, uint8_t *restrict out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = in[2 * i];
}

/* Packs one bit of each of 8n bytes; n is even. */
static void pack_bits(const uint8_t *restrict in, int bit, uint8_t *restrict out, size_t n) {
#ifdef __SSE2__
  const __m128i shift = _mm_cvtsi32_si128(7 - bit);
  for (size_t i = 0; i < n; i += 2) {
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(in + 8 * i));
    /* Bits that leave one byte of a pair enter the other below bit 7, which alone is read. */
    const uint16_t bits = (uint16_t)_mm_movemask_epi8(_mm_sll_epi16(bytes, shift));
    memcpy(out + i, &bits, 2);
  }
#else
  for (size_t i = 0; i < n; i++) {
    uint64_t bytes;
    memcpy(&bytes, in + 8 * i, 8);
    /* One bit a byte: the product has bit 8j of the factor in bit 56 + j, and no two terms meet there. */
    out[i] = (uint8_t)((((bytes >> bit) & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080)) >> 56);
  }
#endif
}

void ee_extract_lanes(uint32_t wanted, const uint8_t *bytes, size_t n, uint8_t *memory, const uint8_t *lanes[EE_LANES]) {
  uint32_t needed = wanted;
  for (int lane = EE_LANES - 1; lane > 0; lane--) {
    if (!(needed >> lane & 1)) continue;
    const int from = lane >= EE_BYTE_LANES ? (lane - EE_BYTE_LANES) / 2 : lane > 2 ? lane - 2 : 0;
    needed |= (uint32_t)1 << from;
  }
  lanes[EE_LANE_ALL] = bytes;
  for (int lane = 1; lane < EE_LANES; lane++) {
    if (!(needed >> lane & 1)) continue;
    const size_t size = ee_lane_size(lane, n);
    if (lane < EE_BYTE_LANES) {
      const uint8_t *from = lanes[lane > 2 ? lane - 2 : 0];
      /* Odd lanes are of first bytes, even ones of last bytes. */
      every_other(from + (lane & 1 ? 0 : 1), memory, size);
    } else {
      pack_bits(lanes[(lane - EE_BYTE_LANES) / 2], (lane - EE_BYTE_LANES) & 1 ? 7 : 0, memory, size);
    }
    lanes[lane] = memory;
    memory += size;
  }
}

int32_t ee_take_lanes(uint64_t wanted, bool chosen_alone, const uint8_t *bytes, size_t n, uint64_t offset, uint8_t *memory,
                      const int32_t *stop, ee_take_lane take, void *state) {
  for (size_t done = 0, size; done < n; done += size) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const uint64_t from = offset + done;
    size = EE_LANE_GROUP - from % EE_LANE_GROUP;
    if (size > n - done) size = n - done;
    if (chosen_alone && !ee_group_is_chosen(from)) continue;
    const uint8_t *lanes[EE_LANES];
    ee_extract_lanes((uint32_t)wanted, bytes + done, size, memory, lanes);
    int at = 0;
    for (int lane = 0; lane < EE_LANES; lane++) {
      if (wanted >> lane & 1) take(state, at++, lane, lanes[lane], ee_lane_size(lane, size), from);
    }
  }
  return 0;
}
