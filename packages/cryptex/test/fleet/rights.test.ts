/** Scans by a fleet with the certificates and rights of the configuration that is shipped. */
import { expect, test } from "bun:test";
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { queueSettings } from "#kit/fleet/queue.ts";
import { lineageText } from "#kit/signing/lineage.ts";
import {
  clientContext,
  serverCertificate,
  shippedConfig,
} from "../../../../test/support/fleet-certificates.ts";
import { NatsServer, whyNoNats } from "../../../../test/support/nats-server.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { house, NEVER, packed } from "../rule-packages/packages.ts";
import { runCryptex, WorkFolder } from "../support/program.ts";

const why = whyNoNats(true);
if (why) console.warn(`${why}: rights of workers that scan`);

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

test.skipIf(why !== undefined)(
  "workers take jobs, answer them by message and by object, and change no rules",
  async () => {
    using folder = new WorkFolder({
      "rules/a.yar": "rule many { strings: $a = /x{30}/ condition: $a }",
      "files/large": "x".repeat(20_000),
      "files/small": "x".repeat(40),
    });
    folder.write("house.pub", lineageText(house.lineage));
    await packed(folder, "house.cxr");
    await serverCertificate(folder.path, "localhost,127.0.0.1");
    await using server = await NatsServer.start({ config: shippedConfig(folder.path) });
    const coordinator = await clientContext(folder.path, "hunt-coordinator", server.port);
    const worker = await clientContext(folder.path, "hunt-worker-1", server.port);
    const process_ = Bun.spawn(
      [process.execPath, MAIN, "worker", "--nats", worker, "--root", "corpus=files", "--pin", "house.pub"],
      {
        cwd: folder.path,
        env: { PATH: process.env["PATH"], HOME: folder.at("home") },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    const scan = ["scan", "files", "--rules", "house.cxr", "--key", "house.pub", "--max-strings", "20000"];
    const fleet = ["--nats", coordinator, "--root", "corpus=files", "--run", "one"];
    const [local, remote] = [await runCryptex(folder, ...scan), await runCryptex(folder, ...scan, ...fleet)];
    expect(local.stdout.length).toBeGreaterThan(600_000);
    expect(remote.stdout).toBe(local.stdout);
    process_.kill("SIGTERM");
    expect(await process_.exited).toBe(0);
    expect(await new Response(process_.stderr).text()).toContain("hunt-worker-1 takes jobs of cryptex");

    await using connection = await connectFleet(
      readContext(worker, () => {}),
      { name: "test", signal: NEVER },
    );
    const rules = await Objects.open(connection, queueSettings({ name: "cryptex" }));
    expect(String(await rejectionOf(rules.put(Buffer.from("other rules"))))).toMatch(
      /permissions violation/i,
    );
  },
);
