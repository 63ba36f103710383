/*
 * The system below libyara: a clock, and nothing else. There are no files, streams, processes and threads. What wasi-libc would ask
 * the host for is answered here, so that the module imports nothing from WASI; what libyara has in threading.c and filemap.c too.
 */
#include <ctype.h>
#include <inttypes.h>
#include <wasi/api.h>
#include <yara/error.h>
#include <yara/filemap.h>
#include <yara/threading.h>

#include "shim.h"

/*
 * Nanoseconds: since 1970 for clock 0, since some moment for clock 1 (WASI's numbers). When a scan is to be cancelled, clock 1 leaps
 * ahead, further at each call, so that libyara finds that the time is up.
 */
IMPORT(clock) double cx_clock(int clock);

/* What wasi-libc imports, defined here under the names that it calls, so that no import is left. Addresses are 32 bits wide. */
#define WASI(name) __imported_wasi_snapshot_preview1_##name

int32_t WASI(clock_time_get)(int32_t clock, int64_t precision, int32_t time)
{
  (void) precision;
  *(uint64_t*) time = (uint64_t) cx_clock(clock);
  return __WASI_ERRNO_SUCCESS;
}

/* What abort and exit come to. */
_Noreturn void WASI(proc_exit)(int32_t code)
{
  (void) code;
  __builtin_trap();
}

/* Streams: what libyara prints is for its developers. It is dropped and counts as written, or it would be tried again. */
int32_t WASI(fd_write)(int32_t file, int32_t parts, int32_t count, int32_t written)
{
  (void) file;
  *(uint32_t*) written = 0;
  for (int32_t i = 0; i < count; i++)
    *(uint32_t*) written += ((const __wasi_ciovec_t*) parts)[i].buf_len;
  return __WASI_ERRNO_SUCCESS;
}

/* Files: there are none. */
#define NO_FILE(name, ...) \
  int32_t WASI(name)(__VA_ARGS__) { return __WASI_ERRNO_BADF; }

NO_FILE(fd_close, int32_t file)
NO_FILE(fd_fdstat_get, int32_t file, int32_t status)
NO_FILE(fd_filestat_get, int32_t file, int32_t status)
NO_FILE(fd_prestat_get, int32_t file, int32_t status)
NO_FILE(fd_prestat_dir_name, int32_t file, int32_t name, int32_t length)
NO_FILE(fd_read, int32_t file, int32_t parts, int32_t count, int32_t length)
NO_FILE(fd_seek, int32_t file, int64_t offset, int32_t whence, int32_t position)
NO_FILE(
    path_open, int32_t folder, int32_t how, int32_t path, int32_t length, int32_t flags, int64_t rights,
    int64_t inherited, int32_t file_flags, int32_t file)

/* Zig's part of the C library imports fd_close under a name of its own. */
int close(int file)
{
  (void) file;
  return -1;
}

int yr_filemap_map(const char* path, YR_MAPPED_FILE* mapped)
{
  (void) path;
  (void) mapped;
  return ERROR_COULD_NOT_OPEN_FILE;
}

int yr_filemap_map_fd(YR_FILE_DESCRIPTOR file, uint64_t offset, size_t size, YR_MAPPED_FILE* mapped)
{
  (void) file;
  (void) offset;
  (void) size;
  (void) mapped;
  return ERROR_COULD_NOT_OPEN_FILE;
}

void yr_filemap_unmap(YR_MAPPED_FILE* mapped) { (void) mapped; }
void yr_filemap_unmap_fd(YR_MAPPED_FILE* mapped) { (void) mapped; }

/* Threads: there is one. A lock has nothing to do, and what each thread has for itself is a variable. */

int yr_mutex_create(YR_MUTEX* mutex) { (void) mutex; return ERROR_SUCCESS; }
int yr_mutex_destroy(YR_MUTEX* mutex) { (void) mutex; return ERROR_SUCCESS; }
int yr_mutex_lock(YR_MUTEX* mutex) { (void) mutex; return ERROR_SUCCESS; }
int yr_mutex_unlock(YR_MUTEX* mutex) { (void) mutex; return ERROR_SUCCESS; }

/* yr_initialize makes two: yr_yyfatal_trampoline_tls and yr_trycatch_trampoline_tls. */
#define MAX_STORAGES 2

static void* storage[MAX_STORAGES];
static YR_THREAD_STORAGE_KEY storages = 0;

int yr_thread_storage_create(YR_THREAD_STORAGE_KEY* key)
{
  if (storages == MAX_STORAGES)
    return ERROR_INTERNAL_FATAL_ERROR;
  *key = storages++;
  return ERROR_SUCCESS;
}

int yr_thread_storage_destroy(YR_THREAD_STORAGE_KEY* key)
{
  storage[*key] = NULL;
  return ERROR_SUCCESS;
}

int yr_thread_storage_set_value(YR_THREAD_STORAGE_KEY* key, void* value)
{
  storage[*key] = value;
  return ERROR_SUCCESS;
}

void* yr_thread_storage_get_value(YR_THREAD_STORAGE_KEY* key) { return storage[*key]; }

/* Zig's strtoll lets `end` stand behind spaces and a sign that no digit follows, so that string.to_int("  -") would be 0. */
long long strtoll(const char* text, char** end, int base)
{
  char* stop;
  long long value = strtoimax(text, &stop, base);
  if (end != NULL)
    *end = stop == text || !isalnum((unsigned char) stop[-1]) ? (char*) text : stop;
  return value;
}
