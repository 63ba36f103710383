/*
 * wifi_rssi: the signal strength of the Wi-Fi connection, from Apple's CoreWLAN framework.
 *
 * The framework speaks Objective-C, whose run-time library is plain C, so no Apple compiler is needed. No permission is
 * needed either: macOS hides the names of networks from programs without access to the location, but not signal
 * strengths. Linux shows this number in a file, which needs no native code.
 */
#include <errno.h>

#include "ee.h"

#if defined(__APPLE__)
#include <dlfcn.h>
#include <stdbool.h>

typedef struct {
  void *client;
  void *(*get_class)(const char *);
  void *(*selector)(const char *);
  void *(*pool_push)(void);
  void (*pool_pop)(void *);
  /* Never called with this type: the arguments' places depend on the type of the method. */
  void *send;
} wifi_runtime;

/* NSInteger: a long. BOOL: a signed char on Intel, a bool on Apple silicon; both come in the low byte. */
static void *send_object(const wifi_runtime *runtime, void *receiver, const char *method) {
  return ((void *(*)(void *, void *))runtime->send)(receiver, runtime->selector(method));
}

static long send_integer(const wifi_runtime *runtime, void *receiver, const char *method) {
  return ((long (*)(void *, void *))runtime->send)(receiver, runtime->selector(method));
}

static bool send_flag(const wifi_runtime *runtime, void *receiver, const char *method) {
  return ((signed char (*)(void *, void *))runtime->send)(receiver, runtime->selector(method)) != 0;
}

/* One client for the life of the process: Apple's documentation calls it expensive. Returns false if anything is missing. */
static bool load(wifi_runtime *runtime) {
  if (runtime->client != NULL) return true;
  void *objc = dlopen("/usr/lib/libobjc.A.dylib", RTLD_LAZY);
  if (objc == NULL || dlopen("/System/Library/Frameworks/CoreWLAN.framework/CoreWLAN", RTLD_LAZY) == NULL) return false;
  *(void **)&runtime->get_class = dlsym(objc, "objc_getClass");
  *(void **)&runtime->selector = dlsym(objc, "sel_registerName");
  *(void **)&runtime->pool_push = dlsym(objc, "objc_autoreleasePoolPush");
  *(void **)&runtime->pool_pop = dlsym(objc, "objc_autoreleasePoolPop");
  runtime->send = dlsym(objc, "objc_msgSend");
  if (runtime->get_class == NULL || runtime->selector == NULL || runtime->pool_push == NULL ||
      runtime->pool_pop == NULL || runtime->send == NULL)
    return false;
  void *class = runtime->get_class("CWWiFiClient");
  if (class == NULL) return false;
  void *pool = runtime->pool_push();
  void *client = send_object(runtime, class, "sharedWiFiClient");
  if (client != NULL) runtime->client = send_object(runtime, client, "retain");
  runtime->pool_pop(pool);
  return runtime->client != NULL;
}

/*
 * Fills out[0..n) with the strength now, in dBm, as two's complement; 0 where there is no connection. Not reentrant.
 *   -ENOSYS  not on this system, or the framework cannot be loaded
 *   -ENODEV  no Wi-Fi interface
 *   -ENETDOWN  it is switched off
 */
EE_READING int32_t ee_wifi_rssi(uint64_t *out, size_t n) {
  static wifi_runtime runtime;
  if (out == NULL && n > 0) return -EINVAL;
  if (!load(&runtime)) return -ENOSYS;
  int32_t error = 0;
  void *pool = runtime.pool_push();
  for (size_t i = 0; i < n && error == 0; i++) {
    void *interface = send_object(&runtime, runtime.client, "interface");
    if (interface == NULL) error = -ENODEV;
    else if (!send_flag(&runtime, interface, "powerOn")) error = -ENETDOWN;
    else out[i] = (uint64_t)(int64_t)send_integer(&runtime, interface, "rssiValue");
  }
  runtime.pool_pop(pool);
  return error;
}

#else

EE_READING int32_t ee_wifi_rssi(uint64_t *out, size_t n) {
  (void)out;
  (void)n;
  return -ENOSYS;
}
#endif
