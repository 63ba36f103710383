/*
 * Stands in for the parts of IOKit and CoreFoundation that c/sensor_noise.c calls, and watches how they are used: aborts on
 * an object released too often, finds no sensors unless asked for them correctly. Sensor 0 shows how many objects are alive,
 * so that what is never released becomes visible; sensor 1 is 25.5 °C; sensor 2 does not answer; sensor 3 answers nonsense.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define API __attribute__((visibility("default")))
#define SENSORS 4

typedef struct object {
  int references;
  char text[32];
  int32_t number;
  struct object *members[4];
} object;

static int alive;
static int matched;
static object sensors[SENSORS];

API const int kCFTypeDictionaryKeyCallBacks = 1;
API const int kCFTypeDictionaryValueCallBacks = 2;

static object *make(void) {
  object *made = calloc(1, sizeof *made);
  made->references = 1;
  alive += 1;
  return made;
}

API void CFRelease(object *it) {
  if (it == NULL || it->references <= 0) abort();
  it->references -= 1;
  if (it->references > 0) return;
  alive -= 1;
  for (int i = 0; i < 4; i++)
    if (it->members[i] != NULL) CFRelease(it->members[i]);
}

API object *CFStringCreateWithCString(void *allocator, const char *text, uint32_t encoding) {
  if (allocator != NULL || encoding != 0x0600) abort();
  object *made = make();
  strncpy(made->text, text, sizeof made->text - 1);
  return made;
}

API object *CFNumberCreate(void *allocator, long type, const void *value) {
  if (allocator != NULL || type != 3) abort();
  object *made = make();
  made->number = *(const int32_t *)value;
  return made;
}

API object *CFDictionaryCreate(void *allocator, object **keys, object **values, long count, const void *key_calls,
                               const void *value_calls) {
  if (allocator != NULL || count != 2) abort();
  if (key_calls != &kCFTypeDictionaryKeyCallBacks || value_calls != &kCFTypeDictionaryValueCallBacks) abort();
  object *made = make();
  for (int i = 0; i < 2; i++) {
    made->members[i] = keys[i];
    made->members[2 + i] = values[i];
    keys[i]->references += 1;
    values[i]->references += 1;
  }
  return made;
}

API object *IOHIDEventSystemClientCreate(void *allocator) { return allocator == NULL ? make() : NULL; }

API int IOHIDEventSystemClientSetMatching(object *client, object *dictionary) {
  (void)client;
  object **of = dictionary->members;
  matched = strcmp(of[0]->text, "PrimaryUsagePage") == 0 && of[2]->number == 0xff00 &&
            strcmp(of[1]->text, "PrimaryUsage") == 0 && of[3]->number == 5;
  return 0;
}

API object *IOHIDEventSystemClientCopyServices(object *client) {
  (void)client;
  object *made = make();
  made->number = matched ? SENSORS : 0;
  return made;
}

API long CFArrayGetCount(object *array) { return array->number; }

API object *CFArrayGetValueAtIndex(object *array, long index) {
  if (index < 0 || index >= array->number) abort();
  return &sensors[index];
}

API object *IOHIDServiceClientCopyEvent(object *service, int64_t type, int32_t options, int64_t timestamp) {
  const int index = (int)(service - sensors);
  if (type != 15 || options != 0 || timestamp != 0 || index == 2) return NULL;
  object *made = make();
  made->number = index;
  return made;
}

API double IOHIDEventGetFloatValue(object *event, int32_t field) {
  if (field != 15 << 16) return 0;
  return event->number == 0 ? alive : event->number == 1 ? 25.5 : NAN;
}
