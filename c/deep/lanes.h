/*
 * Lanes: parts of the stream in which a flaw of words stands out that the whole of it hides. A lane is a stream of bytes itself.
 *
 * There are seven byte lanes: all bytes, and the first and the last byte of each word of 16, 32 and 64 bits. Whichever order the
 * bytes of a word have, its low and its high byte are among them. Each byte lane has two bit lanes: bits 0, and bits 7, of its
 * bytes, the earliest in bit 0 of the first byte. So the lowest and the highest bit of words are there in both orders, too.
 */
#ifndef EE_LANES_H
#define EE_LANES_H

#include "ee.h"

#define EE_BYTE_LANES 7
#define EE_LANES (3 * EE_BYTE_LANES)

/* Byte lanes; src/deep/lanes.ts has the same order. */
enum {
  EE_LANE_ALL,
  EE_LANE_FIRST_16,
  EE_LANE_LAST_16,
  EE_LANE_FIRST_32,
  EE_LANE_LAST_32,
  EE_LANE_FIRST_64,
  EE_LANE_LAST_64,
};

/* The bit lanes of a byte lane. */
#define EE_LANE_BIT_0(byte_lane) (EE_BYTE_LANES + 2 * (byte_lane))
#define EE_LANE_BIT_7(byte_lane) (EE_BYTE_LANES + 2 * (byte_lane) + 1)

#define EE_ALL_LANES (((uint32_t)1 << EE_LANES) - 1)

/* Bytes that the lanes of one unit take, but for the lane of all bytes: 2/2 + 2/4 + 2/8 of it, and of bits 1/8 of twice as much and of two units. */
#define EE_LANE_MEMORY (EE_DEEP_UNIT * 7 / 4 + EE_DEEP_UNIT * 11 / 16)

/* Bytes of a lane in one unit: EE_DEEP_UNIT halved once to six times. */
static inline size_t ee_lane_size(int lane) {
  const int byte_lane = lane < EE_BYTE_LANES ? lane : (lane - EE_BYTE_LANES) / 2;
  return EE_DEEP_UNIT >> ((byte_lane + 1) / 2 + (lane < EE_BYTE_LANES ? 0 : 3));
}

/*
 * Extracts the lanes whose bits are set in `wanted` from one unit, EE_DEEP_UNIT bytes that begin at a multiple of it in the stream, and
 * sets lanes[] to where each is: in memory[0..EE_LANE_MEMORY), or in the unit itself. lanes[] of the others is undefined.
 */
void ee_extract_lanes(uint32_t wanted, const uint8_t *unit, uint8_t *memory, const uint8_t *lanes[EE_LANES]);

#endif
