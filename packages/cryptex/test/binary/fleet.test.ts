/** The built cryptex as worker and as whoever asks. */
import { expect, test } from "bun:test";
import { requireBuiltProgram } from "../../../../test/support/built-program.ts";
import { NatsServer, whyNoNats } from "../../../../test/support/nats-server.ts";
import { StartedProgram } from "../../../../test/support/started-program.ts";
import { ScanFleet } from "../fleet/scan-fleet.ts";
import { must } from "../signing/signed-folder.ts";
import { WorkFolder } from "../support/program.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: the built program in a fleet`);

test.skipIf(why !== undefined)("a scan by a fleet of built programs gives the bytes of one", async () => {
  await using fleet = await ScanFleet.open(undefined, { program: [requireBuiltProgram("cryptex")] });
  const local = await fleet.local();
  fleet.worker("one");
  fleet.worker("two");
  expect(await fleet.scan("--run", "built")).toEqual({ ...local, stderr: "" });
});

test.skipIf(why !== undefined)("a hunt by built programs gives the lines of a scan", async () => {
  using folder = new WorkFolder({
    "a.yar": 'rule hello { strings: $a = "hello" condition: $a }',
    "files/x": "hello",
    "files/y": "other",
  });
  await must(folder, "keys", "new", "house");
  await must(folder, "ruleset", "pack", "--rules", "a.yar", "--name", "house", "-o", "house.cxr");
  await using server = await NatsServer.start();
  const program = requireBuiltProgram("cryptex");
  const env = { HOME: folder.at("home") };
  const nats = ["--nats", server.url];
  const own = ["--name", "one", "--root", `data=${folder.at("files")}`, "--pin", "keys/house/public"];
  using host = new StartedProgram([program, "worker", "--hunts", "only", ...nats, ...own], folder.path, env);
  await host.until("waiting for the first");
  const asked = ["house.cxr", "--path", "data", ...nats, "--ledger", "sqlite:ledger.db", "--keys", "keys"];
  const expected = ["--expect", "hosts", "--wait", "240"];
  folder.write("hosts", "one\n");
  const options = { cwd: folder.path, env, stderr: "ignore" } as const;
  const hunt = Bun.spawnSync([program, "hunt", ...asked, ...expected], options);
  const scan = ["scan", folder.at("files"), "--rules", "house.cxr", "--format", "ndjson"];
  const local = Bun.spawnSync([program, ...scan, "--keys", "keys"], options);
  const lines = hunt.stdout.toString().match(/^\{"host":"one",.*$/gm) ?? [];
  const said = lines.map((line) => line.replace(/^\{"host":"one","job":"[0-9a-f]{64}",/, "{"));
  expect(`${said.join("\n")}\n`).toBe(local.stdout.toString());
  expect(local.stdout.toString()).toContain('"type":"end"');
  expect(hunt.exitCode).toBe(0);
});
