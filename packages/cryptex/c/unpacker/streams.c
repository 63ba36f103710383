/*
 * Compressed streams, unpacked from front to back by the library of each. libarchive can do this, too; but it does not compare the sums of
 * gzip, drops what comes before a fault, unpacks streams within streams in one go, and does not say where a stream ends.
 */
#include "streams.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define BLOCK_BYTES 65536
/* Of a window, and what stands beside it. Programs that compress use 64 MiB at most, unless they are told to. */
#define MOST_MEMORY (268435456 + 1048576)
#define MOST_WINDOW_LOG 28
/* gzip's own programs allow any length; longer ones are cut. */
#define NAME_BYTES 1024

enum outcome
{
  MORE,
  /* The stream is at its end; another one may follow. */
  ENDED,
  FAULT,
};

static struct
{
  enum kind kind;
  int is_open;
  /* A stream has begun, and has not ended. */
  int is_inside;
  int is_over;
  const char* fault;
  unsigned char input[PIECE_BYTES];
  const unsigned char* next;
  size_t available;
  /* Where the input ends in the archive. */
  int64_t offset;
  int is_last;
  unsigned char block[BLOCK_BYTES];
  union
  {
    z_stream gzip;
    bz_stream bzip2;
    lzma_stream lzma;
    ZSTD_DStream* zstd;
  } library;
  gz_header header;
  char name[NAME_BYTES];
} stream;

/* Makes sure of so many bytes of input, unless the archive ends before. Returns -1 where the work is given up. */
static int want(size_t length)
{
  while (stream.available < length && !stream.is_last)
  {
    memmove(stream.input, stream.next, stream.available);
    stream.next = stream.input;
    int count = ux_read(
        (double) stream.offset, stream.input + stream.available, (int) (PIECE_BYTES - stream.available));
    if (count < 0)
    {
      stream.fault = "given up";
      return -1;
    }
    stream.is_last = count == 0;
    stream.available += count;
    stream.offset += count;
  }
  return 0;
}

static int stands(const char* magic, size_t length)
{
  return stream.available >= length && memcmp(stream.next, magic, length) == 0;
}

/* Tells if another stream begins here. */
static int begins(void)
{
  if (stream.kind == KIND_XZ)
    /* Padding: zeros, four at a time. */
    while (want(4) == 0 && stands("\0\0\0\0", 4))
    {
      stream.next += 4;
      stream.available -= 4;
    }
  if (want(6) != 0)
    return 0;
  switch (stream.kind)
  {
    case KIND_GZIP:
      return stands("\x1f\x8b\x08", 3);
    case KIND_BZIP2:
      return stands("BZh", 3) && stream.available > 3 && stream.next[3] >= '1' && stream.next[3] <= '9';
    case KIND_XZ:
      return stands("\xfd" "7zXZ\0", 6);
    case KIND_ZSTD:
      /* A frame, or one of the 16 that are to be skipped. */
      return stands("\x28\xb5\x2f\xfd", 4) ||
             (stream.available >= 4 && (stream.next[0] & 0xf0) == 0x50 && memcmp(stream.next + 1, "\x2a\x4d\x18", 3) == 0);
    default:
      return stands("LZIP", 4);
  }
}

static int begin(void)
{
  switch (stream.kind)
  {
    case KIND_GZIP:
    {
      z_stream* gzip = &stream.library.gzip;
      if (stream.is_open ? inflateReset(gzip) != Z_OK : inflateInit2(gzip, 16 + MAX_WBITS) != Z_OK)
        return -1;
      if (!stream.is_open)
      {
        stream.header.name = (Bytef*) stream.name;
        stream.header.name_max = NAME_BYTES - 1;
        inflateGetHeader(gzip, &stream.header);
      }
      break;
    }
    case KIND_BZIP2:
      if (stream.is_open)
        BZ2_bzDecompressEnd(&stream.library.bzip2);
      memset(&stream.library.bzip2, 0, sizeof stream.library.bzip2);
      stream.is_open = 0;
      if (BZ2_bzDecompressInit(&stream.library.bzip2, 0, 0) != BZ_OK)
        return -1;
      break;
    case KIND_XZ:
      if (lzma_stream_decoder(&stream.library.lzma, MOST_MEMORY, 0) != LZMA_OK)
        return -1;
      break;
    case KIND_LZIP:
      if (lzma_lzip_decoder(&stream.library.lzma, MOST_MEMORY, 0) != LZMA_OK)
        return -1;
      break;
    default:
      if (!stream.is_open)
        stream.library.zstd = ZSTD_createDStream();
      if (stream.library.zstd == NULL)
        return -1;
      ZSTD_initDStream(stream.library.zstd);
      ZSTD_DCtx_setParameter(stream.library.zstd, ZSTD_d_windowLogMax, MOST_WINDOW_LOG);
  }
  stream.is_open = 1;
  stream.is_inside = 1;
  return 0;
}

int stream_open(enum kind kind)
{
  memset(&stream, 0, sizeof stream);
  stream.kind = kind;
  stream.next = stream.input;
  return 0;
}

void stream_close(void)
{
  if (!stream.is_open)
    return;
  stream.is_open = 0;
  switch (stream.kind)
  {
    case KIND_GZIP:
      inflateEnd(&stream.library.gzip);
      return;
    case KIND_BZIP2:
      BZ2_bzDecompressEnd(&stream.library.bzip2);
      return;
    case KIND_ZSTD:
      ZSTD_freeDStream(stream.library.zstd);
      return;
    default:
      lzma_end(&stream.library.lzma);
  }
}

static enum outcome fault(const char* text)
{
  stream.fault = text;
  return FAULT;
}

static enum outcome step_gzip(unsigned char* out, size_t room, size_t* made)
{
  z_stream* gzip = &stream.library.gzip;
  gzip->next_in = (Bytef*) stream.next;
  gzip->avail_in = stream.available;
  gzip->next_out = out;
  gzip->avail_out = room;
  int code = inflate(gzip, Z_NO_FLUSH);
  stream.next = gzip->next_in;
  stream.available = gzip->avail_in;
  *made = room - gzip->avail_out;
  if (code == Z_STREAM_END)
    return ENDED;
  if (code == Z_OK || code == Z_BUF_ERROR)
    return MORE;
  if (code == Z_MEM_ERROR)
    return fault("out of memory");
  return fault(gzip->msg == NULL ? "damaged data" : gzip->msg);
}

static enum outcome step_bzip2(unsigned char* out, size_t room, size_t* made)
{
  bz_stream* bzip2 = &stream.library.bzip2;
  bzip2->next_in = (char*) stream.next;
  bzip2->avail_in = stream.available;
  bzip2->next_out = (char*) out;
  bzip2->avail_out = room;
  int code = BZ2_bzDecompress(bzip2);
  stream.next = (unsigned char*) bzip2->next_in;
  stream.available = bzip2->avail_in;
  *made = room - bzip2->avail_out;
  if (code == BZ_STREAM_END)
    return ENDED;
  if (code == BZ_OK)
    return MORE;
  return fault(code == BZ_MEM_ERROR ? "out of memory" : "damaged data, or a sum is wrong");
}

static enum outcome step_lzma(unsigned char* out, size_t room, size_t* made)
{
  lzma_stream* lzma = &stream.library.lzma;
  lzma->next_in = stream.next;
  lzma->avail_in = stream.available;
  lzma->next_out = out;
  lzma->avail_out = room;
  lzma_ret code = lzma_code(lzma, LZMA_RUN);
  stream.next = lzma->next_in;
  stream.available = lzma->avail_in;
  *made = room - lzma->avail_out;
  switch (code)
  {
    case LZMA_STREAM_END:
      return ENDED;
    case LZMA_OK:
    case LZMA_BUF_ERROR:
      return MORE;
    case LZMA_MEMLIMIT_ERROR:
    case LZMA_MEM_ERROR:
      return fault("its window is larger than the 256 MiB that it may have");
    case LZMA_OPTIONS_ERROR:
      return fault("its options are not known");
    default:
      return fault("damaged data, or a sum is wrong");
  }
}

static enum outcome step_zstd(unsigned char* out, size_t room, size_t* made)
{
  ZSTD_inBuffer input = {stream.next, stream.available, 0};
  ZSTD_outBuffer output = {out, room, 0};
  size_t code = ZSTD_decompressStream(stream.library.zstd, &output, &input);
  stream.next += input.pos;
  stream.available -= input.pos;
  *made = output.pos;
  if (ZSTD_isError(code))
    return fault(ZSTD_getErrorName(code));
  return code == 0 ? ENDED : MORE;
}

static enum outcome step(unsigned char* out, size_t room, size_t* made)
{
  switch (stream.kind)
  {
    case KIND_GZIP:
      return step_gzip(out, room, made);
    case KIND_BZIP2:
      return step_bzip2(out, room, made);
    case KIND_ZSTD:
      return step_zstd(out, room, made);
    default:
      return step_lzma(out, room, made);
  }
}

int stream_read(const void** block)
{
  size_t length = 0;
  while (length < BLOCK_BYTES && !stream.is_over && stream.fault == NULL)
  {
    if (!stream.is_inside)
    {
      if (!begins())
        stream.is_over = 1;
      else if (begin() != 0)
        stream.fault = "out of memory";
      continue;
    }
    if (want(1) != 0)
      break;
    const unsigned char* before = stream.next;
    size_t made = 0;
    enum outcome outcome = step(stream.block + length, BLOCK_BYTES - length, &made);
    length += made;
    if (outcome == ENDED)
      stream.is_inside = 0;
    else if (outcome == MORE && made == 0 && stream.next == before)
      stream.fault = stream.is_last ? "truncated" : "damaged data";
  }
  if (length > 0)
  {
    *block = stream.block;
    if (ux_passed((double) length) == 0)
      return (int) length;
    stream.fault = "given up";
  }
  return stream.fault == NULL ? 0 : -1;
}

const char* stream_fault(void) { return stream.fault; }
int64_t stream_position(void) { return stream.offset - (int64_t) stream.available; }
const char* stream_name(void) { return stream.kind == KIND_GZIP && stream.header.done == 1 && stream.name[0] != '\0' ? stream.name : NULL; }
