/** `fleet resume`, and the fleet as those have it who give out work. */
import { describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { makeJob } from "#kit/fleet/job.ts";
import { newRunName, openFleet } from "#kit/fleet/open-fleet.ts";
import { resumeCommand } from "#kit/fleet/resume-command.ts";
import { parseOptions } from "#kit/term/flags.ts";
import { fakeIo } from "../../support/fake-io.ts";
import { fleetHere, LATER_MS, sums } from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: fleet resume`);

const resume = resumeCommand({
  program: "trial",
  queue: "trial",
  findings: 4,
  folder: (folder: string | undefined) => folder,
});

async function resumed(folder: string | undefined, ...args: readonly string[]) {
  const io = fakeIo();
  const code = await resume.run(parseOptions(resume, args), io, folder);
  return { code, text: io.written().toString(), talk: io.talk() };
}

describe.skipIf(why !== undefined)("fleet resume", () => {
  test("has done what the ledger lacks, says what came of it, and knows no other run", async () => {
    await using server = await NatsServer.start();
    using folder = temporaryFolder("resume");
    const place = `sqlite:${folder.path}/fleet.db`;
    await using here = await fleetHere(server.url, {}, place);
    await here.ledger.plan("first", sums(3));
    const refused = makeJob({ kind: "sum", numbers: [], act: "refuse" }, Date.now() + LATER_MS);
    await here.ledger.plan("second", [...sums(5), refused]);
    await using _ = here.worker();
    const nats = ["--nats", server.url];
    expect(await resumed(folder.path, "first", ...nats)).toEqual({
      code: 0,
      text: "first: 3 done, 0 refused, 0 given up\n",
      talk: "",
    });
    const second = await resumed(undefined, "second", "--json", "--ledger", place, ...nats);
    expect(second).toMatchObject({
      code: 4,
      text: '{"schema":1,"run":"second","done":5,"refused":1,"gaveUp":0}\n',
    });
    await expect(resumed(folder.path, "third", ...nats)).rejects.toThrow("the ledger has no run third");
  });

  test("says where the ledger would be, if it can be nowhere", async () => {
    await expect(resumed(undefined, "first", "--nats", "nats://127.0.0.1:1")).rejects.toThrow(
      "this user has no folder for the ledger of a fleet",
    );
    await expect(resumed("/proc/none", "first", "--nats", "nats://127.0.0.1:1")).rejects.toThrow(
      "/proc/none cannot be made",
    );
  });
});

describe.skipIf(why !== undefined)("a fleet that is opened", () => {
  test("has its queue, and a ledger for this user alone, made where there is none", async () => {
    await using server = await NatsServer.start();
    using folder = temporaryFolder("open");
    const own = `${folder.path}/state/program`;
    const options = { nats: server.url, queue: "trial", ledger: undefined };
    for (const _ of ["makes", "finds"]) {
      await using fleet = await openFleet(options, { program: "trial", folder: own }, fakeIo());
      expect(await fleet.queue.hasResult("00")).toBe(false);
    }
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(statSync(`${own}/fleet.db`).mode & 0o777).toBe(0o600);
  });

  test("that cannot be reached leaves nothing open", async () => {
    using folder = temporaryFolder("open");
    const options = { nats: "nats://127.0.0.1:1", queue: "trial", ledger: undefined };
    await expect(openFleet(options, { program: "trial", folder: folder.path }, fakeIo())).rejects.toThrow(
      "cannot connect",
    );
    expect(existsSync(`${folder.path}/fleet.db-wal`)).toBe(false); // SQLite removes it with the last connection
  });
});

test("the name of a run tells when it began, and is no other's", () => {
  const now = new Date("2030-01-02T03:04:05.678Z");
  expect(newRunName("report", now)).toMatch(/^report-20300102-030405-[0-9a-f]{4}$/);
});
