/*
 * What kernels keep between two calls, such as a file. It belongs to the thread that opened it: no other sees it, and it is
 * released when that thread ends, however it ends. So a sampling thread that hangs can be given up with all that it has
 * open, and the one in its place opens its own.
 */
#ifndef EE_OWNED_H
#define EE_OWNED_H

#include <stdint.h>

typedef void ee_give_up(void *owned);

/*
 * Has this thread own something under `key`, any address, until ee_disown or until it ends; then `give_up` releases it.
 * Returns 0 or a negative errno: -EBUSY if the thread owns something under this key.
 */
int32_t ee_own(const void *key, void *owned, ee_give_up *give_up);

/* What this thread owns under `key`, or NULL. */
void *ee_owned(const void *key);

/* The same; the thread owns it no longer, and the caller releases it. */
void *ee_disown(const void *key);

#endif
