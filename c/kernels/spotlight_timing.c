/*
 * spotlight_timing: how long macOS takes to answer a question about a file.
 *
 * The metadata server is asked and answers: two messages between processes, a scheduler's decision at each end, and a
 * look into an index that is rewritten all the time. The file and the attribute, its name, are the same every time; it
 * does not matter whether the file is indexed.
 *
 * A message to another process and back costs tens of microseconds and more, so this source cannot reach 100,000
 * samples a second. Linux has no such server: see metadata_timing.
 */
#include <errno.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#if defined(__APPLE__)
#include <dlfcn.h>

#define PATH "/usr/bin/true"
#define CORE_SERVICES "/System/Library/Frameworks/CoreServices.framework/CoreServices"
#define OBJC "/usr/lib/libobjc.A.dylib"
#define UTF8 0x08000100u
#define QUERIES (1 * EE_WORK_SCALE)

/* Looked up when first needed: most programs never load these libraries. */
static struct {
  void *(*string_create)(void *allocator, const char *text, uint32_t encoding);
  void (*release)(const void *object);
  void *(*item_create)(void *allocator, const void *path);
  void *(*item_copy_attribute)(const void *item, const void *name);
  void *(*pool_push)(void);
  void (*pool_pop)(void *pool);
  const void *name;
  void *path;
} spotlight;

static int32_t load(void) {
  if (spotlight.path != NULL) return 0;
  void *services = dlopen(CORE_SERVICES, RTLD_LAZY | RTLD_LOCAL);
  void *objc = dlopen(OBJC, RTLD_LAZY | RTLD_LOCAL);
  if (services == NULL || objc == NULL) return -ENOENT;
  *(void **)&spotlight.string_create = dlsym(services, "CFStringCreateWithCString");
  *(void **)&spotlight.release = dlsym(services, "CFRelease");
  *(void **)&spotlight.item_create = dlsym(services, "MDItemCreate");
  *(void **)&spotlight.item_copy_attribute = dlsym(services, "MDItemCopyAttribute");
  *(void **)&spotlight.pool_push = dlsym(objc, "objc_autoreleasePoolPush");
  *(void **)&spotlight.pool_pop = dlsym(objc, "objc_autoreleasePoolPop");
  const void *const *name = dlsym(services, "kMDItemFSName");
  if (spotlight.string_create == NULL || spotlight.release == NULL || spotlight.item_create == NULL ||
      spotlight.item_copy_attribute == NULL || spotlight.pool_push == NULL || spotlight.pool_pop == NULL || name == NULL)
    return -ENOENT;
  spotlight.name = *name;
  spotlight.path = spotlight.string_create(NULL, PATH, UTF8);
  return spotlight.path == NULL ? -ENOMEM : 0;
}

/* Makes a new item each time, for an item caches its answers. Returns 0, or -ENOENT if the system knows no such file. */
static int32_t ask(void) {
  void *item = spotlight.item_create(NULL, spotlight.path);
  if (item == NULL) return -ENOENT;
  void *value = spotlight.item_copy_attribute(item, spotlight.name);
  if (value != NULL) spotlight.release(value);
  spotlight.release(item);
  return 0;
}

static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};

EE_COMMAND int32_t ee_spotlight_timing_check(const char *nothing) {
  (void)nothing;
  const int32_t error = ee_enter(&workspace, NULL, 0);
  if (error != 0) return error;
  return ee_leave_raw(&workspace, load());
}

EE_KERNEL int32_t ee_spotlight_timing(uint64_t *out, size_t n) {
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  error = load();
  for (size_t i = 0; i < n && error == 0; i++) {
    void *pool = spotlight.pool_push();
    const uint64_t before = ee_ticks();
    for (int k = 0; k < QUERIES && error == 0; k++) {
      error = ask();
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
    spotlight.pool_pop(pool);
  }
  return ee_leave(&workspace, out, n, error);
}

#else

EE_COMMAND int32_t ee_spotlight_timing_check(const char *nothing) {
  (void)nothing;
  return -ENOSYS;
}

EE_KERNEL int32_t ee_spotlight_timing(uint64_t *out, size_t n) {
  (void)out;
  (void)n;
  return -ENOSYS;
}

#endif
