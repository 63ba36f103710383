/* Files without names. */
#define _GNU_SOURCE

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform.h"

#define TEMPLATE "/esoteric-entropy-XXXXXX"

/* Returns a descriptor or a negative errno. */
static int make_nameless(const char *folder) {
  char path[PATH_MAX];
  const int length = snprintf(path, sizeof path, "%s" TEMPLATE, folder);
  if (length < 0 || (size_t)length >= sizeof path) return -ENAMETOOLONG;
  const int file = mkostemp(path, O_CLOEXEC);
  if (file < 0) return -errno;
  if (unlink(path) == 0) return file;
  const int error = -errno;
  close(file);
  return error;
}

static int32_t go_past_cache(int file) {
#if defined(__APPLE__)
  return fcntl(file, F_NOCACHE, 1) == 0 ? 0 : -errno;
#else
  return fcntl(file, F_SETFL, O_DIRECT) == 0 ? 0 : -errno;
#endif
}

static int32_t flush(int file) {
#if defined(__APPLE__)
  /* fsync leaves the data in the drive's own cache here. */
  return fcntl(file, F_FULLFSYNC) == 0 ? 0 : -errno;
#else
  return fdatasync(file) == 0 ? 0 : -errno;
#endif
}

/* Writes `page` again and again; no file system may store it as a hole. */
static int32_t fill(int file, size_t size, const unsigned char *page, size_t page_size) {
  for (size_t at = 0; at < size; at += page_size) {
    const ssize_t written = pwrite(file, page, page_size, (off_t)at);
    if (written < 0) return -errno;
    if ((size_t)written != page_size) return -ENOSPC;
  }
  return 0;
}

int32_t ee_scratch_open(ee_scratch *scratch, const char *folder) {
  if (folder == NULL) return -EINVAL;
  int32_t error = ee_enter(&scratch->workspace, NULL, 0);
  if (error != 0) return error;
  if (scratch->descriptor_plus_one != 0) return ee_leave_raw(&scratch->workspace, -EBUSY);
  const size_t page_size = ee_page_size();
  unsigned char *page = ee_map(page_size);
  if (page == NULL) return ee_leave_raw(&scratch->workspace, -ENOMEM);
  for (size_t i = 0; i < page_size; i++) page[i] = (unsigned char)(i * 167 + 13);
  const int file = make_nameless(folder);
  error = file < 0 ? file : 0;
  if (error == 0 && scratch->direct) error = go_past_cache(file);
  if (error == 0) error = fill(file, scratch->size, page, page_size);
  if (error == 0 && scratch->direct) error = flush(file);
  if (error == 0) scratch->descriptor_plus_one = file + 1;
  else if (file >= 0) close(file);
  ee_unmap(page, page_size);
  return ee_leave_raw(&scratch->workspace, error);
}

int32_t ee_scratch_close(ee_scratch *scratch) {
  int32_t error = ee_enter(&scratch->workspace, NULL, 0);
  if (error != 0) return error;
  if (scratch->descriptor_plus_one != 0 && close(ee_scratch_descriptor(scratch)) != 0) error = -errno;
  scratch->descriptor_plus_one = 0;
  return ee_leave_raw(&scratch->workspace, error);
}

int32_t ee_scratch_flush(const ee_scratch *scratch) { return flush(ee_scratch_descriptor(scratch)); }
