/*
 * Lanes: parts of the stream in which a flaw of words stands out that the whole of it hides. A lane is a stream of bytes itself.
 *
 * There are seven byte lanes: all bytes, and the first and the last byte of each word of 16, 32 and 64 bits. Whichever order the
 * bytes of a word have, its low and its high byte are among them. Each byte lane has two bit lanes: bits 0, and bits 7, of its
 * bytes, the earliest in bit 0 of the first byte. So the lowest and the highest bit of words are there in both orders, too.
 */
#ifndef EE_LANES_H
#define EE_LANES_H

#include <stdbool.h>

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

/* Bytes of a lane in `n` bytes of the stream, whole units: n halved up to six times. */
static inline size_t ee_lane_size(int lane, size_t n) {
  const int byte_lane = lane < EE_BYTE_LANES ? lane : (lane - EE_BYTE_LANES) / 2;
  return n >> ((byte_lane + 1) / 2 + (lane < EE_BYTE_LANES ? 0 : 3));
}

/*
 * Bytes that the lanes of n bytes take, but for the lane of all bytes: 2/2 + 2/4 + 2/8 of n for byte lanes, and a quarter as many for
 * their bits, with those of all bytes.
 */
#define EE_LANE_MEMORY(n) ((n) / 4 * 7 + (n) / 16 * 11)

/*
 * Extracts the lanes whose bits are set in `wanted` from n bytes, whole units, and sets lanes[] to where each is: in
 * memory[0..EE_LANE_MEMORY(n)), or in the bytes themselves. lanes[] of others is undefined.
 */
void ee_extract_lanes(uint32_t wanted, const uint8_t *bytes, size_t n, uint8_t *memory, const uint8_t *lanes[EE_LANES]);

/*
 * Lanes are taken from one such group of the stream after the other, so that a table which others have driven out of the cache is
 * used for a while.
 */
#define EE_LANE_GROUP (8 * EE_DEEP_UNIT)

/*
 * Takes in the next n bytes of a lane, whole units of it. `at` is its place among the lanes that are wanted, `offset` that of the group's
 * bytes in the stream.
 */
typedef void (*ee_take_lane)(void *state, int at, int lane, const uint8_t *bytes, size_t n, uint64_t offset);

/*
 * Tells if a group is looked at by what does not look at all: each of the first 128 MiB, and one of four after them. Twenty lanes
 * take much more time than the stream itself.
 */
static inline bool ee_group_is_chosen(uint64_t offset) {
  const uint64_t group = offset / EE_LANE_GROUP;
  return group < 256 || group % 4 == 0;
}

/*
 * Calls `take` for each wanted lane of each group, or of those that are chosen. Memory as above, for a group; none for the lane of all
 * bytes alone. Returns 0 or -ECANCELED.
 */
int32_t ee_take_lanes(uint64_t wanted, bool chosen_alone, const uint8_t *bytes, size_t n, uint64_t offset, uint8_t *memory,
                      const int32_t *stop, ee_take_lane take, void *state);

/* Counts the lanes that are wanted. */
static inline size_t ee_lanes_in(uint64_t wanted) {
  size_t lanes = 0;
  for (int lane = 0; lane < EE_LANES; lane++) lanes += wanted >> lane & 1;
  return lanes;
}

#endif
