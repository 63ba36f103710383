/*
 * ee-restart: one start of a kernel, in a process that does nothing else.
 *
 *   ee-restart LIBRARY                                          loads the library and ends
 *   ee-restart LIBRARY KERNEL WARM_UP SAMPLES CHUNK [TEXT ...]
 *
 * Loads the library, opens the kernel with the first text that it takes (an empty one stands for null), has it take the warm-up
 * samples in one call and the samples by chunks, as src/sources/acquire/native/kernel.ts does, and writes the samples to
 * stdout, 64 bits each, in the machine's order of bytes. What it opened ends with it. Exit code 1 comes with a line on stderr.
 *
 * A program of its own, and not a copy of the library's code: what is measured is the very library of the long run.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ee.h"

/* More than any row of a restart matrix: 128 MiB. */
#define MOST_SAMPLES ((unsigned long)1 << 24)

typedef uint32_t version_function(void);
typedef int32_t open_function(const char *text);
typedef int32_t kernel_function(uint64_t *out, size_t n);

static int refuse(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return EXIT_FAILURE;
}

/* Finds ee_<name><ending>; null if there is none. */
static void *function_of(void *library, const char *name, const char *ending) {
  char symbol[64];
  const int length = snprintf(symbol, sizeof symbol, "ee_%s%s", name, ending);
  return length > 0 && (size_t)length < sizeof symbol ? dlsym(library, symbol) : NULL;
}

/* Reads `count` numbers of samples; false if one is none, or too large. */
static bool read_counts(char **texts, size_t *counts, int count) {
  for (int i = 0; i < count; i++) {
    char *end;
    const unsigned long number = strtoul(texts[i], &end, 10);
    if (*texts[i] < '0' || *texts[i] > '9' || *end != '\0' || number > MOST_SAMPLES) return false;
    counts[i] = number;
  }
  return true;
}

/* Opens with the first text that is taken. If none is, says why of each, in one line. */
static bool open_first(open_function *open, char **texts) {
  for (char **text = texts; *text != NULL; text++) {
    const int32_t error = open(**text == '\0' ? NULL : *text);
    if (error == 0) return true;
    fprintf(stderr, "%s%s%s%s", text == texts ? "cannot be opened: " : "; ", *text, **text == '\0' ? "" : ": ",
            strerror(-error));
  }
  fprintf(stderr, "\n");
  return false;
}

static bool write_all(const void *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t written = write(STDOUT_FILENO, (const char *)bytes + done, size - done);
    if (written >= 0) done += (size_t)written;
    else if (errno != EINTR) return false;
  }
  return true;
}

int main(int count, char **words) {
  if (count != 2 && count < 6) return refuse("ee-restart", "LIBRARY [KERNEL WARM_UP SAMPLES CHUNK [TEXT ...]]");
  void *library = dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return refuse("the library cannot be loaded", dlerror());
  version_function *version = (version_function *)function_of(library, "abi_version", "");
  if (version == NULL || version() != EE_ABI_VERSION) return refuse(words[1], "is no library of this version");
  if (count == 2) return EXIT_SUCCESS;

  const char *name = words[2];
  kernel_function *kernel = (kernel_function *)function_of(library, name, "");
  if (kernel == NULL) return refuse(name, "no such kernel");
  size_t counts[3];
  if (!read_counts(words + 3, counts, 3) || counts[2] == 0) return refuse(name, "numbers of samples are not understood");
  const size_t warm_up = counts[0], samples = counts[1], chunk = counts[2];
  if (count > 6) {
    open_function *open = (open_function *)function_of(library, name, "_open");
    if (open == NULL) return refuse(name, "takes nothing to open it with");
    if (!open_first(open, words + 6)) return EXIT_FAILURE;
  }
  uint64_t *dropped = calloc(warm_up + 1, sizeof *dropped);
  uint64_t *out = calloc(samples + 1, sizeof *out);
  if (dropped == NULL || out == NULL) return refuse(name, strerror(ENOMEM));

  int32_t error = warm_up > 0 ? kernel(dropped, warm_up) : 0;
  for (size_t from = 0; from < samples && error == 0; from += chunk) {
    error = kernel(out + from, samples - from < chunk ? samples - from : chunk);
  }
  if (error != 0) return refuse(name, strerror(-error));
  return write_all(out, samples * sizeof *out) ? EXIT_SUCCESS : refuse("stdout", strerror(errno));
}
