/** Flows in Node-RED with the gateway itself: a scan that is routed, and events while the gateway is killed and started anew. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { CryptexClient } from "../../cryptex-client/src/index.ts";
import { RealGateway } from "../../cryptex-client/test/support/real-gateway.ts";
import { type FlowNode, MISSING, NodeRed } from "./support/node-red.ts";
import { Probe } from "./support/probe.ts";

if (MISSING) console.log(`skipped: flows with the gateway itself: ${MISSING}`);

const TOKEN = "t0k3n-of-the-test";

describe.skipIf(MISSING !== undefined)("a flow", () => {
  let red: NodeRed;
  let gateway: RealGateway;
  let probe: Probe;
  let client: CryptexClient;
  beforeAll(async () => {
    red = await NodeRed.start();
    const files = { "good/note.txt": "so: hello", "good/more/other.txt": "hello", "clean/a.txt": "nothing" };
    gateway = await RealGateway.start({ files, token: TOKEN });
    client = new CryptexClient({ url: gateway.url, token: TOKEN });
  });
  afterAll(async () => {
    await red?.[Symbol.asyncDispose]();
    await gateway?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    probe = new Probe();
  });
  afterEach(() => probe[Symbol.asyncDispose]());

  const deploy = (node: FlowNode, outputs = 1) =>
    red.deploy(probe.flow(node, { url: gateway.url, credentials: { token: TOKEN } }, outputs));

  test("scans a folder, a file and bytes, and routes what comes out", async () => {
    await deploy({ type: "cryptex-scan", root: "inbox" }, 2);
    const sent: [message: object, verdict: string, matches: string[]][] = [
      [{ payload: "good" }, "match", ["good/more/other.txt", "good/note.txt"]],
      [{ payload: ["clean", "good/note.txt"] }, "match", ["good/note.txt"]],
      [{ payload: "clean" }, "clean", []],
      [{ base64: Buffer.from("hello").toString("base64"), filename: "x.bin" }, "match", ["x.bin"]],
      [{ payload: ".", options: { maxSize: 8, exclude: ["more"] } }, "incomplete", []],
    ];
    for (const [message, verdict, paths] of sent) {
      probe.got.length = 0;
      await probe.send(red, message);
      await probe.until(() => probe.from("2").length + probe.from("catch").length === 1);
      expect(probe.from("catch")).toEqual([]);
      expect(probe.from("2")).toMatchObject([{ verdict, payload: { complete: verdict !== "incomplete" } }]);
      await probe.until(() => probe.from("1").length === paths.length);
      expect(
        probe
          .from("1")
          .map(({ payload }) => (payload as { path: string }).path)
          .sort(),
      ).toEqual(paths);
      expect(probe.from("1").map(({ topic }) => topic)).toEqual(paths.map(() => "greeting"));
    }
    const { problems } = probe.from("2")[0]!["payload"] as { problems: { type: string; path: string }[] };
    expect(problems.map(({ type, path }) => `${type} ${path}`)).toEqual([
      "skip good/more",
      "skip good/note.txt",
    ]);
  });

  test("is told why not, for what lies outside the root or is not there", async () => {
    await deploy({ type: "cryptex-scan", root: "inbox" }, 2);
    for (const [index, payload] of ["../rules", "/etc/passwd", "nowhere"].entries()) {
      await probe.send(red, { payload });
      await probe.until(() => probe.from("catch").length === index + 1);
    }
    const messages = probe.from("catch").map(({ error }) => (error as { message: string }).message);
    expect(new Set(messages)).toEqual(new Set(["CryptexError: no such path below the root inbox"]));
  });

  test("gets each match once while the gateway is killed and started anew", async () => {
    await deploy({ type: "cryptex-events", types: "match", from: "now" });
    await probe.until(() => probe.statuses().includes("connected"));
    const scan = async () => {
      const { id } = await client.scans.submit({ root: "inbox", paths: ["good"] });
      await Array.fromAsync(client.scans.results(id));
      return id;
    };
    const ids = [await scan()];
    await probe.until(() => probe.from("1").length === 2);
    await gateway.end("SIGKILL");
    await probe.until(() => probe.statuses().at(-1)!.startsWith("waiting"));
    await gateway.restart();
    ids.push(await scan());
    await probe.until(() => probe.from("1").length === 4);
    await gateway.restart(); // as a service manager does
    ids.push(await scan());
    await probe.until(() => probe.from("1").length === 6);
    const payloads = probe
      .from("1")
      .map(({ payload }) => payload as { scan: string; seq: number; path: string });
    expect(payloads.map(({ scan: id }) => id)).toEqual(ids.flatMap((id) => [id, id]));
    expect(new Set(payloads.map(({ seq }) => seq)).size).toBe(6);
  });

  test("cancels its scan when it is stopped", async () => {
    gateway.write("rules/slow.yar", "rule slow { condition: for all i in (1..100000000) : (i > 0) }");
    await deploy({ type: "cryptex-scan", root: "inbox", path: "clean", timeoutMs: "0" }, 2);
    await probe.send(red, {});
    const newest = async () => (await client.scans.list({ limit: 1 })).scans[0]!;
    while ((await newest()).state !== "running") await Bun.sleep(5);
    await red.deploy([]);
    expect((await newest()).state).toBe("cancelled");
  });

  test("looks up what is there, finds rules, and checks new ones", async () => {
    await client.dictionary.add({ codename: "Lamp-Open", symbol: "lib_open" });
    const asked: [FlowNode, object, string, object][] = [
      [{ type: "cryptex-lookup", operation: "get" }, { payload: "Lamp-Open" }, "1", { symbol: "lib_open" }],
      [{ type: "cryptex-lookup", operation: "find" }, { payload: "open" }, "1", { total: 1 }],
      [{ type: "cryptex-lookup", operation: "find" }, { payload: "closed" }, "2", { total: 0 }],
      [{ type: "cryptex-lookup", operation: "history" }, { payload: "Lamp-Open" }, "1", { next: null }],
      [
        { type: "cryptex-rules", operation: "find" },
        { payload: "greeting" },
        "1",
        { rules: [{ name: "greeting" }] },
      ],
      [
        { type: "cryptex-rules", operation: "show" },
        { payload: "greeting" },
        "1",
        { rules: [{ tags: ["hello"] }] },
      ],
      [{ type: "cryptex-rules", operation: "validate" }, { payload: "rule a {" }, "1", { valid: false }],
      [{ type: "cryptex-rules", operation: "rulesets" }, {}, "1", { rulesets: [{ default: true }] }],
    ];
    for (const [node, message, output, payload] of asked) {
      probe.got.length = 0;
      await deploy(node, 2);
      await probe.send(red, message);
      await probe.until(() => probe.got.some(({ from }) => from !== "status"));
      expect(probe.got.find(({ from }) => from !== "status")).toMatchObject({
        from: output,
        message: { payload },
      });
    }
    // This gateway has no code base to report on.
    await deploy({ type: "cryptex-gap", operation: "report" });
    await probe.send(red, {});
    await probe.until(() => probe.from("catch").length === 1);
  });
});
