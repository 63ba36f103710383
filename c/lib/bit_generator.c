/*
 * The functions that numpy.random calls for every word (numpy/random/bitgen.h). They take words out of a buffer that
 * the Python package fills, and make none themselves. A refill that adds too little is called again, so only bytes of
 * the stream can leave; the refill decides when to give up. A word's bytes are wiped when it is handed out.
 */
#include <string.h>

#include "ee.h"

/* Bytes handed out between two looks at the identity. A look takes as long as ten words. */
#define LOOK_BYTES 1024

/* Least change of the time asleep that counts: as in src/platform/clone-watch.ts. */
#define ASLEEP 1
#define ASLEEP_TOLERANCE_NS 100000000

static int is_same(const uint64_t *a, const uint64_t *b) {
  for (int i = 0; i < EE_IDENTITY_WORDS; i++) {
    if (i != ASLEEP && a[i] != b[i]) return 0;
  }
  const uint64_t difference = a[ASLEEP] > b[ASLEEP] ? a[ASLEEP] - b[ASLEEP] : b[ASLEEP] - a[ASLEEP];
  return difference <= ASLEEP_TOLERANCE_NS;
}

static void look(ee_bitgen *generator) {
  uint64_t now[EE_IDENTITY_WORDS];
  ee_identity(now, EE_IDENTITY_WORDS);
  generator->look_at = generator->position + LOOK_BYTES;
  if (is_same(now, generator->identity)) return;
  memcpy(generator->identity, now, sizeof now);
  memset(generator->bytes, 0, generator->length);
  generator->position = generator->length = 0;
}

static void take(ee_bitgen *generator, void *word, size_t size) {
  if (generator->position >= generator->look_at) look(generator);
  while (generator->length - generator->position < size) {
    generator->position = generator->length = 0; /* the rest is too short for a word */
    generator->refill();
    generator->look_at = LOOK_BYTES;
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
