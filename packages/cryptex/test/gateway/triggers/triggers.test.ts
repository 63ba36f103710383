/** Triggers over a store and a receiver: what is taken, delivered, tried again, given up, and kept over restarts. */
import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { storedJournal } from "../../../src/cryptex-store/journal.ts";
import { openStore, type Store } from "../../../src/cryptex-store/store.ts";
import { ServiceError } from "../../../src/gateway/service-error.ts";
import { MOST_WAITING } from "../../../src/gateway/triggers/courier.ts";
import { openTriggers, type TriggersOptions } from "../../../src/gateway/triggers/open-triggers.ts";
import { MOST_TRIES } from "../../../src/gateway/triggers/pauses.ts";
import { openTargets } from "../../../src/gateway/triggers/targets.ts";
import type { TriggerOrder, Triggers } from "../../../src/gateway/triggers/triggers.ts";
import type { Journal } from "../../../src/results/journal.ts";
import { Tree } from "../../scan-runner/support/tree.ts";
import { matchOf } from "../support/fake-services.ts";
import { FakeClock, Receiver, until } from "./receiver.ts";

const SECRET = "a-secret-of-the-test";

interface Hooks extends AsyncDisposable {
  readonly triggers: Triggers;
  readonly journal: Journal;
  readonly store: Store;
  readonly warnings: string[];
  /** Writes match lines of a scan. */
  write(...paths: string[]): void;
}

function open(tree: Tree, clock: FakeClock, receiver: Receiver, more: Partial<TriggersOptions> = {}): Hooks {
  const store = openStore(tree.path("store.db"));
  const journal = storedJournal(store);
  const targets = openTargets({ to: [`http://127.0.0.1:${receiver.port}/`], isPrivate: true });
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const triggers = openTriggers({ journal, store, targets, clock, random: () => 0, warn, ...more });
  let scan: string | undefined;
  return {
    ...{ triggers, journal, store, warnings },
    write(...paths) {
      scan ??= journal.create({ origin: "gateway", state: "running" }).id;
      journal.append(scan, paths.map(matchOf));
    },
    async [Symbol.asyncDispose]() {
      await triggers.stop();
      store.close();
    },
  };
}

const paths = (receiver: Receiver) => receiver.got.map(({ body }) => JSON.parse(body).path as string);

async function opened(more: Partial<TriggersOptions> = {}) {
  const tree = new Tree();
  const clock = new FakeClock();
  const receiver = await Receiver.open();
  const hooks = open(tree, clock, receiver, more);
  hooks.triggers.start();
  return {
    ...{ tree, clock, receiver, hooks },
    add: (order: Partial<TriggerOrder> = {}) =>
      hooks.triggers.add({ url: receiver.url, secret: SECRET, ...order }),
    async [Symbol.asyncDispose]() {
      await hooks[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
      tree[Symbol.dispose]();
    },
  };
}

/** Waits until a try of the only frame that waits is written down, then lets the clock go on to the next one. */
async function pastTry({ clock, hooks }: { clock: FakeClock; hooks: Hooks }, tries: number): Promise<void> {
  const sql = "SELECT max(tries) AS tries FROM deliveries";
  await until(() => hooks.store.db.query<{ tries: number | null }, []>(sql).get()!.tries === tries);
  // It hears of its own writes.
  clock.pass(100);
  await until(() => clock.next !== undefined);
  clock.pass(clock.next!);
}

test("a frame is delivered as it stands in the journal, signed as anybody can check", async () => {
  await using at = await opened();
  const { receiver, hooks, clock } = at;
  const { id } = at.add();
  hooks.write("a");
  clock.pass(100);
  await receiver.heard(1);
  await until(() => hooks.triggers.get(id).delivered === 1);
  const [{ headers, body }] = receiver.got as [(typeof receiver.got)[0]];
  const [frame] = hooks.journal.frames({ types: ["match"], limit: 1, after: 0 });
  expect(body).toBe(frame!.text);
  expect(headers["webhook-id"]).toBe(`${id}-${frame!.seq}`);
  expect(headers["idempotency-key"]).toBe(headers["webhook-id"]);
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = createHmac("sha256", SECRET).update(signed).digest("base64");
  expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
  expect(hooks.triggers.get(id)).toMatchObject({
    delivered: 1,
    failed: 0,
    waiting: 0,
    lastError: null,
    paused: null,
  });
  const notes = hooks.journal.read({ types: ["trigger"], limit: 10 });
  expect(notes.map(({ data }) => data)).toEqual([{ trigger: id, state: "delivered", of: frame!.seq }]);
});

test("three failures, then delivered once: one key, growing pauses, a signature for each try", async () => {
  await using at = await opened();
  const { receiver, hooks, clock } = at;
  receiver.answering = (response, _, number) => void response.writeHead(number <= 3 ? 500 : 200).end();
  const { id } = at.add();
  const times: number[] = [];
  hooks.write("a");
  clock.pass(100);
  for (let tries = 1; tries <= 4; tries++) {
    await receiver.heard(tries);
    times.push(clock.now());
    if (tries === 4) break;
    await pastTry(at, tries);
    expect(hooks.triggers.get(id)).toMatchObject({ waiting: 1, lastError: "the receiver answers 500" });
  }
  await until(() => hooks.triggers.get(id).delivered === 1);
  expect(times.slice(1).map((time, index) => time - times[index]!)).toEqual([5_000, 10_000, 20_000]);
  clock.pass(86_400_000);
  expect(receiver.got).toHaveLength(4);
  expect(new Set(receiver.got.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  expect(new Set(receiver.got.map(({ headers }) => headers["webhook-signature"])).size).toBe(4);
  expect(hooks.triggers.get(id)).toMatchObject({ delivered: 1, failed: 0, waiting: 0, lastError: null });
});

test("chance shortens pauses by a quarter at most; the last of all tries comes within a day", async () => {
  const { pauseAfter } = await import("../../../src/gateway/triggers/pauses.ts");
  const pauses = (random: number) =>
    Array.from({ length: MOST_TRIES - 1 }, (_, index) => pauseAfter(index + 1, random));
  const hours = (random: number) => pauses(random).reduce((sum, each) => sum + each, 0) / 3_600_000;
  expect(hours(0)).toBeCloseTo(22.84, 2);
  expect(hours(1)).toBeCloseTo(22.84 * 0.75, 1);
  for (let at = 1; at < 11; at++) expect(pauseAfter(at + 1, 1)).toBeGreaterThan(pauseAfter(at, 0));
});

test("whatever chance says, a try that failed is written down, and the next one comes", async () => {
  for (const random of [Number.EPSILON, 0.1, 1 / 3, Math.SQRT1_2, 1 - Number.EPSILON]) {
    await using at = await opened({ random: () => random });
    at.receiver.answering = (response, _, number) => void response.writeHead(number < 2 ? 500 : 200).end();
    const { id } = at.add();
    at.hooks.write("a");
    at.clock.pass(100);
    await at.receiver.heard(1);
    await until(() => at.hooks.triggers.get(id).lastError !== null || at.hooks.warnings.length > 0);
    expect([at.hooks.warnings, at.hooks.triggers.get(id).lastError]).toEqual([
      [],
      "the receiver answers 500",
    ]);
    await pastTry(at, 1);
    await until(() => at.hooks.triggers.get(id).delivered === 1);
  }
});

describe("which frames", () => {
  test("types, rule, tag, scan; nothing from before, and none about triggers", async () => {
    await using at = await opened();
    const { receiver, hooks, clock } = at;
    hooks.write("before");
    const other = hooks.journal.create({ origin: "gateway", state: "running" });
    const byScan = at.add({ scan: other.id });
    const byRule = at.add({ rule: "other" });
    const byTag = at.add({ tag: "bad" });
    const byType = at.add({ types: ["scan", "match"], scan: other.id });
    hooks.write("one");
    const line = { ...matchOf("two"), rule: "other", tags: ["bad"] } as never;
    hooks.journal.append(other.id, [line], { state: "cancelled" });
    clock.pass(100);
    await until(
      () => hooks.triggers.list().every(({ waiting }) => waiting === 0) && receiver.got.length >= 5,
    );
    const delivered = (id: string) => hooks.triggers.get(id).delivered;
    expect([byScan, byRule, byTag, byType].map(({ id }) => delivered(id))).toEqual([1, 1, 1, 2]);
    expect(paths(receiver).filter((path) => path !== "two")).toEqual([undefined as never]);
    expect(() => at.add({ types: ["trigger"] })).toThrow("types:");
    expect(() => at.add({ types: ["match", "test"] })).toThrow("types:");
    expect(() => at.add({ scan: "none" })).toThrow("no such scan");
  });

  test("all of a burst, and each once, however many there are", async () => {
    await using at = await opened();
    const { receiver, hooks, clock } = at;
    const { id } = at.add();
    const all = Array.from({ length: 1_300 }, (_, index) => `f${index}`);
    for (let from = 0; from < all.length; from += 100) {
      hooks.write(...all.slice(from, from + 100));
      clock.pass(60);
    }
    await until(() => {
      clock.pass(60);
      return hooks.triggers.get(id).delivered === all.length;
    });
    expect(paths(receiver).sort()).toEqual(all.toSorted());
  });

  test("beyond the most that wait, the others stay in the journal until there is room", async () => {
    await using at = await opened();
    const { receiver, hooks, clock } = at;
    let isUp = false;
    receiver.answering = (response) => void response.writeHead(isUp ? 200 : 500).end();
    const { id } = at.add();
    const many = Array.from({ length: MOST_WAITING + 5 }, (_, index) => `f${index}`);
    hooks.write(...many);
    clock.pass(100);
    await receiver.heard(1);
    expect(hooks.triggers.get(id).waiting).toBe(MOST_WAITING);
    await until(() => hooks.triggers.get(id).lastError !== null);
    expect(receiver.got.length).toBeLessThanOrEqual(8);
    isUp = true;
    await until(() => {
      clock.pass(600_000);
      return hooks.triggers.get(id).delivered >= 50;
    });
    // What was delivered made room for the rest.
    expect(hooks.triggers.get(id).waiting + hooks.triggers.get(id).delivered).toBe(many.length);
  });
});

describe("receivers that fail", () => {
  test("are asked for one frame at a time, and at rest between", async () => {
    await using at = await opened();
    const { receiver, hooks, clock } = at;
    receiver.answering = (response) => void response.writeHead(500).end();
    const { id } = at.add();
    hooks.write(...Array.from({ length: 50 }, (_, index) => `f${index}`));
    clock.pass(100);
    await until(() => hooks.triggers.get(id).lastError !== null && clock.next !== undefined);
    const first = receiver.got.length;
    expect(first).toBeLessThanOrEqual(8);
    for (let passed = 0; passed < 60_000; passed += 1_000) {
      clock.pass(1_000);
      await until(() => clock.next !== undefined);
    }
    expect(receiver.got.length - first).toBeLessThan(12);
  });

  test("for all tries of a frame are paused with a reason; a test that is delivered ends the pause", async () => {
    await using at = await opened();
    const { receiver, hooks, clock } = at;
    let isUp = false;
    receiver.answering = (response) => void response.writeHead(isUp ? 200 : 500).end();
    const { id } = at.add();
    hooks.write("a");
    clock.pass(100);
    for (let tries = 1; tries < MOST_TRIES; tries++) {
      await receiver.heard(tries);
      await pastTry(at, tries);
    }
    await until(() => hooks.triggers.get(id).paused !== null);
    expect(hooks.triggers.get(id)).toMatchObject({
      ...{ delivered: 0, failed: 1, waiting: 0, lastError: "the receiver answers 500" },
      paused: `nothing was delivered for the ${MOST_TRIES} tries of a frame: the receiver answers 500`,
    });
    expect(receiver.got).toHaveLength(MOST_TRIES);
    const notes = hooks.journal.read({ types: ["trigger"], limit: 10 });
    expect(notes.map(({ data }) => data["state"])).toEqual(["failed"]);
    hooks.write("b");
    clock.pass(86_400_000);
    expect(hooks.triggers.get(id).waiting).toBe(1);
    expect(receiver.got).toHaveLength(MOST_TRIES);
    const { signal } = new AbortController();
    expect(await hooks.triggers.test(id, signal)).toEqual({
      delivered: false,
      status: 500,
      error: "the receiver answers 500",
    });
    expect(hooks.triggers.get(id).paused).not.toBeNull();
    isUp = true;
    expect(await hooks.triggers.test(id, signal)).toEqual({ delivered: true, status: 200, error: null });
    await until(() => hooks.triggers.get(id).delivered === 1);
    expect(hooks.triggers.get(id)).toMatchObject({ paused: null, waiting: 0, lastError: null });
    expect(paths(receiver).at(-1)).toBe("b");
  });

  test("a frame that alone is refused is given up; the others are delivered, and nothing is paused", async () => {
    await using at = await opened();
    const { receiver, hooks, clock } = at;
    receiver.answering = (response, { body }) =>
      void response.writeHead(body.includes('"bad"') ? 400 : 200).end();
    const { id } = at.add();
    hooks.write("a", "bad", "b");
    let written = 0;
    await until(() => {
      // There is always something that can be delivered.
      if (hooks.triggers.get(id).waiting <= 1 && written < 60) hooks.write(`more${written++}`);
      clock.pass(3_600_000);
      return hooks.triggers.get(id).failed === 1;
    });
    expect(hooks.triggers.get(id).paused).toBeNull();
    expect(paths(receiver).filter((path) => path === "bad")).toHaveLength(MOST_TRIES);
  });

  test("that say that they are gone are paused at once", async () => {
    await using at = await opened();
    const { receiver, hooks, clock } = at;
    receiver.answering = (response) => void response.writeHead(410).end();
    const { id } = at.add();
    hooks.write("a");
    clock.pass(100);
    await until(() => hooks.triggers.get(id).paused !== null);
    expect(hooks.triggers.get(id)).toMatchObject({
      paused: "the receiver says that it is gone: 410",
      waiting: 1,
    });
  });

  test("that ask for time get it", async () => {
    await using at = await opened();
    const { receiver, hooks, clock } = at;
    receiver.answering = (response, _, number) =>
      void response.writeHead(number === 1 ? 429 : 200, { "retry-after": "600" }).end();
    const { id } = at.add();
    hooks.write("a");
    clock.pass(100);
    await until(() => hooks.triggers.get(id).lastError !== null && clock.next !== undefined);
    clock.pass(599_000);
    expect(receiver.got).toHaveLength(1);
    clock.pass(1_000);
    await until(() => hooks.triggers.get(id).delivered === 1);
  });
});

describe("restarts", () => {
  test("what waits is tried again, and what was written meanwhile is not lost", async () => {
    using tree = new Tree();
    const clock = new FakeClock();
    await using receiver = await Receiver.open();
    receiver.answering = (response) => void response.writeHead(500).end();
    let id = "";
    {
      await using first = open(tree, clock, receiver);
      first.triggers.start();
      id = first.triggers.add({ url: receiver.url }).id;
      first.write("a");
      clock.pass(100);
      await until(() => first.triggers.get(id).lastError !== null);
    }
    {
      // Nobody delivers.
      await using between = open(tree, clock, receiver);
      between.write("b");
      clock.pass(1_000);
    }
    receiver.answering = (response) => void response.writeHead(200).end();
    await using second = open(tree, clock, receiver);
    second.triggers.start();
    await until(() => {
      clock.pass(60_000);
      return second.triggers.get(id).delivered === 2;
    });
    expect(paths(receiver).toSorted()).toEqual(["a", "a", "b"]);
    const keys = receiver.got
      .filter(({ body }) => body.includes('"a"'))
      .map(({ headers }) => headers["webhook-id"]);
    expect(new Set(keys).size).toBe(1);
  });

  test("stopped while a frame is on its way: it is sent again with the same key", async () => {
    using tree = new Tree();
    const clock = new FakeClock();
    await using receiver = await Receiver.open();
    receiver.answering = () => undefined;
    let id = "";
    {
      await using first = open(tree, clock, receiver);
      first.triggers.start();
      id = first.triggers.add({ url: receiver.url }).id;
      first.write("a");
      clock.pass(100);
      await receiver.heard(1);
    }
    receiver.answering = (response) => void response.writeHead(200).end();
    await using second = open(tree, clock, receiver);
    second.triggers.start();
    await until(() => second.triggers.get(id).delivered === 1);
    const [first, again] = receiver.got;
    expect(again!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
  });

  test("with fewer addresses allowed nothing is sent, and the reason is said", async () => {
    using tree = new Tree();
    const clock = new FakeClock();
    await using receiver = await Receiver.open();
    let id = "";
    {
      await using first = open(tree, clock, receiver);
      id = first.triggers.add({ url: receiver.url }).id;
      first.write("a");
    }
    const targets = openTargets({ to: ["https://elsewhere.example/"], isPrivate: false });
    await using second = open(tree, clock, receiver, { targets });
    second.triggers.start();
    await until(() => second.triggers.get(id).paused !== null);
    expect(second.triggers.get(id).paused).toStartWith("the address is not allowed any more");
    expect(receiver.got).toEqual([]);
  });

  test("of two programs on one store each frame is sent by one", async () => {
    await using at = await opened();
    const { tree, clock, receiver, hooks } = at;
    const { id } = at.add();
    await using other = open(tree, clock, receiver);
    other.triggers.start();
    for (let round = 0; round < 20; round++) {
      hooks.write(`a${round}`);
      other.write(`b${round}`);
      clock.pass(60);
    }
    await until(() => {
      clock.pass(60);
      return hooks.triggers.get(id).delivered === 40;
    });
    expect(receiver.got).toHaveLength(40);
  });
});

describe("a trigger", () => {
  test("its secret is shown once if it was made here, and never again; nor in the journal, nor in what is logged", async () => {
    await using at = await opened();
    const { hooks, receiver, clock } = at;
    const given = at.add();
    expect(given).not.toHaveProperty("secret");
    const made = hooks.triggers.add({ url: receiver.url });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    receiver.answering = (response) => void response.writeHead(500).end();
    hooks.write("a");
    clock.pass(100);
    await until(() => hooks.triggers.list().every(({ lastError }) => lastError !== null));
    const said = JSON.stringify([
      ...[hooks.triggers.list(), hooks.triggers.get(made.id), hooks.warnings],
      hooks.journal.read({ limit: 100 }),
      receiver.got,
    ]);
    expect(said).not.toContain(made.secret!.slice("whsec_".length));
    expect(said).not.toContain(SECRET);
  });

  test("that is removed sends nothing more", async () => {
    await using at = await opened();
    const { hooks, receiver, clock } = at;
    receiver.answering = () => undefined;
    const { id } = at.add();
    hooks.write("a", "b");
    clock.pass(100);
    await receiver.heard(2);
    hooks.triggers.remove(id);
    expect(() => hooks.triggers.get(id)).toThrow("there is no such trigger");
    expect(() => hooks.triggers.remove(id)).toThrow("there is no such trigger");
    hooks.write("c");
    clock.pass(86_400_000);
    await hooks.triggers.stop();
    expect(receiver.got).toHaveLength(2);
    expect(hooks.triggers.list()).toEqual([]);
    expect(hooks.warnings).toEqual([]);
  });

  test("secrets that are no keys, addresses that are not allowed, too many", async () => {
    await using at = await opened();
    for (const secret of ["whsec_", "whsec_short", `whsec_${"!".repeat(40)}`, `whsec_${"A".repeat(200)}`])
      expect(() => at.add({ secret }), secret).toThrow("secret: ");
    expect(() => at.add({ url: "https://elsewhere.example/" })).toThrow(ServiceError);
    // It is shown as it is asked, and not as it was written.
    expect(at.add({ url: `\tHTTP://127.1:${at.receiver.port}/a/../b\n` }).url).toBe(
      `http://127.0.0.1:${at.receiver.port}/b`,
    );
    at.hooks.triggers.remove(at.hooks.triggers.list()[0]!.id);
    for (let i = 0; i < 100; i++) at.add();
    expect(() => at.add()).toThrow("there are 100 triggers already");
  });

  test("its frames that left the journal before they were delivered are given up, and that is said", async () => {
    await using at = await opened();
    const { hooks, receiver, clock } = at;
    receiver.answering = (response) => void response.writeHead(500).end();
    const { id } = at.add();
    const scan = hooks.journal.create({ origin: "gateway", state: "running" }).id;
    hooks.journal.append(scan, [matchOf("a")], { state: "cancelled" });
    clock.pass(100);
    await until(() => hooks.triggers.get(id).lastError !== null);
    hooks.journal.remove(scan);
    await until(() => {
      clock.pass(60_000);
      return hooks.triggers.get(id).failed === 1;
    });
    expect(hooks.triggers.get(id)).toMatchObject({
      waiting: 0,
      lastError: "it left the journal before it could be delivered",
    });
  });

  test("nothing is done while nothing is written", async () => {
    await using at = await opened();
    const { clock } = at;
    at.add();
    clock.pass(1_000);
    expect(clock.next).toBeUndefined();
  });
});
