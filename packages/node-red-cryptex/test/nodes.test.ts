/** The nodes in Node-RED, each in a flow, with a gateway that is told what to answer. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FixtureGateway, problem } from "../../cryptex-client/test/support/fixture-gateway.ts";
import { type FlowNode, MISSING, NodeRed } from "./support/node-red.ts";
import { Probe } from "./support/probe.ts";
import { OPENSSL, selfSigned } from "./support/self-signed.ts";

if (MISSING) console.log(`skipped: the nodes in Node-RED: ${MISSING}`);
else if (!OPENSSL) console.log("skipped: the nodes by TLS: no openssl to make a certificate with");

const TOKEN = "t0k3n-of-the-test";

describe.skipIf(MISSING !== undefined)("in Node-RED", () => {
  let red: NodeRed;
  let gateway: FixtureGateway;
  let probe: Probe;
  beforeAll(async () => {
    red = await NodeRed.start();
  });
  afterAll(() => red[Symbol.asyncDispose]());
  beforeEach(() => {
    gateway = new FixtureGateway({ token: TOKEN });
    probe = new Probe();
  });
  afterEach(async () => {
    await probe[Symbol.asyncDispose]();
    await gateway.stop();
  });

  const deploy = (node: FlowNode, outputs = 1, token = TOKEN) =>
    red.deploy(probe.flow(node, { url: gateway.url, credentials: { token } }, outputs));
  const errors = () => probe.from("catch").map(({ error }) => (error as { message: string }).message);
  const paths = () => gateway.seen.map(({ method, path }) => `${method} ${path}`);
  const scan = (more: object = {}) => deploy({ type: "cryptex-scan", root: "inbox", ...more }, 2);

  const END = { complete: true, scanned: 2, clean: 1, matched: 1, matches: 2, skipped: 0, errors: 0 };

  describe("cryptex-scan", () => {
    /** Answers a scan of bytes. */
    const result = (lines: { matches?: object[]; errors?: object[]; end?: object }) => () =>
      Response.json({
        start: { type: "start", ruleset: { digest: "sha256:ab" }, engines: [] },
        matches: lines.matches ?? [],
        skips: [],
        errors: lines.errors ?? [],
        quarantine: [],
        logs: [],
        notes: [],
        clean: [],
        end: {
          type: "end",
          complete: true,
          scanned: 1,
          clean: 1,
          matched: 0,
          matches: 0,
          skipped: 0,
          errors: 0,
          ...lines.end,
        },
      });

    test("paths: each match goes out when it is found, the result once the scan has ended", async () => {
      await scan({ archives: "2", explain: true });
      await probe.send(red, { payload: ["a", "b/c"], options: { maxSize: 10 }, kept: "as it was" });
      await probe.until(
        () => probe.statuses().some((text) => text.startsWith("scanning")) || gateway.states.size > 0,
      );
      gateway.write("start", { ruleset: { digest: "sha256:ab" }, engines: [{ name: "libyara" }] }, "scan-1");
      gateway.write("match", { path: "a", rule: "one", tags: [] }, "scan-1");
      await probe.until(() => probe.from("1").length === 1);
      expect(probe.from("2")).toEqual([]);
      gateway.write("match", { path: "a", rule: "two", tags: [] }, "scan-1");
      gateway.write("skip", { path: "b/pipe", reason: "FIFO" }, "scan-1");
      gateway.write("end", { ...END, skipped: 1 }, "scan-1");
      gateway.states.set("scan-1", "done");
      await probe.until(() => probe.from("2").length === 1);

      const order = gateway.seen.find(({ path }) => path === "/scans")!;
      expect(JSON.parse(order.body)).toEqual({
        root: "inbox",
        paths: ["a", "b/c"],
        options: { archives: 2, explain: true, maxSize: 10 },
      });
      expect(order.headers.get("idempotency-key")).toMatch(/^\w{32}$/);
      expect(probe.from("1")).toMatchObject([
        {
          topic: "one",
          payload: { type: "match", path: "a", rule: "one" },
          scan: "scan-1",
          kept: "as it was",
        },
        { topic: "two", payload: { rule: "two" }, scan: "scan-1" },
      ]);
      expect(probe.from("2")).toMatchObject([
        {
          verdict: "match",
          scan: "scan-1",
          kept: "as it was",
          payload: {
            ...END,
            skipped: 1,
            ruleset: { digest: "sha256:ab" },
            problems: [{ type: "skip", path: "b/pipe", reason: "FIFO" }],
            problems_total: 1,
          },
        },
      ]);
      await probe.until(() => probe.statuses().includes("2 matches"));
      expect(probe.from("catch")).toEqual([]);
    });

    test("bytes go as they are, with their name", async () => {
      await scan({ root: "", ruleset: "house", timeoutMs: "500" });
      gateway.instead.push(
        result({
          matches: [{ type: "match", rule: "r", path: "x.exe" }],
          end: { clean: 0, matched: 1, matches: 1 },
        }),
      );
      await probe.send(red, { base64: Buffer.from("MZ\0").toString("base64"), filename: "x.exe" });
      await probe.until(() => probe.from("2").length === 1);
      expect(paths()).toEqual(["POST /scan?ruleset=house&filename=x.exe&timeout_ms=500"]);
      expect(gateway.seen[0]!.body).toBe("MZ\0");
      expect(probe.from("1")).toMatchObject([{ topic: "r", filename: "x.exe" }]);
    });

    test("what payloads are may be said, and nothing else is then taken", async () => {
      await scan({ source: "bytes" });
      gateway.instead.push(result({}));
      await probe.send(red, { payload: "../etc/passwd" });
      await probe.until(() => probe.from("2").length === 1);
      expect(gateway.seen.map(({ path, body }) => [path, body])).toEqual([["/scan", "../etc/passwd"]]);
      await probe.send(red, { payload: ["a"] });
      await probe.until(() => probe.from("catch").length === 1);
      await scan({ source: "paths" });
      await probe.send(red, { base64: "AA==" });
      await probe.until(() => probe.from("catch").length === 2);
      expect(errors()).toEqual([
        "Error: msg.payload must be a buffer or a text to scan",
        "Error: msg.payload must be a path below the root, or a list of such paths",
      ]);
    });

    test("only what was wholly evaluated is clean", async () => {
      await scan({ path: "", root: "" });
      const verdicts: [object, string][] = [
        [{}, "clean"],
        [
          {
            errors: [{ type: "error", path: "x", reason: "timeout" }],
            end: { complete: false, clean: 0, errors: 1 },
          },
          "incomplete",
        ],
        [{ end: { scanned: 0, clean: 0 } }, "empty"],
        [
          {
            matches: [{ type: "match", rule: "r" }],
            end: { complete: false, clean: 0, matched: 1, matches: 1 },
          },
          "match",
        ],
      ];
      for (const [index, [lines, verdict]] of verdicts.entries()) {
        gateway.instead.push(result(lines));
        await probe.send(red, { base64: "AA==" });
        await probe.until(() => probe.from("2").length === index + 1);
        expect(probe.from("2").at(-1)).toMatchObject({ verdict });
      }
      await probe.until(() => probe.statuses().includes("1 match, incomplete"));
      expect(probe.from("2")[1]).toMatchObject({
        payload: { complete: false, problems: [{ reason: "timeout" }] },
      });
    });

    test("an answer without its end is an error, and no result", async () => {
      await scan({ root: "" });
      const lists = { matches: [], skips: [], errors: [], quarantine: [], logs: [], notes: [], clean: [] };
      gateway.instead.push(() => Response.json({ start: null, ...lists, end: null }));
      await probe.send(red, { base64: "AA==" });
      await probe.until(() => probe.from("catch").length === 1);
      expect(errors()).toEqual(["Error: the scan has not come to its end"]);
      expect(probe.from("2")).toEqual([]);
    });

    test("what makes no sense, and what the gateway refuses, is an error with the reason", async () => {
      await scan({ root: "", timeoutMs: "" });
      await probe.send(red, { payload: 7 });
      await probe.send(red, { payload: "a" });
      await probe.send(red, { base64: "AA==", options: { exclude: ["*"] } });
      gateway.instead.push(() => problem(404, "no such path below the root inbox"));
      await probe.send(red, { payload: "a", root: "inbox" });
      await probe.until(() => probe.from("catch").length === 4);
      expect(errors().sort()).toEqual([
        "CryptexError: no such path below the root inbox",
        "Error: a scan of bytes has no option exclude",
        "Error: msg.payload must be a buffer to scan, a path below the root, or a list of such paths",
        "Error: no root is set: paths are below a named root of the gateway",
      ]);
      expect([probe.from("1"), probe.from("2")]).toEqual([[], []]);
    });

    test("a scan that is cancelled elsewhere is an error", async () => {
      await scan({ path: "a" });
      await probe.send(red, {});
      await gateway.until(() => gateway.states.size === 1);
      gateway.states.set("scan-1", "cancelled");
      await probe.until(() => probe.from("catch").length === 1);
      expect(probe.from("2")).toEqual([]);
    });

    for (const way of ["msg.reset", "a new flow"]) {
      test(`${way} cancels what is under way`, async () => {
        await scan({ path: "a" });
        await probe.send(red, {});
        await gateway.until(() => paths().some((path) => path.includes("/results")));
        if (way === "msg.reset") await probe.send(red, { reset: true });
        else await red.deploy([]);
        await gateway.until(() => paths().includes("DELETE /scans/scan-1"));
        if (way === "msg.reset") {
          await probe.until(() => probe.from("catch").length === 1);
          expect(errors()).toEqual(["Error: ended by msg.reset"]);
        }
      });
    }
  });

  describe("cryptex-events", () => {
    const events = (more: object = {}) =>
      deploy({ type: "cryptex-events", types: "match, end", from: "now", ...more });
    const seqs = () => probe.from("1").map(({ payload }) => (payload as { seq: number }).seq);

    test("a message an event, over cut connections and a gateway that starts anew, none lost, none twice", async () => {
      await events();
      await probe.until(() => probe.statuses().includes("connected"));
      gateway.write("match", { rule: "r", path: "p" }, "s");
      gateway.write("skip", {}, "s");
      await probe.until(() => seqs().length === 1);
      expect(probe.from("1")).toMatchObject([{ topic: "match", payload: { seq: 1, rule: "r", scan: "s" } }]);
      gateway.cut();
      gateway.write("match", {}, "s");
      await probe.until(() => seqs().length === 2);
      await gateway.stop();
      await probe.until(() => probe.statuses().at(-1)!.startsWith("waiting"));
      gateway.write("end", {}, "s");
      gateway.restart();
      await probe.until(() => seqs().length === 3);
      expect(seqs()).toEqual([1, 3, 4]);
    });

    test("after a restart of Node-RED it goes on where it was", async () => {
      await events({ from: "kept", store: "file" });
      await probe.until(() => probe.statuses().includes("connected"));
      gateway.write("match");
      await probe.until(() => seqs().length === 1);
      // The file store writes every 50 ms, and once more when it is closed.
      await red.restart();
      gateway.write("match");
      gateway.write("match");
      await probe.until(() => seqs().length === 3);
      expect(seqs()).toEqual([1, 2, 3]);
    });

    test("what is lost is a message, and a warning", async () => {
      for (let line = 0; line < 4; line++) gateway.write("match");
      gateway.first = 3;
      await events({ from: "first" });
      await probe.until(() => probe.from("1").length === 3);
      expect(probe.from("1")[0]).toEqual(
        expect.objectContaining({ topic: "lost", payload: { type: "lost", from: 1, to: 2 } }),
      );
      await red.logged("events 1 to 2 are lost");
    });

    test("a refusal reaches catch nodes", async () => {
      await deploy({ type: "cryptex-events", from: "now" }, 1, "wrong");
      await probe.until(() => probe.from("catch").length === 1);
      expect(errors()).toEqual(["a bearer token is needed"]);
      expect(probe.statuses().at(-1)).toBe("a bearer token is needed");
    });

    test("a flow that is stopped leaves no connection", async () => {
      await events();
      await probe.until(() => probe.statuses().includes("connected"));
      await red.deploy([]);
      await gateway.until(() => gateway.readers === 0);
    });
  });

  describe("the other nodes", () => {
    const ask = async (node: FlowNode, message: object, outputs = 1) => {
      await deploy(node, outputs);
      await probe.send(red, message);
      await probe.until(() => probe.got.some(({ from }) => from !== "status"));
      return probe.got.find(({ from }) => from !== "status");
    };

    test("cryptex-lookup tells what it found from what is not there", async () => {
      gateway.instead.push(() => Response.json({ codename: "A", revision: 2 }));
      const node = { type: "cryptex-lookup", operation: "get" };
      expect(await ask(node, { payload: "A" }, 2)).toMatchObject({
        from: "1",
        message: { payload: { revision: 2 } },
      });
      gateway.instead.push(() => problem(404, "there is no B"));
      await probe.send(red, { payload: "B" });
      await probe.until(() => probe.from("2").length === 1);
      expect(probe.from("2")).toMatchObject([{ payload: "B" }]);
      gateway.instead.push(() => problem(403, "this token may not read"));
      await probe.send(red, { payload: "C" });
      await probe.until(() => probe.from("catch").length === 1);
      expect(paths()).toEqual(["GET /cryptex/A", "GET /cryptex/B", "GET /cryptex/C"]);
    });

    test("cryptex-lookup finds entries", async () => {
      gateway.instead.push(() => Response.json({ total: 0, entries: [], next: null }));
      const node = { type: "cryptex-lookup", operation: "find" };
      expect(await ask(node, { payload: { q: "open", status: "legacy" } }, 2)).toMatchObject({ from: "2" });
      expect(paths()).toEqual(["GET /cryptex?q=open&status=legacy"]);
    });

    test("cryptex-lookup gives the history", async () => {
      const node = { type: "cryptex-lookup", operation: "history" };
      expect(await ask(node, { payload: "A" }, 2)).toMatchObject({ from: "1" });
      expect(paths()).toEqual(["GET /cryptex/A/history"]);
    });

    const QUESTIONS: [string, FlowNode, object, string][] = [
      [
        "finds rules",
        { type: "cryptex-rules", operation: "find", ruleset: "s" },
        { payload: "key" },
        "GET /rules?ruleset=s&q=key",
      ],
      [
        "shows a rule",
        { type: "cryptex-rules", operation: "show" },
        { payload: "r", ruleset: "s" },
        "GET /rules/r?ruleset=s",
      ],
      [
        "checks rules",
        { type: "cryptex-rules", operation: "validate" },
        { payload: "rule a {}" },
        "POST /rules/validate",
      ],
      ["lists poor health", { type: "cryptex-rules", operation: "health" }, {}, "GET /rule-health"],
      [
        "does what it is told",
        { type: "cryptex-rules", operation: "" },
        { operation: "rulesets" },
        "GET /rulesets",
      ],
      [
        "gives the report",
        { type: "cryptex-gap", operation: "report" },
        { payload: { status: "stale" } },
        "GET /gap?status=stale",
      ],
      ["makes the report anew", { type: "cryptex-gap", operation: "scan" }, {}, "POST /gap/scan"],
      ["gives the history", { type: "cryptex-gap", operation: "history" }, {}, "GET /gap/history"],
      [
        "sets facts",
        { type: "cryptex-gap", operation: "set" },
        { payload: { component: "a/b.c", responsible: "me" } },
        "PATCH /gap/a%2Fb.c",
      ],
    ];
    for (const [does, node, message, sent] of QUESTIONS) {
      test(`${node["type"]} ${does}`, async () => {
        const [, path] = sent.split(" ");
        expect(await ask(node, message)).toMatchObject({
          from: "1",
          message: { payload: { path: path!.split("?")[0] } },
        });
        expect(paths()).toEqual([sent]);
      });
    }

    test("questions that make no sense are errors", async () => {
      const wrong: [FlowNode, object][] = [
        [{ type: "cryptex-rules", operation: "show" }, { payload: 1 }],
        [{ type: "cryptex-rules", operation: "" }, { operation: "drop" }],
        [{ type: "cryptex-gap", operation: "set" }, { payload: "a" }],
        [{ type: "cryptex-lookup", operation: "get" }, { payload: "" }],
        [{ type: "cryptex-rules", operation: "find", gateway: "" }, {}],
      ];
      for (const [node, message] of wrong) {
        probe.got.length = 0;
        expect(await ask(node, message)).toMatchObject({ from: "catch" });
      }
      expect(paths()).toEqual([]);
    });
  });

  describe("examples", () => {
    const folder = join(import.meta.dir, "..", "examples");
    const read = (name: string): FlowNode[] => JSON.parse(readFileSync(join(folder, name), "utf8"));
    /** Has them speak with the gateway of the test. */
    const addressed = (nodes: FlowNode[]) =>
      nodes.map((node) =>
        node["type"] === "cryptex-config"
          ? { ...node, url: gateway.url, credentials: { token: TOKEN } }
          : node,
      );

    test("can be imported, have no secrets, and show each node", async () => {
      const names = readdirSync(folder);
      expect(names.length).toBeGreaterThanOrEqual(3);
      const flows = names.flatMap(read);
      expect(new Set(flows.map(({ id }) => id)).size).toBe(flows.length);
      expect(flows.filter((node) => "credentials" in node)).toEqual([]);
      const types = new Set(flows.map(({ type }) => String(type)));
      const ours = readdirSync(join(import.meta.dir, "..", "nodes")).filter((name) => name.endsWith(".html"));
      for (const name of ours) expect(types).toContain(name.replace(".html", ""));
      const from = red.log.length;
      await red.deploy(addressed(flows));
      await gateway.until(() => gateway.readers > 0);
      expect(red.log.slice(from)).not.toContain("[error]");
      // An empty list where every type is known and every place that a wire leads to is there.
      const known = new Set(flows.map(({ id }) => id));
      const wires = flows.flatMap(({ wires = [] }) => (wires as string[][]).flat());
      expect(wires.filter((id) => !known.has(id))).toEqual([]);
      for (const node of flows.filter(({ gateway }) => gateway !== undefined))
        expect(known).toContain(node["gateway"]);
    });

    test("an upload is answered by what came out", async () => {
      await red.deploy(addressed(read("scan an upload.json")));
      const line = { type: "start", ruleset: {}, engines: [] };
      const lists = {
        matches: [] as object[],
        skips: [],
        errors: [],
        quarantine: [],
        logs: [],
        notes: [],
        clean: [],
      };
      const end = { type: "end", ...END, scanned: 1, clean: 1, matched: 0, matches: 0 };
      const upload = async (answer: object | undefined, type: string) => {
        gateway.instead.push(() =>
          answer ? Response.json({ start: line, ...lists, ...answer }) : problem(400, "no"),
        );
        const body = "MZ";
        const sent = { method: "POST", body, headers: { "content-type": type } };
        return (await fetch(`${red.url}/upload?name=a.exe`, sent)).status;
      };
      expect(await upload({ end }, "application/octet-stream")).toBe(200);
      expect(await upload({ end }, "text/plain")).toBe(200);
      expect(await upload({ end: { ...end, complete: false } }, "application/octet-stream")).toBe(422);
      expect(await upload({ matches: [{ type: "match", rule: "r" }], end }, "application/octet-stream")).toBe(
        403,
      );
      expect(await upload(undefined, "application/octet-stream")).toBe(502);
      expect(new Set(paths())).toEqual(new Set(["POST /scan?filename=a.exe&archives=3"]));
      expect(new Set(gateway.seen.map(({ body }) => body))).toEqual(new Set(["MZ"]));
    });
  });

  test.skipIf(!OPENSSL)("by TLS with a private authority: answers and events", async () => {
    const authority = await selfSigned();
    await using secured = new FixtureGateway({ token: TOKEN, tls: authority });
    const caFile = join(red.userDir, "ca.pem");
    writeFileSync(caFile, authority.cert);
    // As the editor saves it.
    const certificates = {
      ...{ id: "tls", type: "tls-config", certType: "files", ca: caFile, verifyservercert: true },
      ...{ cert: "", key: "", p12: "", servername: "", alpnprotocol: "" },
    };
    const tried = (tls: string, node: FlowNode) => [
      certificates,
      ...probe.flow(node, { url: secured.url, tls, credentials: { token: TOKEN } }, 2),
    ];
    await red.deploy(tried("", { type: "cryptex-lookup", operation: "get" }));
    await probe.send(red, { payload: "A" });
    await probe.until(() => probe.from("catch").length === 1);
    expect(errors()[0]).toContain("certificate");
    expect(secured.seen).toEqual([]);
    await red.deploy(tried("tls", { type: "cryptex-lookup", operation: "get" }));
    await probe.send(red, { payload: "A" });
    await probe.until(() => probe.from("1").length === 1);
    await red.deploy(tried("tls", { type: "cryptex-scan", root: "r", path: "p" }));
    await probe.send(red, {});
    await secured.until(() => secured.states.size === 1);
    secured.write("end", END, "scan-1");
    secured.states.set("scan-1", "done");
    await probe.until(() => probe.from("2").length === 1);
    await red.deploy(tried("tls", { type: "cryptex-events", from: "first", types: "match" }));
    await secured.until(() => secured.readers === 1);
    secured.write("match");
    await probe.until(() => probe.from("1").length === 2);
    secured.cut();
    secured.write("match");
    await probe.until(() => probe.from("1").length === 3);
  });

  test("the token is in no flow that is exported, and encrypted on disk", async () => {
    await scan();
    await probe.send(red, { payload: 1 });
    expect(JSON.stringify(await red.admin("/flows"))).not.toContain(TOKEN);
    expect(red.file("flows.json")).toContain('"cryptex-config"');
    expect(red.file("flows.json")).not.toContain(TOKEN);
    expect(red.file("flows_cred.json")).not.toContain(TOKEN);
    expect(await red.admin("/credentials/cryptex-config/gateway")).toEqual({ has_token: true });
  });

  test("a gateway whose address is none is said to be so", async () => {
    await red.deploy(probe.flow({ type: "cryptex-rules" }, { url: "nowhere" }));
    await probe.send(red, {});
    await probe.until(() => probe.from("catch").length === 1);
    expect(red.log).toContain('https://HOST:PORT, not "nowhere"');
  });
});
