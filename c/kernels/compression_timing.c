/*
 * compression_timing: how long zlib takes to compress the same 384 bytes.
 *
 * A search through hash chains and a Huffman coder: many branches, many small tables, more of them than the first cache
 * holds. The input and the compressor's state are the same every time; what differs is what stayed in caches and branch
 * predictors. It drifts: neighbouring samples resemble one another, hence the low claim. With new data for each sample
 * the timings would reflect the data instead (7.0 assessed bits against 3.6).
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#if defined(__APPLE__)
#define ZLIB "/usr/lib/libz.1.dylib"
#else
#define ZLIB "libz.so.1"
#endif

#define COMPRESSIONS (1 * EE_WORK_SCALE)
#define INPUT 384
#define OUTPUT 1024

/* Names and numbers from zlib's manual: zlib.h is missing on Linux systems without zlib's development files. */
enum { Z_OK = 0, Z_STREAM_END = 1, Z_FINISH = 4, LEVEL = 6 };

typedef struct {
  const unsigned char *next_in;
  unsigned avail_in;
  unsigned long total_in;
  unsigned char *next_out;
  unsigned avail_out;
  unsigned long total_out;
  const char *msg;
  void *state;
  void *(*zalloc)(void *opaque, unsigned items, unsigned size);
  void (*zfree)(void *opaque, void *address);
  void *opaque;
  int data_type;
  unsigned long adler;
  unsigned long reserved;
} z_stream;

static struct {
  const char *(*version)(void);
  int (*init)(z_stream *stream, int level, const char *version, int stream_size);
  int (*reset)(z_stream *stream);
  int (*deflate)(z_stream *stream, int flush);
} zlib;

/* zlib takes 268 KB, its faster descendants somewhat more. */
static ee_workspace workspace = {.size = (size_t)1 << 20, .busy = ATOMIC_FLAG_INIT};

/* Part of the workspace: zlib's memory comes and goes with it, and nothing has to be closed. */
typedef struct {
  z_stream stream;
  unsigned char input[INPUT], output[OUTPUT];
  size_t used;
} compressor;

static void *allocate(void *opaque, unsigned items, unsigned size) {
  compressor *self = opaque;
  /* A multiple of 64 keeps every piece aligned to a line. */
  const size_t wanted = ((size_t)items * size + 63) & ~(size_t)63;
  if (wanted > workspace.size - self->used) return NULL;
  void *piece = workspace.memory + self->used;
  self->used += wanted;
  return piece;
}

static void keep(void *opaque, void *address) {
  (void)opaque;
  (void)address;
}

/* Once found, the library stays loaded. */
static int32_t load(void) {
  if (zlib.deflate != NULL) return 0;
  void *library = dlopen(ZLIB, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return -ENOENT;
  *(void **)&zlib.version = dlsym(library, "zlibVersion");
  *(void **)&zlib.init = dlsym(library, "deflateInit_");
  *(void **)&zlib.reset = dlsym(library, "deflateReset");
  *(void **)&zlib.deflate = dlsym(library, "deflate");
  if (zlib.version == NULL || zlib.init == NULL || zlib.reset == NULL || zlib.deflate == NULL) {
    zlib.deflate = NULL;
    return -ENOENT;
  }
  return 0;
}

static int32_t start(compressor *self) {
  memset(self, 0, sizeof *self);
  self->used = (sizeof *self + 63) & ~(size_t)63;
  /* Sixteen letters in a fixed, shuffled order, so that zlib finds some matches and leaves some literals. */
  uint32_t letter = 1;
  for (size_t i = 0; i < INPUT; i++) {
    letter = letter * 1664525 + 1013904223;
    self->input[i] = (unsigned char)('a' + (letter >> 28));
  }
  self->stream.zalloc = allocate;
  self->stream.zfree = keep;
  self->stream.opaque = self;
  return zlib.init(&self->stream, LEVEL, zlib.version(), (int)sizeof self->stream) == Z_OK ? 0 : -ENOMEM;
}

static int32_t compress(compressor *self) {
  z_stream *stream = &self->stream;
  if (zlib.reset(stream) != Z_OK) return -EIO;
  stream->next_in = self->input;
  stream->avail_in = INPUT;
  stream->next_out = self->output;
  stream->avail_out = OUTPUT;
  return zlib.deflate(stream, Z_FINISH) == Z_STREAM_END ? 0 : -EIO;
}

EE_COMMAND int32_t ee_compression_timing_check(const char *nothing) {
  (void)nothing;
  const int32_t error = ee_enter(&workspace, NULL, 0);
  if (error != 0) return error;
  return ee_leave_raw(&workspace, load());
}

EE_KERNEL int32_t ee_compression_timing(uint64_t *out, size_t n) {
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  compressor *self = (compressor *)workspace.memory;
  error = load();
  if (error == 0 && workspace.fresh) {
    error = start(self);
    workspace.fresh = error != 0;
  }
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < COMPRESSIONS && error == 0; k++) {
      error = compress(self);
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, error);
}
