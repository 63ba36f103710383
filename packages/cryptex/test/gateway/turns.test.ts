/** Turns: few work at a time, some wait, and who gives up is not counted. */
import { expect, test } from "bun:test";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import type { ServiceError } from "../../src/gateway/service-error.ts";
import { Turns } from "../../src/gateway/turns.ts";

function held() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: () => promise, end: resolve };
}

test("who waits has its turn in order, and one more is told to come later", async () => {
  const turns = new Turns("things", 1, 2);
  const first = held();
  const done: string[] = [];
  const works = [
    turns.take(first.work),
    turns.take(async () => done.push("second")),
    turns.take(async () => done.push("third")),
  ];
  const late = await rejectionOf(turns.take(async () => {}));
  expect([(late as ServiceError).kind, late.message]).toEqual([
    "busy",
    "too many things are wanted at a time: ask again later",
  ]);
  first.end("first");
  await Promise.all(works);
  expect(done).toEqual(["second", "third"]);
  expect(await turns.take(async () => "free")).toBe("free");
});

test("who gives up while waiting makes room at once, and its work is never begun", async () => {
  const turns = new Turns("things", 1, 1);
  const first = held();
  const running = turns.take(first.work);
  let begun = 0;
  for (let client = 0; client < 3; client++) {
    const gone = new AbortController();
    const waiting = turns.take(async () => (begun += 1), gone.signal);
    const reason = new Error(`client ${client} has gone`);
    gone.abort(reason);
    expect(await rejectionOf(waiting)).toBe(reason);
  }
  const patient = turns.take(async () => "done");
  first.end("first");
  expect([await running, await patient, begun]).toEqual(["first", "done", 0]);
});

test("whose client went before it came is not worked for, and holds no place", async () => {
  const turns = new Turns("things", 1, 1);
  for (let client = 0; client < 3; client++)
    await rejectionOf(turns.take(async () => {}, AbortSignal.abort(new Error("gone"))));
  const first = held();
  const running = turns.take(first.work);
  await rejectionOf(turns.take(async () => {}, AbortSignal.abort(new Error("gone"))));
  const next = turns.take(async () => "next");
  first.end("first");
  expect([await running, await next]).toEqual(["first", "next"]);
});
