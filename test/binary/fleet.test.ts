/** The built program against a real server: the clients are in it, and work where no code may be made from text. */
import { describe, expect, test } from "bun:test";
import { fleetDoctor as cryptexDoctor } from "../../packages/cryptex/src/commands/fleet-doctor.ts";
import { fleetDoctor } from "../../src/commands/fleet-doctor.ts";
import { requireBuiltProgram } from "../support/built-program.ts";
import { fakeIo } from "../support/fake-io.ts";
import { clientContext, secureServer } from "../support/fleet-certificates.ts";
import { fleetHere } from "../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../support/nats-server.ts";
import { runProcess } from "../support/run-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const why = whyNoNats() ?? (Bun.which("openssl") ? undefined : "skipped: openssl is not installed");
if (why) console.warn(`${why}: fleet doctor of the built program`);

describe.skipIf(why !== undefined)("fleet doctor", () => {
  test("of the built program connects with a certificate, finds all well, and exits with 0", async () => {
    using folder = temporaryFolder("doctor");
    await using server = await secureServer(folder.path);
    const context = await clientContext(folder.path, "trial", server.port);
    await using _ = await fleetHere(context, { ackWaitMs: 30_000 });
    const options = ["--nats", context, "--queue", "trial", "--ledger", `sqlite:${folder.path}/ledger`];
    const ended = await runProcess([requireBuiltProgram(), "fleet", "doctor", ...options]);
    expect(ended.stderr).toBe("");
    expect(ended.stdout).not.toMatch(/ wrong /);
    expect(ended.stdout).toMatch(/^server +ok +127\.0\.0\.1:\d+ lets us in$/m);
    expect(ended.exitCode).toBe(0);
  });

  test("of the built program exits with 4 where something has to be mended, and writes JSON", async () => {
    await using server = await NatsServer.start();
    const ended = await runProcess([
      requireBuiltProgram(),
      "fleet",
      "doctor",
      "--nats",
      server.url,
      "--json",
    ]);
    expect(ended.exitCode).toBe(4);
    const { schema, findings } = JSON.parse(ended.stdout);
    expect(schema).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({ about: "queue", state: "wrong", text: "stream entropy_jobs is missing" }),
    );
  });

  for (const [product, command, queue] of [
    ["esoteric-entropy", fleetDoctor, "entropy"],
    ["cryptex", cryptexDoctor, "cryptex"],
  ] as const) {
    test(`of ${product} looks at its own queue, and says what to do`, async () => {
      await using server = await NatsServer.start();
      const io = fakeIo({ columns: 300 });
      const options = { nats: server.url, queue, ledger: undefined, json: false };
      expect(await command.run(options, io, {})).toBe(4);
      expect(io.written().toString()).toContain(
        `queue        wrong  stream ${queue}_jobs is missing; the first command with --nats makes it`,
      );
      expect(command.flags.queue.default).toBe(queue);
    });
  }
});
