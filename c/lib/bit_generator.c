/*
 * The functions that numpy.random calls for every word (numpy/random/bitgen.h). They take words out of a buffer that
 * the Python package fills, and make none themselves. A refill that adds too little is called again, so only bytes of
 * the stream can leave; the refill decides when to give up. A word's bytes are wiped when it is handed out.
 */
#include <string.h>

#include "ee.h"

static void take(ee_bitgen *generator, void *word, size_t size) {
  while (generator->length - generator->position < size) {
    generator->position = generator->length = 0; /* the rest is too short for a word */
    generator->refill();
  }
  uint8_t *bytes = generator->bytes + generator->position;
  memcpy(word, bytes, size);
  memset(bytes, 0, size);
  generator->position += size;
}

uint64_t ee_bitgen_next64(void *generator) {
  uint64_t word;
  take(generator, &word, sizeof word);
  return word;
}

uint32_t ee_bitgen_next32(void *generator) {
  uint32_t word;
  take(generator, &word, sizeof word);
  return word;
}

/* A multiple of 2^-53 in [0, 1), all equally likely. */
double ee_bitgen_double(void *generator) { return (double)(ee_bitgen_next64(generator) >> 11) * 0x1p-53; }
