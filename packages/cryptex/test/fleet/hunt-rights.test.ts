/** A hunt with the certificates and rights of the configuration that is shipped. */
import { expect, test } from "bun:test";
import { lineageText } from "#kit/signing/lineage.ts";
import {
  clientContext,
  serverCertificate,
  shippedConfig,
} from "../../../../test/support/fleet-certificates.ts";
import { NatsServer, whyNoNats } from "../../../../test/support/nats-server.ts";
import { house, packed } from "../rule-packages/packages.ts";
import { runCryptex, WorkFolder } from "../support/program.ts";

const why = whyNoNats(true);
if (why) console.warn(`${why}: rights of hosts that hunt`);

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

test.skipIf(why !== undefined)(
  "hosts scan themselves under the names of their certificates, and have no other",
  async () => {
    using folder = new WorkFolder({
      "rules/a.yar": 'rule hello { strings: $a = "hello" condition: $a }',
      "one/x": "hello",
      "two/y": "other",
      "expect.txt": "hunt-host-1\nhunt-host-2\n",
    });
    folder.write("house.pub", lineageText(house.lineage));
    await packed(folder, "house.cxr");
    await serverCertificate(folder.path, "localhost,127.0.0.1");
    await using server = await NatsServer.start({ config: shippedConfig(folder.path) });
    const coordinator = await clientContext(folder.path, "hunt-coordinator", server.port);
    const contexts = [
      await clientContext(folder.path, "hunt-host-1", server.port),
      await clientContext(folder.path, "hunt-host-2", server.port),
    ] as const;
    const worker = (context: string, root: string) => [
      ...[
        "worker",
        "--hunts",
        "only",
        "--nats",
        context,
        "--root",
        `data=${folder.at(root)}`,
        "--pin",
        "house.pub",
      ],
    ];
    const hosts = (["one", "two"] as const).map((root, at) =>
      Bun.spawn([process.execPath, MAIN, ...worker(contexts[at]!, root)], {
        cwd: folder.path,
        env: { PATH: process.env["PATH"], HOME: folder.at(`home-${root}`) },
        stdio: ["ignore", "ignore", "pipe"],
      }),
    );
    const { exitCode, stdout } = await runCryptex(
      folder,
      ...[
        "hunt",
        "house.cxr",
        "--path",
        "data",
        "--nats",
        coordinator,
        "--key",
        "house.pub",
        "--expect",
        "expect.txt",
      ],
    );
    expect(exitCode).toBe(0);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const of = (host: string) => lines.filter((line) => line.host === host).map(({ type }) => type);
    expect(of("hunt-host-1").sort()).toEqual(["answer", "end", "match", "start"]);
    expect(of("hunt-host-2").sort()).toEqual(["answer", "end", "start"]);
    for (const host of hosts) {
      host.kill("SIGTERM");
      expect(await host.exited).toBe(0);
      expect(await new Response(host.stderr).text()).not.toMatch(/violation|denied/i);
    }
    const renamed = await runCryptex(folder, ...worker(contexts[0], "one"), "--name", "hunt-host-2");
    expect([renamed.exitCode, renamed.stderr]).toEqual([2, expect.stringContaining("names it hunt-host-1")]);
  },
);
