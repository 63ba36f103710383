/* Each thread's list of what it owns, released by the system's threads when one ends. */
#include "owned.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

typedef struct entry {
  const void *key;
  void *owned;
  ee_give_up *give_up;
  struct entry *next;
} entry;

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Holds the thread's list. */
static pthread_key_t list;
static int32_t refused;

static void give_all_up(void *first) {
  for (entry *each = first; each != NULL;) {
    entry *next = each->next;
    each->give_up(each->owned);
    free(each);
    each = next;
  }
}

static void make_list(void) { refused = -pthread_key_create(&list, give_all_up); }

void *ee_owned(const void *key) {
  pthread_once(&once, make_list);
  if (refused != 0) return NULL;
  for (const entry *each = pthread_getspecific(list); each != NULL; each = each->next) {
    if (each->key == key) return each->owned;
  }
  return NULL;
}

int32_t ee_own(const void *key, void *owned, ee_give_up *give_up) {
  if (ee_owned(key) != NULL) return -EBUSY;
  if (refused != 0) return refused;
  entry *added = malloc(sizeof *added);
  if (added == NULL) return -ENOMEM;
  *added = (entry){.key = key, .owned = owned, .give_up = give_up, .next = pthread_getspecific(list)};
  const int error = pthread_setspecific(list, added);
  if (error != 0) free(added);
  return -error;
}

void *ee_disown(const void *key) {
  if (ee_owned(key) == NULL) return NULL;
  entry *first = pthread_getspecific(list);
  entry **place = &first;
  while ((*place)->key != key) place = &(*place)->next;
  entry *found = *place;
  void *owned = found->owned;
  *place = found->next;
  /* The thread has a value there, so this takes no memory and cannot fail. */
  pthread_setspecific(list, first);
  free(found);
  return owned;
}
