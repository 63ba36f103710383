/* The Huffman stage of bzip2 1.0.8: src/stats/sp800-90b/iid/bzip2/coding-tables.ts, where it is explained. */
#ifndef EE_CODING_TABLES_H
#define EE_CODING_TABLES_H

#include <stdint.h>

/* Symbols that share one choice of code. */
#define EE_GROUP 50
/* At least the 13 symbols that ten digits and a space need. */
#define EE_GROUP_STRIDE 16
/* Groups whose costs are found together. */
#define EE_TILE 128
/* The most characters that bzip2 puts into a block at level 5, and the end of block. */
#define EE_MOST_GROUPS ((500000 + EE_GROUP) / EE_GROUP)
#define EE_MOST_TILES ((EE_MOST_GROUPS + EE_TILE - 1) / EE_TILE)

typedef struct {
  /* Occurrences of each symbol in each group: by group, and by symbol in tiles of groups. */
  uint8_t by_group[EE_MOST_TILES * EE_TILE][EE_GROUP_STRIDE];
  uint8_t by_symbol[EE_MOST_TILES][EE_GROUP_STRIDE][EE_TILE];
  uint8_t choices[EE_MOST_TILES * EE_TILE];
} ee_groups;

/*
 * Counts the bits that the codes, the choices among them and symbols[0..count) take; symbols are below `alphabet`, at most 13.
 * symbols[count..count + EE_GROUP) are overwritten.
 */
int64_t ee_coded_bits(uint8_t *symbols, int32_t count, int32_t alphabet, ee_groups *groups);

#endif
