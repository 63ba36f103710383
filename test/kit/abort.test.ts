import { describe, expect, test } from "bun:test";
import { getEventListeners } from "node:events";
import { aborted, onAbort, orAborted, pause } from "#kit/abort.ts";
import { rejectionOf } from "../support/rejection.ts";

const reason = new Error("enough");
const never = new Promise<never>(() => {});

function signals() {
  const controller = new AbortController();
  const listeners = () => getEventListeners(controller.signal, "abort").length;
  return { controller, signal: controller.signal, listeners };
}

describe("orAborted", () => {
  test("gives the work's outcome, and leaves no listener", async () => {
    const { signal, listeners } = signals();
    const work = Promise.withResolvers<number>();
    const raced = orAborted(work.promise, signal);
    expect(listeners()).toBe(1);
    work.resolve(7);
    expect(await raced).toBe(7);
    const failed = orAborted(Promise.reject(new Error("broken")), signal);
    expect((await rejectionOf(failed)).message).toBe("broken");
    expect(listeners()).toBe(0);
  });

  test("rejects with the signal's reason, before the work and for work that fails later", async () => {
    const { controller, signal } = signals();
    const raced = rejectionOf(orAborted(never, signal));
    controller.abort(reason);
    expect(await raced).toBe(reason);
    // A failure that nobody waits for must not end the process.
    expect(await rejectionOf(orAborted(Promise.reject(new Error("late")), signal))).toBe(reason);
    await new Promise((resolve) => setImmediate(resolve));
  });

  test("without a signal, the work alone counts", async () => {
    expect(await orAborted(Promise.resolve(3), undefined)).toBe(3);
  });
});

describe("pause", () => {
  test("ends by itself, or with the signal's reason", async () => {
    const { controller, signal, listeners } = signals();
    await pause(1, signal);
    expect(listeners()).toBe(0);
    const long = rejectionOf(pause(1e9, signal));
    controller.abort(reason);
    expect(await long).toBe(reason);
    expect(await rejectionOf(pause(1, signal))).toBe(reason);
  });
});

describe("onAbort", () => {
  test("calls once, at once where the signal is aborted already, and not after it was disposed", () => {
    const { controller, signal, listeners } = signals();
    let calls = 0;
    const act = () => {
      calls += 1;
    };
    onAbort(signal, act)[Symbol.dispose]();
    onAbort(signal, act);
    expect(listeners()).toBe(1);
    controller.abort(reason);
    expect(calls).toBe(1);
    onAbort(signal, act);
    expect(calls).toBe(2);
  });

  test("aborted resolves when the signal is", async () => {
    const { controller, signal } = signals();
    const ended = aborted(signal);
    controller.abort(reason);
    await ended;
    await aborted(signal);
  });
});
