/** Rule sets on the server of a fleet: what a channel stands for, and what is not used. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Objects } from "#kit/fleet/objects.ts";
import { lineageText } from "#kit/signing/lineage.ts";
import { fleetHere, type Here } from "../../../../test/support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../../../test/support/nats-server.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { pullRuleSet, pushRuleSet, RuleSets } from "../../src/fleet/rule-set-object.ts";
import { SeenVersions } from "../../src/rule-packages/seen-versions.ts";
import { house, keyOf, packed, trusting } from "../rule-packages/packages.ts";
import { runCryptex, WorkFolder } from "../support/program.ts";

const reason = whyNoNats();
if (reason !== undefined) console.warn(`${reason}: rule sets of a fleet`);

describe.skipIf(reason !== undefined)("a rule set on the server", () => {
  let server: NatsServer;
  let here: Here;
  let objects: Objects;
  beforeAll(async () => {
    server = await NatsServer.start();
    here = await fleetHere(server.url);
    objects = await Objects.openOrMake(here.queue.connection, here.settings);
  });
  afterAll(async () => {
    await here[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const folderOfRules = () => new WorkFolder({ "rules/a.yar": "rule a { condition: true }" });
  const archiveOf = async (folder: WorkFolder, order: Parameters<typeof packed>[2] = {}) =>
    readFileSync(await packed(folder, "set.cxr", order));

  /** A worker's sets, with its floors and its cache in the folder. */
  const setsIn = (folder: WorkFolder, trusted = [house]) =>
    new RuleSets({
      objects: async () => objects,
      trust: trusting(...trusted),
      versions: folder.at("worker"),
      cacheFolder: folder.at("cache"),
      warn: (text) => {
        throw new Error(text);
      },
    });
  const digestOf = async (folder: WorkFolder) =>
    JSON.parse(
      (await archiveOf(folder))
        .toString()
        .split("\n")[0]!
        .replace(/^[^{]*/, ""),
    ).digest as string;

  test("is pushed, stands for its channel, and is pulled as it was", async () => {
    using folder = folderOfRules();
    const archive = await archiveOf(folder, { name: "pulled" });
    const object = await pushRuleSet(objects, archive);
    expect(object).toBe(new Bun.CryptoHasher("sha256").update(archive).digest("hex"));
    const seen = new SeenVersions(folder.at("keys"));
    const pulled = await pullRuleSet(objects, "pulled", trusting(house), seen);
    expect(Buffer.from(pulled.archive).equals(archive)).toBe(true);
    expect(String(await rejectionOf(pullRuleSet(objects, "other", trusting(house), seen)))).toContain(
      "no channel other",
    );
    const stranger = await rejectionOf(pullRuleSet(objects, "pulled", trusting(keyOf("stranger")), seen));
    expect(String(stranger)).toContain("which is not trusted");
  });

  test("is not replaced by an older one, nor by another of the same version", async () => {
    using folder = folderOfRules();
    const newest = await archiveOf(folder, { name: "grows", version: 2 });
    const second = await pushRuleSet(objects, newest);
    for (const order of [{ version: 1 }, { version: 2, created: "2026-01-02T00:00:00Z" }]) {
      const archive = await archiveOf(folder, { name: "grows", ...order });
      expect(String(await rejectionOf(pushRuleSet(objects, archive)))).toContain("stands at version 2");
    }
    expect(await objects.pointed("grows")).toBe(second);
    expect(await pushRuleSet(objects, newest)).toBe(second);
  });

  test("that is unknown, unsigned, of a stranger or expired is refused in words, and nothing of it is compiled", async () => {
    using folder = folderOfRules();
    const digest = await digestOf(folder);
    const refusals = [
      ["the server has no object", "0".repeat(64)],
      ["it is not signed", await objects.put(await archiveOf(folder, { signer: null }))],
      ["which is not trusted", await objects.put(await archiveOf(folder, { signer: keyOf("stranger") }))],
      [
        "it has expired at 2026-01-02T00:00:00Z",
        await objects.put(await archiveOf(folder, { expires: "2026-01-02T00:00:00Z" })),
      ],
      ["does not begin with manifest.json", await objects.put(Buffer.alloc(1024))],
    ] as const;
    const sets = setsIn(folder);
    for (const [words, object] of refusals) {
      expect(String(await rejectionOf(sets.use({ object, digest })))).toContain(words);
    }
    expect(existsSync(folder.at("cache"))).toBe(false);
  });

  test("that is older than one that was used is refused, after a restart too, and before where it was used already", async () => {
    using folder = folderOfRules();
    const digest = await digestOf(folder);
    const object = async (version: number) => objects.put(await archiveOf(folder, { version }));
    const [first, second] = [await object(1), await object(2)];
    const before = setsIn(folder);
    expect((await before.use({ object: first, digest })).rules.count).toBe(1);
    expect((await before.use({ object: second, digest })).digest).toBe(digest);
    const words = "it is version 1 of house, and version 2 was used here";
    expect(String(await rejectionOf(before.use({ object: first, digest })))).toContain(words);
    const after = setsIn(folder);
    expect(String(await rejectionOf(after.use({ object: first, digest })))).toContain(words);
    expect((await after.use({ object: second, digest })).digest).toBe(digest);
    expect(readdirSync(folder.at("worker"))).toContain("ruleset-versions.json");
  });

  test("that comes to something else here is refused", async () => {
    using folder = folderOfRules();
    const object = await objects.put(await archiveOf(folder));
    const error = await rejectionOf(setsIn(folder).use({ object, digest: "sha256:other" }));
    expect(String(error)).toContain("to sha256:other where the job was made");
  });

  test("goes through the commands", async () => {
    using folder = folderOfRules();
    folder.write("house.pub", lineageText(house.lineage));
    await packed(folder, "house.cxr", { name: "typed", version: 7 });
    const run = (...args: string[]) => runCryptex(folder, ...args, "--nats", server.url);
    const pushed = await run("ruleset", "push", "house.cxr", "--key", "house.pub", "--json");
    expect(pushed.stderr).toBe("[info] the channel typed stands at version 7\n");
    expect(JSON.parse(pushed.stdout)).toMatchObject({ channel: "typed", version: 7 });
    const pulled = await run("ruleset", "pull", "typed", "--pin", "house.pub", "-o", "copy.cxr");
    expect([pulled.exitCode, pulled.stderr]).toEqual([0, "[info] typed, version 7, signed by house.pub\n"]);
    expect(readFileSync(folder.at("copy.cxr")).equals(readFileSync(folder.at("house.cxr")))).toBe(true);
  });
});
