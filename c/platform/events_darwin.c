/* macOS: a serial queue of libdispatch, and a timer of the kernel's event queue. */
#if defined(__APPLE__)
#include "events.h"

#include <dispatch/dispatch.h>
#include <errno.h>
#include <stddef.h>
#include <sys/event.h>
#include <time.h>
#include <unistd.h>

/* ---- Hand-off ---- */

static dispatch_queue_t queue;
static dispatch_semaphore_t done;

static void signal_done(void *semaphore) { dispatch_semaphore_signal((dispatch_semaphore_t)semaphore); }

int32_t ee_handoff_begin(void) {
  queue = dispatch_queue_create("esoteric-entropy", DISPATCH_QUEUE_SERIAL);
  done = dispatch_semaphore_create(0);
  if (queue != NULL && done != NULL) return 0;
  if (queue != NULL) dispatch_release(queue);
  if (done != NULL) dispatch_release(done);
  return -ENOMEM;
}

int32_t ee_handoff_run(void) {
  dispatch_async_f(queue, done, signal_done);
  dispatch_semaphore_wait(done, DISPATCH_TIME_FOREVER);
  return 0;
}

void ee_handoff_end(void) {
  dispatch_release(queue);
  dispatch_release(done);
}

/* ---- Timer ---- */

static int events;

int32_t ee_timer_begin(void) {
  events = kqueue();
  return events >= 0 ? 0 : -errno;
}

/* NOTE_CRITICAL: its expiry is not batched with others to save power. */
int32_t ee_timer_run(void) {
  struct kevent timer, expired;
  EV_SET(&timer, 1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_NSECONDS | NOTE_CRITICAL, 1, NULL);
  /* No timer is a second late. */
  const struct timespec limit = {1, 0};
  int count = kevent(events, &timer, 1, &expired, 1, &limit);
  /* Interrupted by a signal: the timer is set, wait for it again. */
  while (count < 0 && errno == EINTR) count = kevent(events, NULL, 0, &expired, 1, &limit);
  if (count < 0) return -errno;
  if (count == 0) return -ETIMEDOUT;
  return (expired.flags & EV_ERROR) != 0 ? -(int32_t)expired.data : 0;
}

void ee_timer_end(void) { close(events); }

#else
typedef int ee_events_not_macos;
#endif
