/** Thread of jobs in tests of fleets: adds numbers, refuses, fails, or does not come to an end. */
import { ProgramError } from "#kit/errors.ts";
import type { JobBody } from "#kit/fleet/job.ts";
import { serve } from "#kit/thread.ts";

await serve<JobBody, string, string>(async (body, { progress, signal }) => {
  progress("half");
  const numbers = body["numbers"] as readonly number[];
  if (body["act"] === "refuse") throw new ProgramError("input", "no such data");
  if (body["act"] === "fail") throw new Error("a bad day");
  if (body["act"] === "wait") await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return JSON.stringify({ sum: numbers.reduce((sum, number) => sum + number, 0) });
});
