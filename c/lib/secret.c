/* Memory for secrets. */
#define _DEFAULT_SOURCE
#include "ee.h"

#include <errno.h>
#include <sys/mman.h>

#include "platform.h"

void *ee_secret_map(size_t size, int32_t *kept) {
  if (kept == NULL || size == 0 || size % ee_page_size() != 0) return NULL;
  void *memory = ee_map(size);
  if (memory == NULL) return NULL;
  kept[EE_SECRET_DUMPS] = ee_leave_out_of_dumps(memory, size);
  kept[EE_SECRET_FORKS] = ee_wipe_on_fork(memory, size);
  kept[EE_SECRET_LOCK] = mlock(memory, size) == 0 ? 0 : -errno;
  return memory;
}

size_t ee_secret_page(void) { return ee_page_size(); }
