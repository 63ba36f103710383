import { expect, test } from "bun:test";
import { EventHub } from "#kit/http/events/event-hub.ts";
import { eventStream } from "#kit/http/events/event-stream.ts";
import { inPieces } from "#kit/http/pieces.ts";
import { NetworkTurns } from "#kit/http/turns.ts";
import { MemoryFrames } from "../../support/frame-store.ts";
import { rejectionOf } from "../../support/rejection.ts";

const never = new AbortController().signal;

/** Runs what is due before and after a look at the network. */
function look(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("turns come in order, at most two between two looks, and none before the network was looked at anew", async () => {
  const turns = new NetworkTurns();
  const done: number[] = [];
  for (let i = 0; i < 7; i++) turns.take(never).then(() => done.push(i));
  const counts: number[] = [];
  while (done.length < 7) {
    await look();
    counts.push(done.length);
  }
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(counts[0]).toBe(0);
  for (const [i, count] of counts.entries()) expect(count - (counts[i - 1] ?? 0)).toBeLessThanOrEqual(2);
});

test("a turn that was given up is not called", async () => {
  const turns = new NetworkTurns(3);
  const called: number[] = [];
  const giveUps = Array.from({ length: 9 }, (_, i) => turns.call(() => called.push(i)));
  giveUps[1]!();
  await look();
  giveUps[7]!();
  for (let i = 0; i < 5; i++) await look();
  expect(called).toEqual([0, 2, 3, 4, 5, 6, 8]);
});

test("whoever goes leaves the queue, and takes no turn from others", async () => {
  const turns = new NetworkTurns();
  const gone = new AbortController();
  const left = Array.from({ length: 1_000 }, () => rejectionOf(turns.take(gone.signal)));
  let isDone = false;
  turns.take(never).then(() => {
    isDone = true;
  });
  gone.abort(new Error("gone"));
  for (const error of await Promise.all(left)) expect(error.message).toBe("gone");
  for (let i = 0; i < 2; i++) await look();
  expect(isDone).toBe(true);
  expect((await rejectionOf(turns.take(gone.signal))).message).toBe("gone");
});

interface Body {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly seen: { made: number; ended: number; reported: unknown[] };
}

/** A body of so many pieces, the last of which may fail. */
function body({ pieces = 3, fails = false, closing = never } = {}): Body {
  const seen = { made: 0, ended: 0, reported: [] as unknown[] };
  const stream = inPieces(new NetworkTurns(), {
    async next() {
      if (seen.made === pieces && fails) throw new Error("no more");
      if (seen.made === pieces) return undefined;
      seen.made += 1;
      return new Uint8Array(10).fill(seen.made);
    },
    ended() {
      seen.ended += 1;
    },
    report: (error) => seen.reported.push(error),
    closing,
  });
  return { reader: stream.getReader() as ReadableStreamDefaultReader<Uint8Array>, seen };
}

test("a body's pieces are made when they are asked for", async () => {
  const { reader, seen } = body();
  for (let i = 0; i < 5; i++) await look();
  expect(seen.made).toBe(0);
  for (let i = 1; i <= 3; i++) {
    expect((await reader.read()).value).toEqual(new Uint8Array(10).fill(i));
    expect(seen.made).toBe(i);
  }
  expect((await reader.read()).done).toBe(true);
  expect(seen).toEqual({ made: 3, ended: 1, reported: [] });
});

test("one that fails is cut off, and its failure reported", async () => {
  const { reader, seen } = body({ pieces: 1, fails: true });
  await reader.read();
  expect(
    await reader.read().then(
      () => "closed",
      () => "cut off",
    ),
  ).toBe("cut off");
  expect([seen.ended, String(seen.reported)]).toEqual([1, "Error: no more"]);
});

test("one that nobody wants any more, while it waits for its turn, is not made", async () => {
  const { reader, seen } = body();
  const read = reader.read();
  await reader.cancel();
  expect((await read).done).toBe(true);
  for (let i = 0; i < 5; i++) await look();
  expect(seen).toEqual({ made: 0, ended: 1, reported: [] });
});

test("one that is closed from outside ends, whether it is read or not", async () => {
  const closing = new AbortController();
  const [read, unread] = [body({ closing: closing.signal }), body({ closing: closing.signal })];
  const waits = read.reader.read();
  closing.abort();
  expect((await waits).done).toBe(true);
  expect((await unread.reader.read()).done).toBe(true);
  expect([read.seen.ended, unread.seen.ended, read.seen.made]).toEqual([1, 1, 0]);
});

test("readers of events who are far behind are sent eight batches between two looks, all together", async () => {
  const store = new MemoryFrames();
  store.write(Array.from({ length: 300 }, () => "x".repeat(10_000)));
  const hub = new EventHub(store, () => {});
  let batches = 0;
  const readers = Array.from({ length: 8 }, () => eventStream(hub, {}, 0, () => {}).getReader());
  const reading = readers.map(async (reader) => {
    for (let text = 0; text < 3_000_000; batches++) text += (await reader.read()).value!.length;
    await reader.cancel();
  });
  let isOver = false;
  Promise.all(reading).then(() => {
    isOver = true;
  });
  let most = 0;
  while (!isOver) {
    const before = batches;
    await look();
    most = Math.max(most, batches - before);
  }
  hub.close();
  expect(batches).toBeGreaterThan(8 * 10);
  // Timers of the test and of the turns may see two looks as one.
  expect(most).toBeLessThanOrEqual(16);
});
