/** Bodies that come slowly, or not at all. */
import { describe, expect, test } from "bun:test";
import { readBytes } from "#kit/http/body.ts";
import { Refusal } from "#kit/http/refusal.ts";
import { rejectionOf } from "../../support/rejection.ts";

function requestOf(body: ReadableStream<Uint8Array>): Request {
  return new Request("http://localhost/", { method: "POST", body });
}

/** Sends one byte, and then nothing. */
function silent(onCancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from("a")),
    cancel: onCancel,
  });
}

describe("a body that does not come", () => {
  test("is refused when its time is over, and no more of it is taken in", async () => {
    const cancelled = Promise.withResolvers<void>();
    const error = await rejectionOf(readBytes(requestOf(silent(cancelled.resolve)), 100, 1));
    expect(error).toBeInstanceOf(Refusal);
    expect([(error as Refusal).status, (error as Refusal).message]).toEqual([
      408,
      "the body comes too slowly",
    ]);
    await cancelled.promise;
  });

  test("is refused though there is always something to read", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise(setImmediate);
        // Slower than any byte.
        controller.enqueue(new Uint8Array());
        sent += 1;
      },
    });
    expect(((await rejectionOf(readBytes(requestOf(body), 100, 20))) as Refusal).status).toBe(408);
    expect(sent).toBeGreaterThan(0);
  });
});

test("a body that is late has more time the more of it is there", async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < 64) controller.enqueue(new Uint8Array(2 ** 20));
      else controller.close();
    },
  });
  // 64 MiB are worth half an hour, whatever was given at first.
  expect((await readBytes(requestOf(body), 2 ** 30, 1_000)).length).toBe(64 * 2 ** 20);
});
