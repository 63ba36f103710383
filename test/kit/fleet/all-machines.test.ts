/** Jobs that go to all machines: each answers for itself, whenever it comes, and once. */
import { describe, expect, test } from "bun:test";
import { AnswerParts, MOST_PART_BYTES } from "#kit/fleet/answer-parts.ts";
import { giveToAll, machinesOf } from "#kit/fleet/broadcast.ts";
import { collect, intoLedger } from "#kit/fleet/collector.ts";
import { type Followed, follow } from "#kit/fleet/follow.ts";
import type { Job } from "#kit/fleet/job.ts";
import { gaveUpText, makeResult } from "#kit/fleet/result.ts";
import { fleetHere, type Here, LATER_MS, sums, until, workerProcess } from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: jobs that go to all machines`);

const ALL = { goesTo: "all" } as const;

function machines({ queue, settings }: Here) {
  return machinesOf(queue.connection.manager, settings);
}

type Step = Exclude<Followed, { kind: "current" }>;

function give(here: Here, jobs: readonly Job[], deadlineMs = Date.now() + LATER_MS): Promise<void> {
  return giveToAll(here.runOf("run"), jobs, deadlineMs);
}

/** Collects until it is disposed of. */
function collecting({ queue, ledger }: Here): AsyncDisposable {
  const stop = new AbortController();
  const ended = collect({ queue, keeper: intoLedger(ledger), stop: stop.signal, say() {} });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** Waits until so many answers are in the ledger. @returns machine, state and value of each, by machine */
async function answers({ ledger }: Here, count: number) {
  await until(async () => (await ledger.answersOfAll("run")).length >= count);
  const all = await ledger.answersOfAll("run");
  return all.map(({ node, state, value }) => `${node} ${state} ${value}`).sort();
}

/** Follows a job until one machine has answered so often as is said. */
async function followed({ queue }: Here, job: string, count: number): Promise<Step[]> {
  const stop = new AbortController();
  const steps: Step[] = [];
  for await (const step of follow({ queue, job, stop: stop.signal, say() {} })) {
    if (step.kind === "current") continue;
    steps.push(step);
    if (steps.filter(({ kind }) => kind === "answer").length === count) stop.abort();
  }
  return steps;
}

/** Returns the next step of a machine's answer. */
async function nextOf(following: AsyncGenerator<Followed>): Promise<Step | undefined> {
  for (;;) {
    const { value } = await following.next();
    if (value?.kind !== "current") return value;
  }
}

describe.skipIf(why !== undefined)("a job for all", () => {
  test("is done by each machine, also by one that comes later, and kept for each in the ledger", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    await using _collecting = collecting(here);
    const [job] = sums(2).slice(1);
    await give(here, [job!]);
    {
      await using _a = here.worker({ node: "a" });
      await using _b = here.worker({ node: "b.example" });
      expect(await answers(here, 2)).toEqual(['a done {"sum":2}', 'b-example done {"sum":2}']);
    }
    await using _c = here.worker({ node: "c" });
    expect(await answers(here, 3)).toContain('c done {"sum":2}');
    expect((await machines(here)).map(({ node }) => node)).toEqual(["a", "b-example", "c"]);
    expect((await here.ledger.missing("run")).map(({ state }) => state)).toEqual(["published"]);
  });

  test("that is given out twice is done once by each machine, also where its consumer was lost", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    const [job] = sums(1);
    let computed = 0;
    const execute = async () => `${++computed}`;
    await give(here, [job!]);
    await give(here, [job!]);
    const { manager } = here.queue.connection;
    expect((await manager.streams.info("trial_jobs")).state.messages).toBe(2);
    for (let round = 0; round < 2; round++) {
      await using _ = here.worker({ node: "a", execute });
      await until(async () => (await machines(here)).some(({ waiting }) => waiting === 0));
      await manager.consumers.delete("trial_jobs", "a");
    }
    expect(computed).toBe(1);
  });

  test("is gone on with by a machine that was killed in it; the others have nothing to do with that", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    await using _collecting = collecting(here);
    await give(here, sums(1));
    const doomed = workerProcess(server.url, here.settings, "in-job", "a");
    await using _b = here.worker({ node: "b" });
    expect(await doomed.exited).toBe(137);
    expect(await answers(here, 1)).toEqual(['b done {"sum":0}']);
    await using _a = here.worker({ node: "a" });
    expect(await answers(here, 2)).toEqual(['a done {"sum":0}', 'b done {"sum":0}']);
    const attempts = (await here.ledger.answersOfAll("run")).map((each) => [each.node, each.attempts]);
    expect(attempts).toEqual([
      ["b", 1],
      ["a", 2],
    ]);
  });

  test("is given up by the machine on which it fails, and by no other", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    await using _collecting = collecting(here);
    await give(here, sums(1));
    const execute = () => Promise.reject(new Error("a bad day"));
    await using _a = here.worker({ node: "a", execute });
    await using _b = here.worker({ node: "b" });
    expect(await answers(here, 2)).toEqual([`a gave-up ${gaveUpText(3)}`, 'b done {"sum":0}']);
  });

  test("is not begun after its deadline: the machine says that it came late, and does it with a new one", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    await using _collecting = collecting(here);
    const [job] = sums(1);
    await here.ledger.plan("run", [job!]);
    await here.queue.publish({ ...job!, deadlineMs: Date.now() - 1 }, 7);
    const stop = new AbortController();
    const following = follow({ queue: here.queue, job: job!.id, stop: stop.signal, say() {} });
    await using _a = here.worker({ node: "a" });
    const late = await nextOf(following);
    expect(late).toMatchObject({ kind: "late", node: "a" });
    expect(await here.queue.hasResult(job!.id, "a")).toBe(false);
    await give(here, [job!]);
    const answer = await nextOf(following);
    expect(answer).toMatchObject({ kind: "answer", node: "a", kept: { result: { value: '{"sum":0}' } } });
    stop.abort();
  });

  test("survives the death of the server", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    await using _collecting = collecting(here);
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const execute = async () => {
      begun.resolve();
      await goOn.promise;
      return "late and well";
    };
    await give(here, sums(1));
    await using _a = here.worker({ node: "a", execute });
    await begun.promise;
    await server.kill();
    goOn.resolve();
    await server.start();
    expect(await answers(here, 1)).toEqual(["a done late and well"]);
  });

  test("is answered by a machine in its own name alone", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    const [job] = sums(1);
    await here.ledger.plan("run", [job!]);
    const forged = makeResult({
      job: job!.id,
      outcome: "done",
      value: "x",
      attempts: 1,
      node: "b",
      nodeMs: 1,
    });
    await here.queue.bucket.put(`result.${job!.id}.a`, JSON.stringify(forged));
    await here.queue.answer(makeResult({ ...forged, node: "c" }));
    await using _collecting = collecting(here);
    expect(await answers(here, 1)).toEqual(["c done x"]);
    await expect(here.queue.resultOf(job!.id, "a")).rejects.toThrow("is none");
  });

  test("waits for a machine for which the server has no room, which says so", async () => {
    const config = `accounts { A { jetstream { max_consumers: 1 }, users: [{ user: a, password: a }] } }
      no_auth_user: a`;
    await using server = await NatsServer.start({ config });
    await using here = await fleetHere(server.url, ALL);
    const [job] = sums(1);
    await give(here, [job!]);
    await using _b = here.worker({ node: "b" });
    {
      await using _a = here.worker({ node: "a" });
      await until(() => here.said.some((text) => text.includes("maximum consumers limit reached")));
    }
    const [first] = await machines(here);
    await here.queue.connection.manager.consumers.delete("trial_jobs", first!.node);
    const other = first!.node === "a" ? "b" : "a";
    await using _again = here.worker({ node: other });
    await until(() => here.queue.hasResult(job!.id, other));
  });

  test("leaves nothing of a machine that is gone for longer than jobs are kept", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, { ...ALL, keepMs: 1_000, sameWithinMs: 1_000 });
    {
      await using _a = here.worker({ node: "a" });
      await until(async () => (await machines(here)).length === 1);
    }
    await until(async () => (await machines(here)).length === 0);
  });
});

describe.skipIf(why !== undefined)("an answer in parts", () => {
  const retry = <T>(_: string, attempt: () => Promise<T>) => attempt();
  const open = ({ queue }: Here, job: string, node: string) => AnswerParts.open({ queue, job, node, retry });
  const textOf = (steps: readonly Step[], name: string) =>
    steps.flatMap((step) => (step.kind === "text" && step.node === name ? [step.text] : [])).join("");
  const end = ({ queue }: Here, job: string, node: string) =>
    queue.answer(makeResult({ job, outcome: "done", value: "end", attempts: 1, node, nodeMs: Date.now() }));

  test("is given in order, once, whoever else answers meanwhile, and however large a part is", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    const long = "\u{1f333}a".repeat(MOST_PART_BYTES / 4);
    const [a, b] = [await open(here, "j", "a"), await open(here, "j", "b")];
    await a.add("1\n", "{}");
    await b.add("x", "{}");
    const early = followed(here, "j", 2);
    await a.add(long, "{}");
    await a.add("", '{"at":3}');
    await end(here, "j", "b");
    await end(here, "j", "a");
    for (const steps of [await early, await followed(here, "j", 2)]) {
      expect(textOf(steps, "a")).toBe(`1\n${long}`);
      expect(textOf(steps, "b")).toBe("x");
      expect(steps.find((step) => step.kind === "answer" && step.node === "a")).toMatchObject({
        given: a.standing,
      });
    }
    expect(a.standing.bytes).toBe(2 + Buffer.byteLength(long));
  });

  test("is gone on with behind what stands; parts that did not stand yet are replaced", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    const first = await open(here, "j", "a");
    await first.add("1", '{"at":1}');
    // It dies between its parts and their place.
    await here.queue.bucket.put("part.j.a.1", "lost");
    await here.queue.bucket.put("part.j.a.2", "lost, too");
    const early = followed(here, "j", 1);
    const second = await open(here, "j", "a");
    expect([second.place, second.standing]).toEqual(['{"at":1}', first.standing]);
    await second.add("2", '{"at":2}');
    await end(here, "j", "a");
    for (const steps of [await early, await followed(here, "j", 1)]) expect(textOf(steps, "a")).toBe("12");
  });

  test("is followed through the death of the server", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    const parts = await open(here, "j", "a");
    await parts.add("before, ", "{}");
    const stop = new AbortController();
    const following = follow({ queue: here.queue, job: "j", stop: stop.signal, say() {} });
    expect(await nextOf(following)).toMatchObject({ text: "before, " });
    await server.kill();
    const next = nextOf(following);
    await server.start();
    await until(() =>
      parts.add("after", "{}").then(
        () => true,
        () => false,
      ),
    );
    expect(await next).toMatchObject({ text: "after" });
    stop.abort();
  });

  test("that is none is passed over, with its reason", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, ALL);
    const { bucket } = here.queue;
    for (const place of ["", "{}", "[]", "null", '{"parts":-1,"bytes":0,"digest":"","place":"{}"}']) {
      await bucket.put("place.j.a", place || " ");
    }
    await bucket.put("part.j.b.none", "x");
    await bucket.put("result.j.a", "none");
    await expect(open(here, "j", "a")).rejects.toThrow("the place of an answer is none");
    await end(here, "j", "c");
    const steps = await followed(here, "j", 1);
    expect(steps.map(({ kind, node }) => [kind, node])).toEqual([["answer", "c"]]);
  });
});
