/** A server that dies, forgets, is full or cannot be reached, while jobs are under way. */
import { describe, expect, test } from "bun:test";
import { resume, runJobs } from "#kit/fleet/coordinator.ts";
import { makeQueue } from "#kit/fleet/queue.ts";
import { CutLine } from "../../support/cut-line.ts";
import { allSums, answersOf, fleetHere, LATER_MS, sums, until } from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: what a fleet does without its server`);

describe.skipIf(why !== undefined)("the server", () => {
  test("is killed in the middle and started again: every job has its result, once", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker({ atOnce: 2 });
    let answered = 0;
    const running = runJobs({ ...here.runOf("first"), onCount: (done) => (answered = done) }, sums(60));
    await until(() => answered >= 5);
    await server.kill();
    expect(answered).toBeLessThan(60);
    await until(() => here.said.some((text) => text.includes("has gone away")));
    await server.start();
    await running;
    expect(await answersOf(here, "first")).toEqual(allSums(60));
    const kept = await here.queue.connection.manager.streams.info("KV_trial_results");
    expect(kept.state.messages).toBe(60);
  });

  test("is away when a result is there: the worker keeps it until the server takes it", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const running = runJobs(here.runOf("first"), sums(1));
    let computed = 0;
    const execute = async () => {
      computed++;
      await server.kill();
      return "kept";
    };
    await using _ = here.worker({ execute });
    await until(() => here.said.some((text) => text.includes("its result is not taken yet")));
    await server.start();
    await running;
    expect(await answersOf(here, "first")).toEqual([["done", "kept"]]);
    expect(computed).toBe(1);
  });

  test("has forgotten jobs that it took: resume publishes what has no result, and nothing else", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const leave = new AbortController();
    const first = runJobs({ ...here.runOf("first"), signal: leave.signal }, sums(6));
    await until(async () => (await here.ledger.counts("first")).published === 6);
    leave.abort(new Error("the coordinator goes away"));
    await expect(first).rejects.toThrow("goes away");
    await here.queue.connection.manager.streams.purge("trial_jobs", { keep: 2 });
    const attempts: string[] = [];
    {
      await using _ = here.worker();
      await until(
        async () => (await here.queue.connection.manager.streams.info("trial_jobs")).state.messages === 0,
      );
    }
    await using _ = here.worker();
    await resume(
      {
        ...here.runOf("first"),
        onProgress: ({ job, step }) => {
          if (step === "begun") attempts.push(job);
        },
      },
      Date.now() + LATER_MS,
    );
    expect(await answersOf(here, "first")).toEqual(allSums(6));
    expect(new Set(attempts).size).toBe(attempts.length);
    expect(attempts.length).toBeLessThanOrEqual(4);
  });

  test("has no room for results: the worker keeps its result and takes nothing, until there is room", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, { mostBytes: 300_000 });
    const { manager } = here.queue.connection;
    const running = runJobs(here.runOf("first"), sums(3));
    const answer = "x".repeat(200_000);
    let computed = 0;
    const execute = async () => {
      computed++;
      return answer;
    };
    await using _ = here.worker({ execute });
    await until(() =>
      here.said.some((text) => text.includes("its result is not taken yet: maximum bytes exceeded")),
    );
    await until(async () => (await here.ledger.counts("first")).done === 1);
    expect(computed).toBe(2);
    const { config } = await manager.streams.info("KV_trial_results");
    await manager.streams.update(config.name, { ...config, max_bytes: 10_000_000 });
    await running;
    expect(await answersOf(here, "first")).toEqual(Array(3).fill(["done", answer]));
    expect(computed).toBe(3);
  });

  test("has no room for jobs: the coordinator goes on when there is", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, { mostBytes: 20_000 });
    const padded = sums(20, { padding: "x".repeat(2_000) });
    const running = runJobs(here.runOf("first"), padded);
    await until(() => here.said.some((text) => text.includes("maximum bytes exceeded")));
    await using _ = here.worker({ execute: async () => "1" }); // makes room
    await running;
    expect((await here.ledger.counts("first")).done).toBe(20);
  });

  test("loses its queue, which is made again: worker and collector go on", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker();
    await runJobs(here.runOf("first"), sums(2));
    for (const stream of ["trial_jobs", "KV_trial_results"]) {
      await here.queue.connection.manager.streams.delete(stream);
    }
    await makeQueue(here.queue.connection, here.settings);
    await runJobs(here.runOf("next"), sums(4));
    expect(await answersOf(here, "next")).toEqual(allSums(4));
  });
});

describe.skipIf(why !== undefined)("the line to the server", () => {
  for (const [name, harm] of [
    ["is cut", (line: CutLine) => line.cut()],
    ["goes dead without a word", (line: CutLine) => line.die()],
  ] as const) {
    test(`${name} in the middle of jobs: they are all answered`, async () => {
      await using server = await NatsServer.start();
      await using line = await CutLine.to(server.port);
      await using far = await fleetHere(line.url);
      await using near = await fleetHere(server.url);
      let answered = 0;
      await using _ = far.worker({ atOnce: 2 });
      const running = runJobs({ ...near.runOf("first"), onCount: (done) => (answered = done) }, sums(30));
      await until(() => answered >= 3);
      harm(line);
      await until(() => far.said.some((text) => text.includes("has gone away")));
      line.mend();
      await running;
      expect(await answersOf(near, "first")).toEqual(allSums(30));
    });
  }
});
