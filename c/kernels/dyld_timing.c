/*
 * dyld_timing: how long it takes to load and unload a small library.
 *
 * A file is looked up and mapped, its pages fault, its references are resolved, and all is undone: file system, page
 * tables and the loader's locks take part. For a library that this program already uses, the loader would only change a
 * counter, so one is chosen that is absent before loading and after unloading.
 *
 * This takes 20 to 200 us, so this source cannot reach 100,000 samples a second.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define LOADS (1 * EE_WORK_SCALE)

/* Small, without initialisers, part of every installation. None for musl, whose dlclose does nothing. */
static const char *const candidates[] = {
#if defined(__APPLE__)
    /* Among the few that are files: libraries in the system's shared cache are never unloaded. */
    "/usr/lib/libobjc-trampolines.dylib",
#elif defined(__GLIBC__)
    "libutil.so.1", "libanl.so.1", "libBrokenLocale.so.1", "librt.so.1",
#endif
    NULL};

static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
static const char *chosen;

static bool is_loaded(const char *name) {
  void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
  if (library != NULL) dlclose(library);
  return library != NULL;
}

static int32_t load_once(const char *name) {
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return -ENOENT;
  return dlclose(library) == 0 ? 0 : -EIO;
}

/* Returns 0, -ENOSYS if libraries are never unloaded here, or -ENOENT if all candidates are absent or in use. */
static int32_t choose(void) {
  if (candidates[0] == NULL) return -ENOSYS;
  for (const char *const *name = candidates; chosen == NULL && *name != NULL; name++) {
    if (!is_loaded(*name) && load_once(*name) == 0 && !is_loaded(*name)) chosen = *name;
  }
  return chosen == NULL ? -ENOENT : 0;
}

EE_COMMAND int32_t ee_dyld_timing_check(const char *nothing) {
  (void)nothing;
  const int32_t error = ee_enter(&workspace, NULL, 0);
  if (error != 0) return error;
  return ee_leave_raw(&workspace, choose());
}

EE_KERNEL int32_t ee_dyld_timing(uint64_t *out, size_t n) {
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  error = choose();
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < LOADS && error == 0; k++) {
      error = load_once(chosen);
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  /* If something else has loaded it meanwhile, some of these samples are no loads. */
  if (error == 0 && is_loaded(chosen)) error = -ETXTBSY;
  if (error != 0) chosen = NULL;
  return ee_leave(&workspace, out, n, error);
}
