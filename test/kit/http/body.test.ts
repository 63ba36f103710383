/** Bodies that come slowly, or not at all. */
import { describe, expect, test } from "bun:test";
import { HeldBodies, readBytes } from "#kit/http/body.ts";
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
    const error = await rejectionOf(readBytes(requestOf(silent(cancelled.resolve)), 100, { patienceMs: 1 }));
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
    expect(((await rejectionOf(readBytes(requestOf(body), 100, { patienceMs: 20 }))) as Refusal).status).toBe(
      408,
    );
    expect(sent).toBeGreaterThan(0);
  });
});

describe("bodies that are held", () => {
  const [LARGE, MOST] = [2 ** 20, 3 * 2 ** 20];
  const post = (bytes: number) =>
    new Request("http://localhost/", { method: "POST", body: new Uint8Array(bytes) });
  const statusOf = async (work: Promise<unknown>) => ((await rejectionOf(work)) as Refusal).status;

  test("are so many bytes together; each until its request is done with, however that ends", async () => {
    const bodies = new HeldBodies(MOST);
    const ends = [1, 2, 3].map(() => Promise.withResolvers<string>());
    let begun = 0;
    const works = ends.map(({ promise }) =>
      bodies.bytes(post(LARGE), LARGE, async () => {
        begun += 1;
        return promise;
      }),
    );
    while (begun < 3) await new Promise(setImmediate);
    const refused = rejectionOf(bodies.bytes(post(LARGE), LARGE, async () => ""));
    expect([((await refused) as Refusal).status, ((await refused) as Refusal).headers]).toEqual([
      503,
      { "retry-after": "5", connection: "close" },
    ]);
    // Small ones pass.
    expect(await bodies.bytes(post(65_536), LARGE, async (body) => body.length)).toBe(65_536);
    ends[0]!.resolve("done");
    expect(await works[0]).toBe("done");
    expect(await bodies.bytes(post(LARGE), LARGE, async (body) => body.length)).toBe(LARGE);
    ends[1]!.reject(new Error("failed"));
    await rejectionOf(works[1]!);
    expect(await bodies.bytes(post(LARGE), LARGE, async (body) => body.length)).toBe(LARGE);
    ends[2]!.resolve("");
    await works[2];
  });

  test("count while they come, and no more when they are refused", async () => {
    const bodies = new HeldBodies(MOST);
    for (let i = 0; i < 10; i++) {
      expect(await statusOf(bodies.bytes(post(MOST + 2 * LARGE), 2 ** 30, async () => ""))).toBe(503);
      expect(await statusOf(bodies.bytes(post(2 * LARGE), LARGE, async () => ""))).toBe(413);
      expect(await statusOf(bodies.json(post(LARGE), LARGE, async () => ""))).toBe(415);
    }
    expect(await bodies.bytes(post(MOST), MOST, async (body) => body.length)).toBe(MOST);
  });
});
