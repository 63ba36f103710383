/* Linux: a fill through OpenCL. */
#if defined(__linux__)
#include "gpu.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define OPENCL "libOpenCL.so.1"

/* Names and numbers from OpenCL's specification: systems without its development files lack the header. */
#define CL_SUCCESS 0
#define CL_DEVICE_TYPE_GPU (1u << 2)
#define CL_DEVICE_TYPE_ALL 0xffffffffu
#define CL_DEVICE_NAME 0x102b
#define CL_MEM_READ_WRITE (1u << 0)

#define MOST_PLATFORMS 16
#define MOST_DEVICES 16

typedef struct object *object;

static struct {
  int32_t (*platforms)(uint32_t room, object *platforms, uint32_t *count);
  int32_t (*devices)(object platform, uint64_t type, uint32_t room, object *devices, uint32_t *count);
  int32_t (*device_info)(object device, uint32_t what, size_t room, void *value, size_t *size);
  object (*create_context)(const intptr_t *properties, uint32_t count, const object *devices, void *notify,
                           void *user, int32_t *error);
  object (*create_queue)(object context, object device, uint64_t properties, int32_t *error);
  object (*create_buffer)(object context, uint64_t flags, size_t size, void *host, int32_t *error);
  int32_t (*fill)(object queue, object buffer, const void *pattern, size_t pattern_size, size_t offset, size_t size,
                  uint32_t waits, const object *wait_for, object *event);
  int32_t (*finish)(object queue);
  int32_t (*release_buffer)(object buffer);
  int32_t (*release_queue)(object queue);
  int32_t (*release_context)(object context);
} cl;

struct ee_gpu {
  object context, queue, buffer;
};

static int32_t load(void) {
  if (cl.platforms != NULL) return 0;
  void *library = dlopen(OPENCL, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return -ENOENT;
  const struct {
    void **place;
    const char *name;
  } functions[] = {
      {(void **)&cl.platforms, "clGetPlatformIDs"},
      {(void **)&cl.devices, "clGetDeviceIDs"},
      {(void **)&cl.device_info, "clGetDeviceInfo"},
      {(void **)&cl.create_context, "clCreateContext"},
      {(void **)&cl.create_queue, "clCreateCommandQueue"},
      {(void **)&cl.create_buffer, "clCreateBuffer"},
      {(void **)&cl.fill, "clEnqueueFillBuffer"},
      {(void **)&cl.finish, "clFinish"},
      {(void **)&cl.release_buffer, "clReleaseMemObject"},
      {(void **)&cl.release_queue, "clReleaseCommandQueue"},
      {(void **)&cl.release_context, "clReleaseContext"},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    *functions[i].place = dlsym(library, functions[i].name);
    if (*functions[i].place == NULL) {
      cl.platforms = NULL;
      return -ENOENT;
    }
  }
  return 0;
}

/* Some devices that compute on the CPU call themselves graphics processors. */
static bool is_software(object device) {
  static const char *const names[] = {"llvmpipe", "softpipe", "SwiftShader", "pocl", "cpu"};
  char name[256] = "";
  if (cl.device_info(device, CL_DEVICE_NAME, sizeof name - 1, name, NULL) != CL_SUCCESS) return true;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strncmp(name, names[i], strlen(names[i])) == 0) return true;
  }
  return false;
}

/* The first true graphics processor of all platforms. */
static int32_t find(object *found) {
  object platforms[MOST_PLATFORMS], devices[MOST_DEVICES];
  uint32_t platform_count = 0;
  bool software = false;
  /* A loader without platforms answers with an error of its own. */
  if (cl.platforms(MOST_PLATFORMS, platforms, &platform_count) != CL_SUCCESS) return -ENODEV;
  if (platform_count > MOST_PLATFORMS) platform_count = MOST_PLATFORMS;
  for (uint32_t p = 0; p < platform_count; p++) {
    uint32_t count = 0;
    if (cl.devices(platforms[p], CL_DEVICE_TYPE_GPU, MOST_DEVICES, devices, &count) == CL_SUCCESS) {
      for (uint32_t d = 0; d < count && d < MOST_DEVICES; d++) {
        *found = devices[d];
        if (!is_software(*found)) return 0;
      }
    }
    count = 0;
    if (cl.devices(platforms[p], CL_DEVICE_TYPE_ALL, MOST_DEVICES, devices, &count) == CL_SUCCESS && count > 0)
      software = true;
  }
  return software ? -ENOTSUP : -ENODEV;
}

int32_t ee_gpu_open(ee_gpu **gpu) {
  object device = NULL;
  int32_t error = load();
  if (error == 0) error = find(&device);
  if (error != 0) return error;
  ee_gpu *made = calloc(1, sizeof *made);
  if (made == NULL) return -ENOMEM;
  int32_t refused = CL_SUCCESS;
  made->context = cl.create_context(NULL, 1, &device, NULL, NULL, &refused);
  if (made->context != NULL) made->queue = cl.create_queue(made->context, device, 0, &refused);
  if (made->queue != NULL) made->buffer = cl.create_buffer(made->context, CL_MEM_READ_WRITE, EE_GPU_SIZE, NULL, &refused);
  if (made->buffer == NULL) {
    ee_gpu_close(made);
    return -EIO;
  }
  *gpu = made;
  return 0;
}

int32_t ee_gpu_fill(ee_gpu *gpu) {
  static const unsigned char pattern = 1;
  if (cl.fill(gpu->queue, gpu->buffer, &pattern, sizeof pattern, 0, EE_GPU_SIZE, 0, NULL, NULL) != CL_SUCCESS)
    return -EIO;
  return cl.finish(gpu->queue) == CL_SUCCESS ? 0 : -EIO;
}

void ee_gpu_close(ee_gpu *gpu) {
  if (gpu->buffer != NULL) cl.release_buffer(gpu->buffer);
  if (gpu->queue != NULL) cl.release_queue(gpu->queue);
  if (gpu->context != NULL) cl.release_context(gpu->context);
  free(gpu);
}

#else
typedef int ee_gpu_not_linux;
#endif
