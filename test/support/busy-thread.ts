/** A thread that does as it is told. */
import { serve } from "#kit/thread.ts";

interface Orders {
  readonly steps?: number;
  readonly fails?: boolean;
  readonly exits?: boolean;
  /** Element 0 becomes 1 while the work goes on. */
  readonly waits?: Int32Array;
}

void serve<Orders, string, number>(({ steps = 0, fails, exits, waits }, { cancel, progress }) => {
  if (fails) throw new Error("it was to fail");
  if (exits) process.exit(3);
  if (waits) {
    Atomics.store(waits, 0, 1);
    progress(0);
    while (Atomics.load(cancel, 0) === 0) Atomics.wait(cancel, 0, 0, 10);
  }
  for (let step = 0; step < steps; step++) progress(step);
  return `${steps} steps`;
});
