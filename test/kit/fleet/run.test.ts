/** Jobs that are submitted one by one, with workers, servers and coordinators that die meanwhile. */
import { describe, expect, test } from "bun:test";
import { makeJob } from "#kit/fleet/job.ts";
import { makeResult } from "#kit/fleet/result.ts";
import { Run, type RunSettings } from "#kit/fleet/run.ts";
import { fleetHere, LATER_MS, sums, until, workerProcess } from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: runs of a fleet`);

function sumOf(...numbers: number[]) {
  return makeJob({ kind: "sum", numbers }, Date.now() + LATER_MS);
}

/** Submits job after job, each of which adds to the answer of the one before. @returns the last sum */
async function chain(run: Run, length: number): Promise<number> {
  let sum = 0;
  for (let n = 1; n <= length; n++) {
    const { value } = await run.submit(sumOf(sum, n));
    sum = (JSON.parse(value) as { sum: number }).sum;
  }
  return sum;
}

describe.skipIf(why !== undefined)("a run", () => {
  test("answers jobs as they come, also those that need an earlier answer", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker({ atOnce: 2 });
    const counts: string[] = [];
    await using run = Run.open({
      ...here.runOf("first"),
      onCount: (done, all) => counts.push(`${done} of ${all}`),
    });
    const [last, ...others] = await Promise.all([chain(run, 10), ...sums(90).map((job) => run.submit(job))]);
    expect(last).toBe(55);
    expect(others.map(({ outcome, value }) => [outcome, value])).toEqual(
      sums(90).map((_, n) => ["done", JSON.stringify({ sum: 2 * n })]),
    );
    expect(others[0]).toMatchObject({ node: "here", attempts: 1 });
    expect(counts.at(-1)).toBe("100 of 100");
  });

  test("asks once for what is submitted twice at once", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using run = Run.open(here.runOf("first"));
    const both = [run.submit(sumOf(1, 2)), run.submit(sumOf(2, 1)), run.submit(sumOf(1, 2))];
    await using _ = here.worker();
    expect((await Promise.all(both)).map(({ value }) => value)).toEqual(Array(3).fill('{"sum":3}'));
    expect(await Array.fromAsync(here.ledger.entries("first"))).toHaveLength(2);
  });

  test("goes on when a worker is killed in a job", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using run = Run.open(here.runOf("first"));
    const last = chain(run, 5);
    const doomed = workerProcess(server.url, here.settings, "in-job");
    expect(await doomed.exited).toBe(137);
    await using _ = here.worker();
    expect(await last).toBe(15);
  });

  test("goes on when the server is killed and started again", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker();
    let answered = 0;
    await using run = Run.open({ ...here.runOf("first"), onCount: (done) => (answered = done) });
    const last = chain(run, 12);
    await until(() => answered >= 4);
    await server.kill();
    expect(answered).toBeLessThan(12);
    await until(() => here.said.some((text) => text.includes("has gone away")));
    await server.start();
    expect(await last).toBe(78);
  });

  test("that is done again with the same ledger computes nothing, and asks no server", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    {
      await using _ = here.worker();
      await using run = Run.open(here.runOf("first"));
      expect(await chain(run, 5)).toBe(15);
    }
    const { manager } = here.queue.connection;
    await manager.streams.purge("KV_trial_results");
    const { state: before } = await manager.streams.info("trial_jobs");
    for (const name of ["first", "second"]) {
      await using run = Run.open(here.runOf(name));
      expect(await chain(run, 5)).toBe(15); // nobody works any more
      expect(await Array.fromAsync(here.ledger.entries(name))).toHaveLength(5);
    }
    expect((await manager.streams.info("trial_jobs")).state.last_seq).toBe(before.last_seq);
  });

  test("that was left in the middle is finished by another of the same name, with what is there", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const computed: string[] = [];
    const settings: RunSettings = {
      ...here.runOf("first"),
      onProgress: ({ job, step }) => void (step === "begun" && computed.push(job)),
    };
    const leave = new AbortController();
    {
      await using _ = here.worker();
      await using run = Run.open({ ...settings, signal: leave.signal });
      await chain(run, 3);
      await _[Symbol.asyncDispose]();
      const fourth = chain(run, 5);
      await until(async () => (await here.ledger.counts("first")).published === 1);
      leave.abort(new Error("the coordinator goes away"));
      await expect(fourth).rejects.toThrow("goes away");
      await expect(run.submit(sumOf(9))).rejects.toThrow("goes away");
    }
    await using _ = here.worker();
    await using run = Run.open(settings);
    expect(await chain(run, 5)).toBe(15);
    expect(new Set(computed).size).toBe(computed.length);
    expect(computed).toHaveLength(5);
  });

  test("gets the answers that another run's collector of the same ledger has taken", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using first = Run.open(here.runOf("first"));
    await using second = Run.open(here.runOf("second"));
    await using _ = here.worker({ atOnce: 2 });
    const far = async (run: Run, from: number) => {
      for (let n = from; n < from + 12; n++) {
        expect((await run.submit(sumOf(n, n))).value).toBe(JSON.stringify({ sum: 2 * n }));
      }
    };
    await Promise.all([far(first, 0), far(second, 100)]);
  });

  test("asks again for what was refused before, in this ledger and in another", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using other = await fleetHere(server.url);
    const job = makeJob({ kind: "sum", numbers: [1, 2], act: "refuse" }, Date.now() + LATER_MS);
    const refused = { outcome: "refused", value: "no such data" } as const;
    {
      await using _ = here.worker();
      await using run = Run.open(here.runOf("first"));
      expect(await run.submit(job)).toMatchObject(refused);
      expect(await run.submit(job)).toMatchObject(refused);
    }
    await using _ = here.worker({ execute: async () => "now I can" });
    for (const each of [here, other]) {
      await using run = Run.open(each.runOf("first"));
      expect(await run.submit(job)).toMatchObject({ outcome: "done", value: "now I can" });
    }
  });

  test("takes no refusal for an answer that was kept before it asked", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const jobs = sums(50);
    await here.ledger.plan("first", jobs); // as left by a program that ended before it had heard of the refusals
    for (const { id } of jobs) {
      const old = {
        job: id,
        outcome: "refused",
        value: "no such data",
        attempts: 1,
        node: "n",
        nodeMs: 1,
      } as const;
      await here.queue.answer(makeResult(old));
    }
    await using _ = here.worker({ execute: async () => "now I can" });
    await using run = Run.open(here.runOf("first"));
    const answers = await Promise.all(jobs.map((job) => run.submit(job)));
    expect(answers.filter(({ outcome }) => outcome !== "done")).toEqual([]);
  });

  test("rejects a job at its deadline, and goes on with the others", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker({ atOnce: 2 });
    await using run = Run.open(here.runOf("first"));
    const hanging = makeJob({ kind: "sum", numbers: [], act: "wait" }, Date.now() + 300);
    await expect(run.submit(hanging)).rejects.toThrow(
      `job ${hanging.id.slice(0, 8)} has no result at its deadline`,
    );
    expect((await run.submit(sumOf(1))).value).toBe('{"sum":1}');
  });

  test("is given up while the server is away: it ends without it", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const leave = new AbortController();
    await using run = Run.open({ ...here.runOf("first"), signal: leave.signal });
    await server.kill();
    const waiting = run.submit(sumOf(1));
    await until(async () => (await here.ledger.counts("first")).planned === 1);
    leave.abort(new Error("Ctrl-C"));
    await expect(waiting).rejects.toThrow("Ctrl-C");
    await run[Symbol.asyncDispose]();
  });

  test("whose ledger fails rejects what it has, in words", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using run = Run.open(here.runOf("first"));
    await here.ledger[Symbol.asyncDispose]();
    await expect(run.submit(sumOf(1))).rejects.toThrow("the ledger sqlite:");
    await expect(run.submit(sumOf(2))).rejects.toThrow("the ledger sqlite:");
  });
});
