/* Draws full-entropy bytes from the jitterentropy library for SECONDS of CPU time. Prints the library's version as it
 * counts (3.7.1 is 3070100), the number of bytes, and the CPU seconds. bench/program/jitterentropy.ts builds it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "jitterentropy.h"

int main(int argc, char **argv) {
  const double seconds = argc > 1 ? atof(argv[1]) : 2;
  if (jent_entropy_init() != 0) return 1;
  struct rand_data *collector = jent_entropy_collector_alloc(1, 0);
  if (collector == NULL) return 1;
  char bytes[32];
  long total = 0;
  const clock_t start = clock();
  while ((double)(clock() - start) / CLOCKS_PER_SEC < seconds) {
    const ssize_t got = jent_read_entropy(collector, bytes, sizeof bytes);
    if (got < 0) return 1;
    total += got;
  }
  printf("%u %ld %f\n", jent_version(), total, (double)(clock() - start) / CLOCKS_PER_SEC);
  jent_entropy_collector_free(collector);
  return 0;
}
