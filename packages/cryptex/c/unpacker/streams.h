/* Compressed streams, unpacked from front to back. streams.c */
#ifndef UX_STREAMS_H
#define UX_STREAMS_H

#include <stdint.h>

/* Before a definition: the host calls it as ux_<name>. */
#define EXPORT(name) __attribute__((export_name("ux_" #name)))
/* Before a declaration: the host defines it as ux.<name>. */
#define IMPORT(name) __attribute__((import_module("ux"), import_name(#name)))

/* Copies a piece of the archive to an address. Returns how many bytes; 0 at the end, -1 where the work is to be given up. */
IMPORT(read) int ux_read(double offset, void* address, int length);

/* Told of bytes that were unpacked. Returns anything but 0 where the work is to be given up. */
IMPORT(passed) int ux_passed(double count);

/* As KINDS in machine.ts. */
enum kind
{
  KIND_TAR,
  KIND_SEVEN_ZIP,
  /* One local header and what follows it. */
  KIND_ZIP_MEMBER,
  /* From here on: compressed streams. */
  KIND_GZIP,
  KIND_BZIP2,
  KIND_XZ,
  KIND_ZSTD,
  KIND_LZIP,
};

/* A piece is small, so that the host is asked often: a few bytes may stand for gigabytes. */
#define PIECE_BYTES 16384

/* Returns 0, or -1 with a fault. */
int stream_open(enum kind kind);
void stream_close(void);

/*
 * Unpacks the next block. Returns how many bytes; 0 at the end of the last stream, -1 for a fault. What could be unpacked before the fault
 * is given first.
 */
int stream_read(const void** block);

/* What was wrong; NULL if nothing was. */
const char* stream_fault(void);
/* Bytes of the archive that belong to its streams. */
int64_t stream_position(void);
/* Name that stands in the stream; NULL without one. Valid until it is closed. */
const char* stream_name(void);

#endif
