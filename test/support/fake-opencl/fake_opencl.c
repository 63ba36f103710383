/* As much of OpenCL as c/platform/gpu_opencl.c calls, with the devices that FAKE_OPENCL names. Computes nothing. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef struct object *object;

static int objects;
static char filled[65536];

static object make(void) {
  objects++;
  return (object)&objects;
}

static int32_t release(void) {
  objects--;
  return 0;
}

static int is(const char *what) {
  const char *kind = getenv("FAKE_OPENCL");
  return kind != NULL && strcmp(kind, what) == 0;
}

/* Contexts, queues and buffers that have not been released. */
EXPORT int32_t fake_opencl_objects(void) { return objects; }

EXPORT int32_t clGetPlatformIDs(uint32_t room, object *platforms, uint32_t *count) {
  if (is("no platform")) return -1001;
  *count = 1;
  if (room > 0) platforms[0] = (object)&objects;
  return 0;
}

EXPORT int32_t clGetDeviceIDs(object platform, uint64_t type, uint32_t room, object *devices, uint32_t *count) {
  (void)platform;
  const int gpu = (type & 4) != 0 && type != 0xffffffffu;
  if (is("no device") || (gpu && is("processor"))) return -1;
  *count = 1;
  if (room > 0) devices[0] = (object)&objects;
  return 0;
}

EXPORT int32_t clGetDeviceInfo(object device, uint32_t what, size_t room, void *value, size_t *size) {
  (void)device;
  (void)size;
  if (what != 0x102b) return -30;
  strncpy(value, is("llvmpipe") ? "llvmpipe (LLVM 19.1, 256 bits)" : "Fake GPU", room);
  return 0;
}

EXPORT object clCreateContext(const intptr_t *properties, uint32_t count, const object *devices, void *notify, void *user,
                              int32_t *error) {
  (void)properties, (void)count, (void)devices, (void)notify, (void)user;
  *error = 0;
  return make();
}

EXPORT object clCreateCommandQueue(object context, object device, uint64_t properties, int32_t *error) {
  (void)context, (void)device, (void)properties;
  *error = 0;
  return make();
}

EXPORT object clCreateBuffer(object context, uint64_t flags, size_t size, void *host, int32_t *error) {
  (void)context, (void)flags, (void)host;
  *error = size == sizeof filled ? 0 : -61;
  return is("no memory") || *error != 0 ? NULL : make();
}

EXPORT int32_t clEnqueueFillBuffer(object queue, object buffer, const void *pattern, size_t pattern_size, size_t offset,
                                   size_t size, uint32_t waits, const object *wait_for, object *event) {
  (void)queue, (void)buffer, (void)waits, (void)wait_for, (void)event;
  if (pattern_size != 1 || offset != 0 || size != sizeof filled) return -30;
  memset(filled, *(const unsigned char *)pattern, size);
  return 0;
}

EXPORT int32_t clFinish(object queue) {
  (void)queue;
  return is("lost") ? -36 : 0;
}

EXPORT int32_t clReleaseMemObject(object buffer) { return (void)buffer, release(); }
EXPORT int32_t clReleaseCommandQueue(object queue) { return (void)queue, release(); }
EXPORT int32_t clReleaseContext(object context) { return (void)context, release(); }
