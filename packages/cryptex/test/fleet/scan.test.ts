/** Scans by a fleet of processes: they give what a scan of one machine gives, whoever dies meanwhile. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { until } from "../../../../test/support/fleet-here.ts";
import { whyNoNats } from "../../../../test/support/nats-server.ts";
import { errorsIn, eventsIn, ScanFleet, spoken } from "./scan-fleet.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: scans by a fleet`);

/** Waits until somebody has begun so many jobs. */
function begun(fleet: ScanFleet, count: number): Promise<void> {
  let seen = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const listening = fleet.queue.onProgress(({ step }) => {
    if (step === "begun" && ++seen === count) resolve();
  });
  return promise.finally(() => listening[Symbol.dispose]());
}

describe.skipIf(why !== undefined)("a scan by a fleet", () => {
  test("gives the bytes of a scan of one machine, and a second run takes its results from the ledger", async () => {
    await using fleet = await ScanFleet.open();
    const local = await fleet.local();
    fleet.worker("one");
    const first = await fleet.scan("--run", "first");
    expect(first).toEqual({ ...local, exitCode: 0, stderr: "" });
    expect(eventsIn(local).filter(({ type }) => type === "match").length).toBeGreaterThan(170);
    let jobs = 0;
    using _ = fleet.queue.onProgress(() => jobs++);
    expect((await fleet.scan("--run", "first")).stdout).toBe(local.stdout);
    expect(jobs).toBe(0);
    // Another run reads the files anew.
    fleet.folder.write("files/d0/f1", "a needle now");
    const again = await fleet.scan("--run", "second");
    expect(again.stdout).toBe((await fleet.local()).stdout);
    expect(again.stdout).not.toBe(local.stdout);
  });

  test("does so where one of two workers is killed in the middle", async () => {
    await using fleet = await ScanFleet.open();
    const local = await fleet.local("--list-clean");
    const some = begun(fleet, 2);
    const doomed = fleet.worker("one");
    const scan = spoken(fleet.begin("--list-clean", "--run", "killed"));
    await some;
    doomed.kill("SIGKILL");
    fleet.worker("two");
    expect((await scan).stdout).toBe(local.stdout);
  });

  test("does so where the server is killed in the middle", async () => {
    await using fleet = await ScanFleet.open();
    const local = await fleet.local();
    const some = begun(fleet, 2);
    fleet.worker("one");
    const scan = spoken(fleet.begin("--run", "powerless"));
    await some;
    await fleet.server.kill();
    await fleet.server.start();
    const { stdout, exitCode } = await scan;
    expect([stdout, exitCode]).toEqual([local.stdout, 0]);
  });

  test("that is interrupted says how it is gone on with, and is", async () => {
    await using fleet = await ScanFleet.open();
    const local = await fleet.local();
    const scan = fleet.begin();
    const ended = spoken(scan);
    await until(
      async () => (await fleet.queue.connection.manager.streams.info("cryptex_jobs")).state.messages > 3,
    );
    scan.kill("SIGINT");
    const { stderr, exitCode } = await ended;
    expect(exitCode).toBe(130);
    const run = /stopped: the same command with --run (scan-[\w-]+) goes on with it/.exec(stderr)?.[1];
    expect(run, stderr).toBeDefined();
    fleet.worker("one");
    expect((await fleet.scan("--run", run!)).stdout).toBe(local.stdout);
  });

  test("ends at once where the server is away", async () => {
    await using fleet = await ScanFleet.open({ "files/a": "needle" });
    const scan = fleet.begin("--run", "away");
    const ended = spoken(scan);
    const jobs = async () =>
      (await fleet.queue.connection.manager.streams.info("cryptex_jobs")).state.messages;
    await until(async () => (await jobs()) > 0);
    await fleet.server.kill();
    scan.kill("SIGTERM");
    expect(await ended).toMatchObject({
      exitCode: 143,
      stderr: expect.stringContaining("--run away goes on"),
    });
  });

  test("takes a job that is given out twice for one", async () => {
    await using fleet = await ScanFleet.open({ "files/a": "needle", "files/b": "hay" });
    const local = await fleet.local();
    const scan = spoken(fleet.begin("--run", "twice"));
    const { Ledger } = await import("#kit/fleet/ledger.ts");
    await until(
      async () => (await fleet.queue.connection.manager.streams.info("cryptex_jobs")).state.messages > 0,
    );
    {
      await using ledger = await Ledger.open(`sqlite:${fleet.folder.at("ledger.db")}`);
      const [entry] = await ledger.missing("twice");
      await fleet.queue.publish(entry!.job, 7);
    }
    fleet.worker("one");
    fleet.worker("two");
    expect((await scan).stdout).toBe(local.stdout);
  });

  test("gives what is larger than a message, too", async () => {
    await using fleet = await ScanFleet.open({
      "rules/many.yar": "rule many { strings: $a = /x{30}/ condition: $a }",
      "files/large": "x".repeat(40_000),
    });
    const local = await fleet.local("--max-strings", "30000");
    expect(local.stdout.length).toBeGreaterThan(1_000_000);
    fleet.worker("one");
    expect((await fleet.scan("--max-strings", "30000", "--run", "large")).stdout).toBe(local.stdout);
  });

  test("names files of a root that a worker lacks, and those below no root", async () => {
    await using fleet = await ScanFleet.open({ "files/in/a": "needle", "files/out/b": "needle" });
    fleet.worker("one", "--pin", "house.pub", "--root", "other=files");
    const { stdout, exitCode } = await fleet.scan("--root", "corpus=files/in", "--run", "lacking");
    expect(exitCode).toBe(3);
    expect(errorsIn({ stdout })).toEqual([
      expect.stringMatching(
        /^files\/in\/a: not scanned: .* refuses it: this machine has no root corpus, only other$/,
      ),
      "files/out/b: it lies below no root of the fleet",
    ]);
    expect(eventsIn({ stdout }).at(-1)).toMatchObject({ type: "end", complete: false, errors: 2, clean: 0 });
    // What a worker lacked before, it may have now.
    fleet.worker("two");
    await until(
      async () => errorsIn(await fleet.scan("--run", "lacking", "--root", "corpus=files")).length === 0,
    );
  });

  test("scans with rules that are signed and in order, and with no others", async () => {
    await using fleet = await ScanFleet.open({ "files/a": "needle" });
    const plain = await fleet.scan("--rules", "rules");
    expect([plain.exitCode, plain.stdout]).toEqual([2, ""]);
    expect(plain.stderr).toContain("ruleset pack --rules");
    const { keyOf, packed } = await import("../rule-packages/packages.ts");
    const { lineageText } = await import("#kit/signing/lineage.ts");
    fleet.folder.write("stranger.pub", lineageText(keyOf("stranger").lineage));
    await packed(fleet.folder, "stranger.cxr", { signer: keyOf("stranger") });
    fleet.worker("one");
    const { stdout, exitCode } = await fleet.scan(
      "--rules",
      "stranger.cxr",
      "--key",
      "stranger.pub",
      "--run",
      "s",
    );
    expect(exitCode).toBe(3);
    expect(errorsIn({ stdout })).toEqual([expect.stringMatching(/which is not trusted/)]);
  });

  test("has a worker that keeps its floor of versions across a restart", async () => {
    await using fleet = await ScanFleet.open({ "files/a": "needle" });
    const { packed } = await import("../rule-packages/packages.ts");
    await packed(fleet.folder, "newer.cxr", { version: 2 });
    const worker = fleet.worker("one");
    const newer = await fleet.scan(
      "--rules",
      "newer.cxr",
      "--key",
      "house.pub",
      "--keys",
      "k1",
      "--run",
      "newer",
    );
    expect(newer.exitCode).toBe(0);
    worker.kill("SIGTERM");
    expect(await new Response(worker.stderr).text()).not.toContain("warn");
    fleet.worker("one");
    const older = await fleet.scan(
      "--rules",
      "house.cxr",
      "--key",
      "house.pub",
      "--keys",
      "k2",
      "--run",
      "older",
    );
    expect(errorsIn(older)).toEqual([
      expect.stringMatching(/refuses it: .*it is version 1 of house, and version 2 was used here$/),
    ]);
    expect(readFileSync(fleet.folder.at("one/ruleset-versions.json"), "utf8")).toContain('"version":2');
  });

  test("finds the file that kills every worker, and scans the others", async () => {
    const files = { "files/a": "needle", "files/b": "needle", "files/poison": "needle", "files/z": "needle" };
    await using fleet = await ScanFleet.open(files, { ackWaitMs: 500 });
    await using _ = fleet.weakWorker();
    const { stdout, exitCode } = await fleet.scan("--run", "poisoned");
    expect(exitCode).toBe(3);
    expect(errorsIn({ stdout })).toEqual([
      "files/poison: crashed: gave up after 3 attempts that ended without an answer",
    ]);
    expect(eventsIn({ stdout }).at(-1)).toMatchObject({ complete: false, matched: 3, errors: 1 });
  });

  test("leaves no root by links that take the place of folders", async () => {
    await using fleet = await ScanFleet.open({ "files/in/a": "needle", "elsewhere/in/a": "needle" });
    // A worker whose root has a link where that of whoever asks has a folder.
    mkdirSync(fleet.folder.at("linked"));
    symlinkSync(fleet.folder.at("elsewhere/in"), fleet.folder.at("linked/in"));
    fleet.worker("one", "--pin", "house.pub", "--root", "corpus=linked");
    const { stdout, exitCode } = await fleet.scan("--run", "linked");
    expect(exitCode).toBe(3);
    expect(errorsIn({ stdout })).toEqual([
      "files/in/a: changed during scan: a folder above it is another one",
    ]);
  });
});
