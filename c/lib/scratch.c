/* Files without names. */
#define _GNU_SOURCE

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "owned.h"
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

/* Returns a descriptor or a negative errno. */
static int make_filled(const ee_scratch *scratch, const char *folder) {
  const size_t page_size = ee_page_size();
  unsigned char *page = ee_map(page_size);
  if (page == NULL) return -ENOMEM;
  for (size_t i = 0; i < page_size; i++) page[i] = (unsigned char)(i * 167 + 13);
  const int file = make_nameless(folder);
  int32_t error = file < 0 ? file : 0;
  if (error == 0 && scratch->direct) error = go_past_cache(file);
  if (error == 0) error = fill(file, scratch->size, page, page_size);
  if (error == 0 && scratch->direct) error = flush(file);
  if (error != 0 && file >= 0) close(file);
  ee_unmap(page, page_size);
  return error == 0 ? file : error;
}

static int32_t release(ee_file *file) {
  const int32_t error = close(file->descriptor) == 0 ? 0 : -errno;
  if (file->workspace.memory != NULL) ee_unmap(file->workspace.memory, file->workspace.size);
  free(file);
  return error;
}

static void give_up(void *file) { (void)release(file); }

int32_t ee_scratch_open(const ee_scratch *scratch, const char *folder) {
  if (folder == NULL) return -EINVAL;
  if (ee_owned(scratch) != NULL) return -EBUSY;
  ee_file *file = malloc(sizeof *file);
  if (file == NULL) return -ENOMEM;
  /* Not for ee_release to find: its memory goes with the file. */
  file->workspace = (ee_workspace){.size = scratch->memory, .busy = ATOMIC_FLAG_INIT, .listed = true};
  file->descriptor = make_filled(scratch, folder);
  if (file->descriptor < 0) {
    const int32_t error = file->descriptor;
    free(file);
    return error;
  }
  const int32_t error = ee_own(scratch, file, give_up);
  if (error != 0) release(file);
  return error;
}

int32_t ee_scratch_close(const ee_scratch *scratch) {
  ee_file *file = ee_disown(scratch);
  return file == NULL ? 0 : release(file);
}

int32_t ee_scratch_enter(const ee_scratch *scratch, ee_file **file, uint64_t *out, size_t n) {
  *file = ee_owned(scratch);
  return *file == NULL ? -EBADF : ee_enter(&(*file)->workspace, out, n);
}

int32_t ee_scratch_flush(const ee_file *file) { return flush(file->descriptor); }
