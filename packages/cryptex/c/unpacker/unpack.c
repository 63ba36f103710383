/*
 * What the host calls to read an archive: libarchive, member by member, block by block. One archive at a time. The archive stays in the
 * host's memory, which gives pieces of it; no file is opened, and nothing is written.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "streams.h"

static struct
{
  struct archive* archive;
  struct archive_entry* entry;
  enum kind kind;
  int64_t size;
  int64_t offset;
  char piece[PIECE_BYTES];
  /* Of the last call of ux_block. */
  const void* block;
  size_t block_length;
  int64_t block_offset;
} current;

static int is_stream(void) { return current.kind >= KIND_GZIP; }

static la_ssize_t read_piece(struct archive* archive, void* data, const void** piece)
{
  (void) data;
  int length;
  if (is_stream())
    length = stream_read(piece);
  else
  {
    length = ux_read((double) current.offset, current.piece, PIECE_BYTES);
    *piece = current.piece;
  }
  if (length < 0)
  {
    archive_set_error(archive, EIO, "%s", is_stream() ? stream_fault() : "given up");
    return ARCHIVE_FATAL;
  }
  current.offset += length;
  return length;
}

static la_int64_t skip_pieces(struct archive* archive, void* data, la_int64_t request)
{
  (void) archive;
  (void) data;
  int64_t left = current.size - current.offset;
  int64_t skipped = request < left ? request : left;
  current.offset += skipped;
  return skipped;
}

static la_int64_t seek_piece(struct archive* archive, void* data, la_int64_t offset, int whence)
{
  (void) data;
  int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? current.offset : current.size;
  if (offset < -from || offset > current.size - from)
  {
    archive_set_error(archive, EINVAL, "it refers to bytes beyond its end: truncated");
    return ARCHIVE_FATAL;
  }
  return current.offset = from + offset;
}

EXPORT(close) void ux_close(void)
{
  if (current.archive != NULL)
    archive_read_free(current.archive);
  current.archive = NULL;
  current.entry = NULL;
  stream_close();
}

/* Opens an archive; a compressed stream as a tar archive, or as what it is. */
EXPORT(open) int ux_open(enum kind kind, double size, int is_tar)
{
  ux_close();
  /* Names in UTF-16 become UTF-8. */
  setlocale(LC_CTYPE, "C.UTF-8");
  current.kind = kind;
  current.size = (int64_t) size;
  current.offset = 0;
  struct archive* archive = current.archive = archive_read_new();
  if (archive == NULL)
    return ARCHIVE_FATAL;

  /* One piece of data, though it is nothing: else the archive is taken for one of several files. */
  archive_read_set_callback_data(archive, NULL);
  archive_read_set_read_callback(archive, read_piece);
  switch (kind)
  {
    case KIND_SEVEN_ZIP:
      archive_read_set_seek_callback(archive, seek_piece);
      archive_read_support_format_7zip(archive);
      break;
    case KIND_ZIP_MEMBER:
      archive_read_support_format_zip_streamable(archive);
      /* The host compares it: only so does it get the bytes that are there in spite of it. */
      archive_read_set_options(archive, "zip:ignorecrc32");
      break;
    default:
      if (is_stream())
        stream_open(kind);
      else
        archive_read_set_skip_callback(archive, skip_pieces);
      if (!is_tar)
      {
        archive_read_support_format_raw(archive);
        archive_read_support_format_empty(archive);
        break;
      }
      archive_read_support_format_tar(archive);
      /* What stands behind the mark of the end is read, too. */
      archive_read_set_options(archive, "tar:read_concatenated_archives");
  }
  return archive_read_open1(archive);
}

/* Goes to the next member. */
EXPORT(next) int ux_next(void)
{
  int code = archive_read_next_header(current.archive, &current.entry);
  /* A stream that cannot be unpacked looks like an empty one, or like the end of a tar archive. */
  return code == ARCHIVE_EOF && is_stream() && stream_fault() != NULL ? ARCHIVE_FATAL : code;
}

/* Reads the member's next block; the offset may leave a hole before it. */
EXPORT(block) int ux_block(void)
{
  current.block_length = 0;
  return archive_read_data_block(current.archive, &current.block, &current.block_length, &current.block_offset);
}

EXPORT(block_address) const void* ux_block_address(void) { return current.block; }
EXPORT(block_length) size_t ux_block_length(void) { return current.block_length; }
EXPORT(block_offset) double ux_block_offset(void) { return (double) current.block_offset; }

/* Goes to the end of the member, by reading it: libarchive would do so as well, but without a look at the host. */
EXPORT(pass) int ux_pass(void)
{
  for (;;)
  {
    int code = ux_block();
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
      return code;
    /* What a stream unpacks has been counted. */
    if (ux_passed(is_stream() ? 0 : (double) current.block_length) != 0)
      return ARCHIVE_FATAL;
  }
}

/* Bytes of the archive that were needed so far, of those that it has. */
EXPORT(needed) double ux_needed(void)
{
  return (double) (is_stream() ? stream_position() : archive_filter_bytes(current.archive, -1));
}

EXPORT(error) const char* ux_error(void)
{
  const char* text = is_stream() ? stream_fault() : NULL;
  if (text == NULL && current.archive != NULL)
    text = archive_error_string(current.archive);
  return text == NULL ? "" : text;
}

/* Bytes that no encoding is known of; NULL for a member without a name. */
EXPORT(name) const char* ux_name(void)
{
  if (archive_format(current.archive) == ARCHIVE_FORMAT_RAW)
    return stream_name();
  const char* name = archive_entry_pathname(current.entry);
  return name != NULL ? name : archive_entry_pathname_utf8(current.entry);
}

EXPORT(link) const char* ux_link(void)
{
  const char* hard = archive_entry_hardlink(current.entry);
  return hard != NULL ? hard : archive_entry_symlink(current.entry);
}

EXPORT(is_hard_link) int ux_is_hard_link(void) { return archive_entry_hardlink(current.entry) != NULL; }

/* Type bits of a mode. */
EXPORT(type) int ux_type(void) { return archive_entry_filetype(current.entry); }

/* -1 where it is not stated. */
EXPORT(size) double ux_size(void)
{
  return archive_entry_size_is_set(current.entry) ? (double) archive_entry_size(current.entry) : -1;
}

EXPORT(is_encrypted) int ux_is_encrypted(void) { return archive_entry_is_encrypted(current.entry); }
EXPORT(is_sparse) int ux_is_sparse(void) { return archive_entry_sparse_count(current.entry) > 0; }
/* 1 for the content of a stream that is no tar archive. */
EXPORT(is_raw) int ux_is_raw(void) { return archive_format(current.archive) == ARCHIVE_FORMAT_RAW; }
