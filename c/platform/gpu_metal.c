/* macOS: a blit through Metal, by way of the Objective-C run-time. */
#if defined(__APPLE__)
#include "gpu.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define METAL "/System/Library/Frameworks/Metal.framework/Metal"
/* Metal finds no device for a program without windows unless this is loaded. */
#define CORE_GRAPHICS "/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics"
#define OBJC "/usr/lib/libobjc.A.dylib"

typedef struct objc_object *object;
typedef struct objc_selector *selector;

typedef struct {
  unsigned long location, length;
} range;

/* MTLCommandBufferStatusCompleted. */
#define COMPLETED 4

static struct {
  object (*create_device)(void);
  selector (*selector_of)(const char *name);
  void *(*pool_push)(void);
  void (*pool_pop)(void *pool);
  /* One function: each call needs the type of its method, or arguments land in the wrong places. */
  void *send;
} metal;

struct ee_gpu {
  object queue, buffer;
};

static selector command_buffer, blit_encoder, fill, end_encoding, commit, wait_until_completed, status;

static object send_object(object receiver, selector method) {
  return ((object (*)(object, selector))metal.send)(receiver, method);
}

static void send_nothing(object receiver, selector method) {
  ((void (*)(object, selector))metal.send)(receiver, method);
}

static unsigned long send_number(object receiver, selector method) {
  return ((unsigned long (*)(object, selector))metal.send)(receiver, method);
}

static int32_t load(void) {
  if (metal.send != NULL) return 0;
  void *objc = dlopen(OBJC, RTLD_LAZY | RTLD_LOCAL);
  (void)dlopen(CORE_GRAPHICS, RTLD_LAZY | RTLD_LOCAL);
  void *library = dlopen(METAL, RTLD_LAZY | RTLD_LOCAL);
  if (objc == NULL || library == NULL) return -ENOENT;
  *(void **)&metal.create_device = dlsym(library, "MTLCreateSystemDefaultDevice");
  *(void **)&metal.selector_of = dlsym(objc, "sel_registerName");
  *(void **)&metal.pool_push = dlsym(objc, "objc_autoreleasePoolPush");
  *(void **)&metal.pool_pop = dlsym(objc, "objc_autoreleasePoolPop");
  void *send = dlsym(objc, "objc_msgSend");
  if (metal.create_device == NULL || metal.selector_of == NULL || metal.pool_push == NULL ||
      metal.pool_pop == NULL || send == NULL)
    return -ENOENT;
  command_buffer = metal.selector_of("commandBuffer");
  blit_encoder = metal.selector_of("blitCommandEncoder");
  fill = metal.selector_of("fillBuffer:range:value:");
  end_encoding = metal.selector_of("endEncoding");
  commit = metal.selector_of("commit");
  wait_until_completed = metal.selector_of("waitUntilCompleted");
  status = metal.selector_of("status");
  metal.send = send;
  return 0;
}

static void release(object owned) {
  if (owned != NULL) send_nothing(owned, metal.selector_of("release"));
}

int32_t ee_gpu_open(ee_gpu **gpu) {
  const int32_t error = load();
  if (error != 0) return error;
  ee_gpu *made = calloc(1, sizeof *made);
  if (made == NULL) return -ENOMEM;
  void *pool = metal.pool_push();
  object device = metal.create_device();
  if (device != NULL) {
    made->queue = send_object(device, metal.selector_of("newCommandQueue"));
    /* 0: MTLResourceStorageModeShared, which every device has. */
    made->buffer = ((object (*)(object, selector, unsigned long, unsigned long))metal.send)(
        device, metal.selector_of("newBufferWithLength:options:"), EE_GPU_SIZE, 0);
  }
  const int32_t result = device == NULL ? -ENODEV : made->queue == NULL || made->buffer == NULL ? -ENOMEM : 0;
  /* The queue keeps the device alive. */
  release(device);
  metal.pool_pop(pool);
  if (result == 0) *gpu = made;
  else ee_gpu_close(made);
  return result;
}

int32_t ee_gpu_fill(ee_gpu *gpu) {
  /* Command buffers and encoders are autoreleased. */
  void *pool = metal.pool_push();
  const object commands = send_object(gpu->queue, command_buffer);
  const object encoder = send_object(commands, blit_encoder);
  const range whole = {0, EE_GPU_SIZE};
  ((void (*)(object, selector, object, range, unsigned char))metal.send)(encoder, fill, gpu->buffer, whole, 1);
  send_nothing(encoder, end_encoding);
  send_nothing(commands, commit);
  send_nothing(commands, wait_until_completed);
  /* Messages to nil answer 0. */
  const int32_t error = send_number(commands, status) == COMPLETED ? 0 : -EIO;
  metal.pool_pop(pool);
  return error;
}

void ee_gpu_close(ee_gpu *gpu) {
  release(gpu->buffer);
  release(gpu->queue);
  free(gpu);
}

#else
typedef int ee_gpu_not_macos;
#endif
