/*
 * The system below libarchive: there is none. What wasi-libc would ask the host for is answered here, so that the module imports
 * nothing from WASI. Times are not looked at, and random numbers would serve only what writes archives.
 */
#include <stddef.h>
#include <stdint.h>
#include <langinfo.h>
#include <wasi/api.h>

#define WASI(name) __imported_wasi_snapshot_preview1_##name

int32_t WASI(clock_time_get)(int32_t clock, int64_t precision, int32_t time)
{
  (void) clock;
  (void) precision;
  *(uint64_t*) time = 0;
  return __WASI_ERRNO_SUCCESS;
}

_Noreturn void WASI(proc_exit)(int32_t code)
{
  (void) code;
  __builtin_trap();
}

int32_t WASI(random_get)(int32_t buffer, int32_t length)
{
  (void) buffer;
  (void) length;
  return __WASI_ERRNO_NOSYS;
}

int32_t WASI(fd_write)(int32_t file, int32_t parts, int32_t count, int32_t written)
{
  (void) file;
  *(uint32_t*) written = 0;
  for (int32_t i = 0; i < count; i++)
    *(uint32_t*) written += ((const __wasi_ciovec_t*) parts)[i].buf_len;
  return __WASI_ERRNO_SUCCESS;
}

#define NOTHING(name, ...) \
  int32_t WASI(name)(__VA_ARGS__) { return __WASI_ERRNO_BADF; }

NOTHING(environ_get, int32_t environment, int32_t buffer)
NOTHING(environ_sizes_get, int32_t count, int32_t size)
NOTHING(fd_close, int32_t file)
NOTHING(fd_fdstat_get, int32_t file, int32_t status)
NOTHING(fd_fdstat_set_flags, int32_t file, int32_t flags)
NOTHING(fd_filestat_get, int32_t file, int32_t status)
NOTHING(fd_prestat_get, int32_t file, int32_t status)
NOTHING(fd_prestat_dir_name, int32_t file, int32_t name, int32_t length)
NOTHING(fd_read, int32_t file, int32_t parts, int32_t count, int32_t length)
NOTHING(fd_seek, int32_t file, int64_t offset, int32_t whence, int32_t position)
NOTHING(
    path_open, int32_t folder, int32_t how, int32_t path, int32_t length, int32_t flags, int64_t rights,
    int64_t inherited, int32_t file_flags, int32_t file)

int close(int file)
{
  (void) file;
  return -1;
}

/* A defect of bzip2 ends the instance. */
void bz_internal_error(int code)
{
  (void) code;
  __builtin_trap();
}
