/*
 * sensor_noise: the temperature sensors of Apple silicon. Linux shows its sensors in files, which need no native code.
 *
 * They are read through IOKit's HID event system, as system monitors do. No privilege is needed. Apple has not
 * published these functions, so each is looked up by name; if one is missing, there are no sensors.
 */
#include <errno.h>

#include "ee.h"

#if defined(__APPLE__) || defined(EE_IOKIT)
#include <dlfcn.h>
#include <stdbool.h>

/* Test aid: another library that has all of these functions. */
#if !defined(EE_IOKIT)
#define EE_IOKIT "/System/Library/Frameworks/IOKit.framework/IOKit"
#define EE_CORE_FOUNDATION "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
#else
#define EE_CORE_FOUNDATION EE_IOKIT
#endif

/* Usage page and usage of HID devices: Apple's own, temperature. Events of type 15 are temperatures; 0 is their only field. */
#define PAGE 0xff00
#define USAGE 5
#define EVENT_TYPE 15
#define EVENT_FIELD (EVENT_TYPE << 16)

/* Events carry numbers in 16.16 fixed point; this factor restores the integers that were sent. */
#define FIXED_ONE 65536.0

/* CFStringEncoding of ASCII; CFNumberType of int32_t. */
#define ASCII 0x0600
#define SINT32 3

typedef const void *object;

typedef struct {
  void (*release)(object);
  object (*string)(object allocator, const char *text, uint32_t encoding);
  object (*number)(object allocator, long type, const void *value);
  object (*dictionary)(object allocator, object *keys, object *values, long count, const void *key_calls,
                       const void *value_calls);
  long (*count)(object array);
  object (*at)(object array, long index);
  const void *key_calls, *value_calls;
  object (*client_create)(object allocator);
  int (*client_match)(object client, object dictionary);
  object (*client_services)(object client);
  object (*service_event)(object service, int64_t type, int32_t options, int64_t timestamp);
  double (*event_value)(object event, int32_t field);
} hid_functions;

typedef struct {
  hid_functions call;
  /* Both live as long as the process; the array's order is that of the sensors. */
  object client, services;
} hid_sensors;

static bool find(void *library, const char *name, void *function) {
  return (*(void **)function = dlsym(library, name)) != NULL;
}

static bool find_functions(hid_functions *call) {
  void *core = dlopen(EE_CORE_FOUNDATION, RTLD_LAZY);
  void *kit = dlopen(EE_IOKIT, RTLD_LAZY);
  return core != NULL && kit != NULL && find(core, "CFRelease", &call->release) &&
         find(core, "CFStringCreateWithCString", &call->string) && find(core, "CFNumberCreate", &call->number) &&
         find(core, "CFDictionaryCreate", &call->dictionary) && find(core, "CFArrayGetCount", &call->count) &&
         find(core, "CFArrayGetValueAtIndex", &call->at) &&
         find(core, "kCFTypeDictionaryKeyCallBacks", &call->key_calls) &&
         find(core, "kCFTypeDictionaryValueCallBacks", &call->value_calls) &&
         find(kit, "IOHIDEventSystemClientCreate", &call->client_create) &&
         find(kit, "IOHIDEventSystemClientSetMatching", &call->client_match) &&
         find(kit, "IOHIDEventSystemClientCopyServices", &call->client_services) &&
         find(kit, "IOHIDServiceClientCopyEvent", &call->service_event) &&
         find(kit, "IOHIDEventGetFloatValue", &call->event_value);
}

/* { PrimaryUsagePage: PAGE, PrimaryUsage: USAGE } */
static object usage_dictionary(const hid_functions *call) {
  const int32_t page = PAGE, usage = USAGE;
  object keys[] = {call->string(NULL, "PrimaryUsagePage", ASCII), call->string(NULL, "PrimaryUsage", ASCII)};
  object values[] = {call->number(NULL, SINT32, &page), call->number(NULL, SINT32, &usage)};
  object dictionary = NULL;
  if (keys[0] != NULL && keys[1] != NULL && values[0] != NULL && values[1] != NULL)
    dictionary = call->dictionary(NULL, keys, values, 2, call->key_calls, call->value_calls);
  for (int i = 0; i < 2; i++) {
    if (keys[i] != NULL) call->release(keys[i]);
    if (values[i] != NULL) call->release(values[i]);
  }
  return dictionary;
}

/* Finds the sensors, once. Returns false if the functions are missing. */
static bool load(hid_sensors *sensors) {
  if (sensors->services != NULL) return true;
  const hid_functions *call = &sensors->call;
  if (!find_functions(&sensors->call)) return false;
  object dictionary = usage_dictionary(call);
  if (dictionary == NULL) return false;
  if (sensors->client == NULL) sensors->client = call->client_create(NULL);
  if (sensors->client != NULL) {
    call->client_match(sensors->client, dictionary);
    sensors->services = call->client_services(sensors->client);
  }
  call->release(dictionary);
  return sensors->services != NULL;
}

/*
 * Fills out[0..n) with the temperatures now, in 1/65536 °C, as two's complement, in a fixed order; 0 for a sensor that
 * does not answer, and after the last one. Not reentrant.
 *   -ENOSYS  not on this system
 *   -ENODEV  it has no such sensors
 */
EE_READING int32_t ee_sensor_noise(uint64_t *out, size_t n) {
  static hid_sensors sensors;
  if (out == NULL && n > 0) return -EINVAL;
  if (!load(&sensors)) return -ENOSYS;
  const size_t count = (size_t)sensors.call.count(sensors.services);
  if (count == 0) return -ENODEV;
  for (size_t i = 0; i < n; i++) {
    out[i] = 0;
    object service = i < count ? sensors.call.at(sensors.services, (long)i) : NULL;
    object event = service == NULL ? NULL : sensors.call.service_event(service, EVENT_TYPE, 0, 0);
    if (event == NULL) continue;
    const double degrees = sensors.call.event_value(event, EVENT_FIELD);
    /* Also false for NaN. */
    if (degrees > -1000 && degrees < 1000) out[i] = (uint64_t)(int64_t)(degrees * FIXED_ONE);
    sensors.call.release(event);
  }
  return 0;
}

#else
EE_READING int32_t ee_sensor_noise(uint64_t *out, size_t n) {
  (void)out;
  (void)n;
  return -ENOSYS;
}
#endif
