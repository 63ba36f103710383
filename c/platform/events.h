/*
 * Being woken by another thread, and by a timer: what dispatch_queue and timer_signal measure. There is one of each, for
 * the kernel that has locked itself. events_linux.c and events_darwin.c implement it; each is empty when compiled for
 * the other.
 */
#ifndef EE_EVENTS_H
#define EE_EVENTS_H

#include <stdint.h>

/* Starts a second thread, which waits for work. 0 or a negative errno. */
int32_t ee_handoff_begin(void);

/* Hands it an empty piece of work and sleeps until that is done. 0 or a negative errno. */
int32_t ee_handoff_run(void);

/* Ends it. */
void ee_handoff_end(void);

/* Makes a timer whose expiry wakes the calling thread. 0 or a negative errno. */
int32_t ee_timer_begin(void);

/* Sets it to the shortest time there is and sleeps until it has expired. 0 or a negative errno. */
int32_t ee_timer_run(void);

/* Takes it away. */
void ee_timer_end(void);

#endif
