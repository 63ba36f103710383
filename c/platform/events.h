/*
 * Wake-ups by another thread and by a timer, for dispatch_queue and timer_signal. There is one of each, used by the
 * kernel that holds its lock. events_linux.c and events_darwin.c implement it; each is empty when compiled for the
 * other.
 */
#ifndef EE_EVENTS_H
#define EE_EVENTS_H

#include <stdint.h>

/* Starts a second thread, which waits for work. Returns 0 or a negative errno. */
int32_t ee_handoff_begin(void);

/* Hands it an empty piece of work and sleeps until that is done. Returns 0 or a negative errno. */
int32_t ee_handoff_run(void);

/* Ends the thread. */
void ee_handoff_end(void);

/* Makes a timer whose expiry wakes the calling thread. Returns 0 or a negative errno. */
int32_t ee_timer_begin(void);

/* Sets it to the shortest possible time and sleeps until it has expired. Returns 0 or a negative errno. */
int32_t ee_timer_run(void);

/* Deletes the timer. */
void ee_timer_end(void);

#endif
