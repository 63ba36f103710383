/** When the times of a file tell it from its later versions. */

/** Tick by which Linux stamps files on most file systems: 10 ms where it ticks slowest (CONFIG_HZ=100); five of them. */
const FINE_MS = 50;
/** Tick of file systems that keep whole seconds: 2 s on FAT, 1 s on others. */
const COARSE_MS = 2_000;

/**
 * Tells that a file whose status changed at `ctimeMs` cannot change at or after `nowMs` and keep its times. A file that was
 * changed a moment ago may: two changes within one tick of the clock have the same time. A time ahead of the clock tells nothing.
 */
export function isSettled(ctimeMs: number, nowMs: number): boolean {
  const tick = ctimeMs % 1000 === 0 ? COARSE_MS : FINE_MS;
  return ctimeMs + tick < nowMs;
}
