/** Work in a thread of its own. */
import { expect, test } from "bun:test";
import { inThread } from "#kit/thread.ts";
import { rejectionOf } from "../support/rejection.ts";

const ENTRY = new URL("../support/busy-thread.ts", import.meta.url);
const signal = new AbortController().signal;

test("a result, and what was said on the way to it", async () => {
  const progress: number[] = [];
  const onProgress = (each: number) => void progress.push(each);
  expect(
    await inThread<object, string, number>(ENTRY, { steps: 3 }, { signal, onProgress, failure: "no" }),
  ).toBe("3 steps");
  expect(progress).toEqual([0, 1, 2]);
});

test("a failure begins with the words for it", async () => {
  expect(
    String(await rejectionOf(inThread(ENTRY, { fails: true }, { signal, failure: "the work failed" }))),
  ).toContain("the work failed: Error: it was to fail");
});

test("a thread that goes away is a failure", async () => {
  expect(
    String(await rejectionOf(inThread(ENTRY, { exits: true }, { signal, failure: "no work" }))),
  ).toContain("no work");
});

test("an interrupt ends the wait at once, and the thread is told", async () => {
  const interrupt = new AbortController();
  const told = new Int32Array(new SharedArrayBuffer(8));
  const request = { waits: told };
  const begun = () => interrupt.abort(new Error("stop"));
  const end = inThread<object, string, number>(ENTRY, request, {
    signal: interrupt.signal,
    onProgress: begun,
    failure: "no",
  });
  expect(String(await rejectionOf(end))).toContain("stop");
  expect(Atomics.load(told, 0)).toBe(1);
  expect(await rejectionOf(inThread(ENTRY, {}, { signal: interrupt.signal, failure: "no" }))).toBe(
    interrupt.signal.reason,
  );
});
