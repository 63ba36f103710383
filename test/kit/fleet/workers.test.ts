/** Jobs from plan to result, with workers that die at every step. */
import { describe, expect, test } from "bun:test";
import { resume, runJobs } from "#kit/fleet/coordinator.ts";
import { jobMessage, makeJob } from "#kit/fleet/job.ts";
import { gaveUpText } from "#kit/fleet/result.ts";
import {
  allSums,
  answersOf,
  fleetHere,
  LATER_MS,
  sums,
  until,
  workerProcess,
} from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: workers of a fleet`);

describe.skipIf(why !== undefined)("jobs", () => {
  test("are all answered, in the order of the run, with the digest of the answer", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker({ atOnce: 2 });
    const steps = new Set<string>();
    const details = new Set<unknown>();
    await runJobs(
      {
        ...here.runOf("first"),
        onProgress: ({ step, detail }) => {
          steps.add(step);
          if (step === "running") details.add(detail);
        },
      },
      sums(20),
    );
    expect(await answersOf(here, "first")).toEqual(allSums(20));
    expect([...steps].sort()).toEqual(["answered", "begun", "running"]);
    expect([...details]).toEqual(["half"]);
    const { job: first } = (await Array.fromAsync(here.ledger.entries("first")))[0]!;
    const kept = await here.queue.resultOf(first.id);
    expect(kept?.result.digest).toBe(new Bun.CryptoHasher("sha256").update('{"sum":0}').digest("hex"));
  });

  test("are not computed a second time for another run, or another ledger", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using other = await fleetHere(server.url);
    {
      await using _ = here.worker();
      await runJobs(here.runOf("first"), sums(3));
    }
    await runJobs(other.runOf("again"), sums(3)); // nobody works any more
    expect(await answersOf(other, "again")).toEqual(allSums(3));
  });
});

describe.skipIf(why !== undefined)("a worker that dies", () => {
  test("in a job: another does it, each job has one result", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const running = runJobs(here.runOf("first"), sums(12));
    const doomed = workerProcess(server.url, here.settings, "in-job");
    expect(await doomed.exited).toBe(137);
    await using _ = here.worker({ atOnce: 2 });
    await running;
    const begun = (await new Response(doomed.stdout).text()).trim();
    const entries = await Array.fromAsync(here.ledger.entries("first"));
    expect(entries.map(({ state, value }) => [state, value])).toEqual(allSums(12) as never);
    expect(entries.find(({ job }) => job.id === begun)!.attempts).toBeGreaterThan(1);
  });

  test("between result and acknowledgement: its result stands, and is not computed again", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const running = runJobs(here.runOf("first"), sums(1));
    const doomed = workerProcess(server.url, here.settings, "after-result");
    expect(await doomed.exited).toBe(137);
    await running;
    let computed = 0;
    await using _ = here.worker({
      execute: async () => {
        computed++;
        return "another";
      },
    });
    await until(async () => (await waitingJobs(here)) === 0);
    expect(computed).toBe(0);
    expect(await answersOf(here, "first")).toEqual(allSums(1));
  });

  test("of each of three attempts: the fourth gives the job up, and the others go on", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, { ackWaitMs: 1_000 });
    const poison = makeJob({ kind: "sum", numbers: [], act: "poison" }, Date.now() + LATER_MS);
    const running = runJobs(here.runOf("first"), [poison, ...sums(3)]);
    let deaths = 0;
    let isDone = false;
    let worker: ReturnType<typeof workerProcess> | undefined;
    const done = running.then(async () => {
      await until(async () => (await waitingJobs(here)) === 0);
      isDone = true;
      worker?.kill();
    });
    while (!isDone) {
      worker = workerProcess(server.url, here.settings, "on-poison");
      await worker.exited;
      if (!isDone) deaths++;
    }
    await done;
    expect(deaths).toBe(3);
    expect(await answersOf(here, "first")).toEqual([["gave-up", gaveUpText(3)], ...allSums(3)]);
  });
});

describe.skipIf(why !== undefined)("a job", () => {
  test("that is delivered twice has one result, the first", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const [job] = sums(1);
    await here.queue.publish(job!, 0);
    await here.queue.publish(job!, 1);
    let computed = 0;
    const both = Promise.withResolvers<void>();
    const execute = async () => {
      const mine = `${++computed}`;
      if (computed === 2) both.resolve();
      await both.promise; // so that both have begun before either answers
      return mine;
    };
    await using _ = here.worker({ execute, atOnce: 2 });
    await until(async () => (await waitingJobs(here)) === 0);
    const kept = await here.queue.resultOf(job!.id);
    expect(["1", "2"]).toContain(kept!.result.value);
    expect(await here.queue.answer({ ...kept!.result, value: "late" })).toBe(false);
    expect((await here.queue.resultOf(job!.id))!.sequence).toBe(kept!.sequence);
  });

  test("that is published twice within the time is taken once", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const [job] = sums(1);
    expect(await here.queue.publish(job!, 0)).toBe(false);
    expect(await here.queue.publish(job!, 0)).toBe(true);
    expect(await waitingJobs(here)).toBe(1);
  });

  test("that is refused has the reason as its result at once; one that fails, after three attempts", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker();
    const refused = makeJob({ kind: "sum", numbers: [], act: "refuse" }, Date.now() + LATER_MS);
    const failing = makeJob({ kind: "sum", numbers: [], act: "fail" }, Date.now() + LATER_MS);
    await runJobs(here.runOf("first"), [refused, failing]);
    expect(await answersOf(here, "first")).toEqual([
      ["refused", "no such data"],
      ["gave-up", gaveUpText(3)],
    ]);
    expect(here.said.filter((text) => text.includes("a bad day"))).toHaveLength(3);
  });

  test("whose answer is no text that a ledger keeps is refused in words", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker({ execute: async () => "zero \0" });
    await runJobs(here.runOf("first"), sums(1));
    expect((await answersOf(here, "first"))[0]).toEqual([
      "refused",
      "the answer is no text: it holds a zero byte or half of a surrogate pair",
    ]);
  });

  test("whose answer is too large is refused in words", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker({ execute: async () => "x".repeat(512 * 1024 + 1) });
    await runJobs(here.runOf("first"), sums(1));
    expect((await answersOf(here, "first"))[0]).toEqual([
      "refused",
      "the answer has 524289 bytes, and may have 524288",
    ]);
  });

  test("whose answer is of the largest size, in characters that JSON writes longest, is answered", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const answer = '"'.repeat(400 * 1024);
    await using _ = here.worker({ execute: async () => answer });
    await runJobs(here.runOf("first"), sums(1));
    expect((await answersOf(here, "first"))[0]).toEqual(["done", answer]);
  });

  test("that is past its deadline is not begun; the run says so, and can be resumed", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const late = makeJob({ kind: "sum", numbers: [1] }, Date.now() - 1);
    await here.ledger.plan("first", [late]);
    await here.queue.publish(late, 0);
    await using _ = here.worker();
    await until(async () => (await waitingJobs(here)) === 0);
    expect(await here.queue.hasResult(late.id)).toBe(false);
    await expect(runJobs(here.runOf("first"), [])).rejects.toThrow(
      "1 of 1 jobs have no result at their deadline",
    );
    await resume(here.runOf("first"), Date.now() + LATER_MS);
    expect(await answersOf(here, "first")).toEqual([["done", '{"sum":1}']]);
  });

  test("that hangs ends at its deadline, and the worker goes on", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    await using _ = here.worker();
    const hanging = makeJob({ kind: "sum", numbers: [], act: "wait" }, Date.now() + 500);
    await expect(runJobs(here.runOf("hangs"), [hanging])).rejects.toThrow("1 of 1 jobs have no result");
    await runJobs(here.runOf("next"), sums(1));
    expect(await answersOf(here, "next")).toEqual(allSums(1));
  });

  test("that is none is left aside, and the worker goes on", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const [job] = sums(1);
    const hostile = [
      "",
      "{}",
      "[]",
      "\xff",
      '{"deadlineMs":1,"job":{"kind":"../.."}}',
      `${jobMessage(job!)} `,
    ];
    for (const text of hostile) await here.queue.connection.jetstream.publish("trial.job.sum", text);
    await using _ = here.worker();
    await runJobs(here.runOf("first"), sums(1));
    expect(await answersOf(here, "first")).toEqual(allSums(1));
    expect(here.said.filter((text) => text.startsWith("a message is left aside"))).toHaveLength(
      hostile.length,
    );
  });
});

describe.skipIf(why !== undefined)("a worker that is told to stop", () => {
  test("ends the job that it has", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const execute = async () => {
      begun.resolve();
      await goOn.promise;
      return "its last";
    };
    const working = here.worker({ execute, graceMs: LATER_MS });
    const running = runJobs(here.runOf("first"), sums(1));
    await begun.promise;
    const ended = working[Symbol.asyncDispose]();
    goOn.resolve();
    await Promise.all([ended, running]);
    expect(await answersOf(here, "first")).toEqual([["done", "its last"]]);
  });

  test("by SIGTERM hands back what does not end, however often: that is no attempt of the job", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, { ackWaitMs: LATER_MS }); // handed back, or nobody gets it in this test
    const job = makeJob({ kind: "sum", numbers: [4], act: "wait" }, Date.now() + LATER_MS);
    const running = runJobs(here.runOf("first"), [job]);
    for (let stops = 0; stops < 4; stops++) {
      const worker = workerProcess(server.url, here.settings);
      await worker.stdout.getReader().read(); // it has begun
      worker.kill("SIGTERM");
      expect(await worker.exited).toBe(0);
    }
    expect(await here.queue.returnsOf(job.id)).toBe(4);
    await using _ = here.worker({ execute: async () => "the fifth" });
    await running;
    expect(await answersOf(here, "first")).toEqual([["done", "the fifth"]]);
  });

  test("takes no job while there is a reason, and says it once", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    let reason: string | undefined = "the disk has 3 MiB left";
    let asked = 0;
    await using _ = here.worker({
      hold: () => {
        asked++;
        return reason;
      },
    });
    const running = runJobs(here.runOf("first"), sums(1));
    await until(() => asked >= 2);
    expect((await here.ledger.counts("first")).done).toBe(0);
    expect(here.said).toEqual(["takes no jobs: the disk has 3 MiB left"]);
    reason = undefined;
    await running;
  });
});

type Workers = Awaited<ReturnType<typeof fleetHere>>;

/** Returns how many jobs the server has yet. */
async function waitingJobs({ queue }: Workers): Promise<number> {
  return (await queue.connection.manager.streams.info("trial_jobs")).state.messages;
}
