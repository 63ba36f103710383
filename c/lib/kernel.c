/* The frame around every kernel: lock, working memory, division by the clock's step; and their release. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "ee.h"
#include "kernel.h"
#include "platform.h"

/* Every workspace that was ever mapped, for ee_release. Only grows. */
static _Atomic(ee_workspace *) workspaces;

static void list(ee_workspace *workspace) {
  if (workspace->listed) return;
  workspace->listed = true;
  workspace->next = atomic_load(&workspaces);
  while (!atomic_compare_exchange_weak(&workspaces, &workspace->next, workspace)) continue;
}

int32_t ee_enter(ee_workspace *workspace, uint64_t *out, size_t n) {
  if (out == NULL && n > 0) return -EINVAL;
  if (atomic_flag_test_and_set(&workspace->busy)) return -EBUSY;
  if (workspace->size > 0 && workspace->memory == NULL) {
    workspace->memory = ee_map(workspace->size);
    if (workspace->memory == NULL) {
      atomic_flag_clear(&workspace->busy);
      return -ENOMEM;
    }
    workspace->fresh = true;
    list(workspace);
  }
  /* Otherwise the first store into a fresh page would fault between two samples and cool the caches. */
  if (n > 0) memset(out, 0, n * sizeof *out);
  return 0;
}

int32_t ee_leave(ee_workspace *workspace, uint64_t *out, size_t n, int32_t error) {
  const uint64_t step = ee_clock_step();
  for (size_t i = 0; error == 0 && i < n; i++) {
    /* Counters of two processors may disagree by a little; a duration is never negative. */
    out[i] = (int64_t)out[i] < 0 ? 0 : out[i] / step;
  }
  return ee_leave_raw(workspace, error);
}

int32_t ee_leave_raw(ee_workspace *workspace, int32_t error) {
  atomic_flag_clear(&workspace->busy);
  return error;
}

int32_t ee_release(void) {
  int32_t error = 0;
  for (ee_workspace *each = atomic_load(&workspaces); each != NULL; each = each->next) {
    if (atomic_flag_test_and_set(&each->busy)) {
      error = -EBUSY;
      continue;
    }
    if (each->memory != NULL) {
      ee_unmap(each->memory, each->size);
      each->memory = NULL;
    }
    atomic_flag_clear(&each->busy);
  }
  return error;
}

uint32_t ee_abi_version(void) { return EE_ABI_VERSION; }
