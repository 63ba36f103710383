/** The gateway as it is served: on a port, on a socket, over TLS; for web sites of a list; and how it stops. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect } from "node:tls";
import { type FakeIo, fakeIo } from "../../../../test/support/fake-io.ts";
import { NotifySocket } from "../../../../test/support/notify-socket.ts";
import { runProcess } from "../../../../test/support/run-process.ts";
import { type ServeSettings, serveGateway } from "../../src/gateway/serve.ts";
import { openServices, type Services } from "../../src/gateway/services.ts";
import { WorkFolder } from "../support/program.ts";

interface Served extends AsyncDisposable {
  readonly url: string;
  readonly services: Services;
  readonly io: FakeIo;
  /** Stops it as a signal does. */
  stop(): Promise<void>;
}

/** Is one of the optional packages; the machine's own Node may be too old for the key exchange. */
const INSTALLED_NODE = join(
  import.meta.dir,
  "../../../../node_modules",
  `node-${process.platform}-${process.arch}/bin/node`,
);

const FILES = {
  "rules/good.yar": 'rule good { strings: $a = "good" condition: $a }\n',
  "root/a.txt": "a good file",
  "root/b.txt": "another file",
};

async function serve(
  folder: WorkFolder,
  settings: Partial<ServeSettings> = {},
  env: Record<string, string> = {},
): Promise<Served> {
  const io = fakeIo();
  const services = openServices({
    store: folder.at("store.db"),
    env: {},
    roots: [{ name: "files", folder: folder.at("root") }],
    rules: { sets: new Map([["default", [folder.at("rules")]]]), byDefault: "default" },
    includeFolders: [],
    externals: {},
    threads: 1,
    warn() {},
  });
  const all = {
    ...{
      address: { hostname: "127.0.0.1", port: 0 },
      tokens: [],
      pqc: false,
      insecure: false,
      origins: [],
      mcpWrite: false,
    },
    ...settings,
  };
  const serving = serveGateway(all, services, io, env);
  while (io.written().length === 0) await Promise.race([serving, new Promise(setImmediate)]);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      io.interrupt.abort(new Error("interrupted"));
      await serving;
      await services[Symbol.asyncDispose]();
    })();
    return stopped;
  };
  return {
    url: io.written().toString().trim().replace("listening on ", ""),
    services,
    io,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function scanned(url: string, order: object, more: RequestInit = {}): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/scans`, {
    method: "POST",
    headers,
    body: JSON.stringify(order),
    ...more,
  });
  const { id } = (await response.json()) as { id: string };
  for (;;) {
    const record = (await (await fetch(`${url}/scans/${id}`, more)).json()) as Record<string, unknown>;
    if (record["endedAt"] !== null) return record;
  }
}

test("on a port: a scan is ordered, runs, and its events come in order", async () => {
  using folder = new WorkFolder(FILES);
  await using served = await serve(folder);
  expect(served.url).toStartWith("http://127.0.0.1:");
  const record = await scanned(served.url, { root: "files", paths: ["."], options: { listClean: true } });
  expect(record).toMatchObject({ state: "done", end: { complete: true, scanned: 2, matched: 1, clean: 1 } });
  const results = await (await fetch(`${served.url}/scans/${record["id"]}/results?limit=1000`)).text();
  const frames = results
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(frames.filter(({ path }) => path).map(({ type, path }) => `${type} ${path}`)).toEqual([
    "match a.txt",
    "clean b.txt",
  ]);
  expect(results).not.toContain(folder.path);
  expect(served.io.talk()).toBe("");
});

test("bytes that are sent are scanned for real", async () => {
  using folder = new WorkFolder(FILES);
  await using served = await serve(folder);
  const response = await fetch(`${served.url}/scan?filename=x.bin`, { method: "POST", body: "all good" });
  expect(await response.json()).toMatchObject({
    matches: [{ rule: "good", path: "x.bin" }],
    end: { scanned: 1, matched: 1 },
  });
});

test("results of others are taken in once", async () => {
  using folder = new WorkFolder(FILES);
  await using served = await serve(folder);
  const ordered = await scanned(served.url, { root: "files", paths: ["."] });
  const lines = (await (await fetch(`${served.url}/scans/${ordered["id"]}/results`)).text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type !== "scan")
    .map(({ seq: _, time: __, scan: ___, ...line }) => `${JSON.stringify(line)}\n`);
  const send = (body: string) =>
    fetch(`${served.url}/collect`, {
      method: "POST",
      body,
      headers: { "content-type": "application/x-ndjson", "cryptex-origin": "elsewhere" },
    });
  const taken = await send(lines.join(""));
  const record = (await taken.json()) as { id: string };
  expect([taken.status, taken.headers.get("location")]).toEqual([201, `/scans/${record.id}`]);
  expect(record).toMatchObject({ origin: "elsewhere", state: "done", end: { matched: 1 } });
  const again = await send(lines.join(""));
  expect([again.status, await again.json()]).toMatchObject([
    409,
    { type: "urn:cryptex:duplicate", scan: record.id },
  ]);
  const broken = await send(lines.slice(1).join(""));
  expect([broken.status, ((await broken.json()) as { type: string }).type]).toEqual([
    400,
    "urn:cryptex:invalid",
  ]);
});

test("on a socket: for its owner alone, and gone afterwards", async () => {
  using folder = new WorkFolder(FILES);
  const unix = folder.at("g.sock");
  const served = await serve(folder, { address: { unix } });
  expect(served.url).toBe(`unix:${unix}`);
  expect(statSync(unix).mode & 0o777).toBe(0o600);
  const record = await scanned("http://localhost", { root: "files", paths: ["a.txt"] }, {
    unix,
  } as RequestInit);
  expect(record).toMatchObject({ end: { matched: 1 } });
  const page = new WebSocket("ws+unix://" + unix + ":/events?after=0");
  const first = await new Promise<string>((resolve, reject) => {
    page.onmessage = ({ data }) => resolve(data);
    page.onerror = reject;
  }).catch(() => undefined);
  page.terminate();
  if (first !== undefined) expect(JSON.parse(first)).toMatchObject({ type: "hello" });
  await served.stop();
  expect(existsSync(unix)).toBe(false);
});

test("agents have the same services, under the scopes of their token", async () => {
  using folder = new WorkFolder({ ...FILES, "agent.token": "agent-0123456789abcdef" });
  await using served = await serve(folder, {
    tokens: [{ scopes: ["read"], file: folder.at("agent.token") }],
  });
  const ask = async (method: string, params: object) => {
    const response = await fetch(`${served.url}/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: "Bearer agent-0123456789abcdef",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    return { status: response.status, text: await response.text() };
  };
  const capabilities = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  };
  expect((await ask("initialize", capabilities)).text).toContain('"name":"cryptex"');
  expect((await fetch(`${served.url}/mcp`, { method: "POST" })).status).toBe(401);
});

describe("web sites", () => {
  test("of the list may read answers, after they have asked; others may not", async () => {
    using folder = new WorkFolder(FILES);
    await using served = await serve(folder, { origins: ["https://friend.example"] });
    const ask = (origin: string, method = "GET", headers = {}) =>
      fetch(`${served.url}/scans`, { method, headers: { origin, ...headers } });
    const friend = await ask("https://friend.example");
    expect([
      friend.status,
      friend.headers.get("access-control-allow-origin"),
      friend.headers.get("vary"),
    ]).toEqual([200, "https://friend.example", "Origin"]);
    expect(friend.headers.get("access-control-expose-headers")).toContain("cryptex-next");
    const asked = await ask("https://friend.example", "OPTIONS", { "access-control-request-method": "POST" });
    expect([asked.status, asked.headers.get("access-control-allow-methods")]).toEqual([
      204,
      "GET, HEAD, POST, PUT, PATCH, DELETE",
    ]);
    for (const method of ["GET", "OPTIONS"]) {
      const stranger = await ask("https://evil.example", method, { "access-control-request-method": "POST" });
      expect(stranger.status).toBe(method === "GET" ? 403 : 405);
      expect(stranger.headers.has("access-control-allow-origin")).toBe(false);
    }
    const own = await ask(served.url);
    expect([own.status, own.headers.has("access-control-allow-origin")]).toEqual([200, false]);
  });
});

describe("stopping", () => {
  test("ends streams, says so to who comes, and leaves a scan that runs to the next start", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 600 }, (_, i) => [`root/sub/${i}.txt`, `good ${i}`]),
    );
    using folder = new WorkFolder({ ...FILES, ...many });
    const served = await serve(folder);
    const events = await fetch(`${served.url}/events?type=match&after=0`);
    const ordered = await fetch(`${served.url}/scans`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ root: "files", paths: ["."] }),
    });
    const { id } = (await ordered.json()) as { id: string };
    let text = "";
    let stopping: Promise<void> | undefined;
    for await (const piece of events.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      // In the middle of the scan, or at its end on a machine that is quicker than this loop.
      if (text.includes('"type":"match"')) stopping ??= served.stop();
    }
    await stopping;

    await using next = await serve(folder);
    for (;;) {
      const { state } = (await (await fetch(`${next.url}/scans/${id}`)).json()) as { state: string };
      if (state === "done") break;
    }
    const paths = next.services.journal
      .read({ scan: id, types: ["match"], limit: 10_000 })
      .map(({ data }) => data["path"] as string);
    expect(paths.length).toBe(601);
    expect(new Set(paths).size).toBe(601);
    expect(next.services.journal.scan(id)).toMatchObject({
      end: { scanned: 602, matched: 601, matches: 601 },
    });
  });

  test("a request that is worked on is given up, with a time to come back", async () => {
    using folder = new WorkFolder(FILES);
    const served = await serve(folder);
    let begun = () => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    served.services.ruleSets.health = (_: unknown, signal?: AbortSignal) => {
      begun();
      return new Promise((_resolve, reject) =>
        signal!.addEventListener("abort", () => reject(signal!.reason)),
      );
    };
    const answer = fetch(`${served.url}/rule-health`);
    await beginning;
    await served.stop();
    const response = await answer;
    expect([response.status, response.headers.get("retry-after"), await response.json()]).toMatchObject([
      503,
      "5",
      { detail: "the gateway is stopping" },
    ]);
  });
});

const openssl = Bun.which("openssl");
if (!openssl) console.warn("skipped: TLS; no openssl to make certificates with");

describe.skipIf(!openssl)("TLS", () => {
  let keys: string;
  beforeAll(async () => {
    keys = mkdtempSync(join(tmpdir(), "cryptex-tls-"));
    const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"];
    const names = [
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      "-keyout",
      join(keys, "key.pem"),
      "-out",
      join(keys, "cert.pem"),
    ];
    const made = await runProcess([openssl!, ...args, ...names]);
    if (made.exitCode !== 0) throw new Error(made.stderr);
  });
  afterAll(() => rmSync(keys, { recursive: true, force: true }));
  const tls = () => ({ cert: join(keys, "cert.pem"), key: join(keys, "key.pem") });
  const ca = () => readFileSync(join(keys, "cert.pem"), "utf8");

  /** Connects by Bun's own TLS. @returns the version, or "refused" */
  function versionWith(url: string, options: ConnectionOptions): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port), ca: ca(), ...options });
      socket.once("secureConnect", () => {
        resolve(socket.getProtocol() ?? "none");
        socket.destroy();
      });
      socket.once("error", () => resolve("refused"));
    });
  }

  test("of version 1.3 alone", async () => {
    using folder = new WorkFolder(FILES);
    await using served = await serve(folder, { tls: tls() });
    expect(served.url).toStartWith("https://127.0.0.1:");
    const response = await fetch(`${served.url}/health`, { tls: { ca: ca() } });
    expect(await response.json()).toMatchObject({ status: "ok" });
    expect(await versionWith(served.url, {})).toBe("TLSv1.3");
    expect(await versionWith(served.url, { maxVersion: "TLSv1.2" })).toBe("refused");
    const socket = new WebSocket(`${served.url.replace("https", "wss")}/events`, {
      tls: { ca: ca() },
    } as never);
    const hello = await new Promise<string>((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = reject;
    });
    socket.terminate();
    expect(JSON.parse(hello)).toMatchObject({ type: "hello" });
  });

  test("--pqc require: clients with X25519MLKEM768 are served, others are refused", async () => {
    using folder = new WorkFolder(FILES);
    await using served = await serve(folder, { tls: tls(), pqc: true });
    for (const [groups, wanted] of [
      ["X25519", "refused"],
      ["P-256", "refused"],
      ["X25519MLKEM768", "TLSv1.3"],
      ["X25519:X25519MLKEM768", "TLSv1.3"],
    ] as const)
      expect(await versionWith(served.url, { ecdhCurve: groups }), groups).toBe(wanted);
    expect(await versionWith(served.url, { ecdhCurve: "X25519MLKEM768", maxVersion: "TLSv1.2" })).toBe(
      "refused",
    );
  });

  test("--pqc require, with Node as the client", async () => {
    const node = [INSTALLED_NODE, Bun.which("node")].find((each) => each !== null && existsSync(each));
    if (!node) return console.warn("skipped: no Node to be the client");
    using folder = new WorkFolder(FILES);
    await using served = await serve(folder, { tls: tls(), pqc: true });
    const get = async (group: string) => {
      const script = `
        const { get } = require("node:https");
        const [url, group, ca] = process.argv.slice(1);
        get(url, { ecdhCurve: group, ca }, (r) => { console.log(r.statusCode); r.resume(); }).on("error", (e) => console.log(e.code));`;
      return await runProcess([node, "-e", script, `${served.url}/health`, group, ca()]);
    };
    expect((await get("X25519")).stdout).toMatch(/^E/);
    const { stdout, stderr } = await get("X25519MLKEM768");
    if (stderr.includes("Failed to set ECDH curve"))
      return console.warn("skipped: this Node has no X25519MLKEM768");
    expect(stdout).toBe("200\n");
  });
});

test("figures: of scans and of bytes that were sent, by /metrics and pushed to a collector, also at the end", async () => {
  using folder = new WorkFolder({ ...FILES, "root/c.bin": "goo ".repeat(200_000) });
  const pushed: string[] = [];
  const collector = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      pushed.push(`${new URL(request.url).pathname} ${await request.text()}`);
      return Response.json({});
    },
  });
  try {
    const served = await serve(folder, { otlp: `http://127.0.0.1:${collector.port}/v1/metrics` });
    await using _ = served;
    const { id } = served.services.scans.submit(
      { root: "files", paths: ["."], options: { profile: true } },
      { origin: "gateway" },
    );
    await served.services.scans.ended(id);
    while (served.services.scans.stats().running > 0) await new Promise(setImmediate);
    const headers = { "content-type": "application/octet-stream" };
    const answer = await fetch(`${served.url}/scan`, { method: "POST", body: "good", headers });
    expect(answer.status).toBe(200);
    const text = await (await fetch(`${served.url}/metrics`)).text();
    for (const line of [
      'cryptex_result_matches_total{rule="good"} 2',
      'cryptex_result_files_total{outcome="matched"} 2',
      'cryptex_result_files_total{outcome="clean"} 2',
      'cryptex_results_total{state="done"} 1',
      "cryptex_scanned_files_total 4",
      'cryptex_scans{state="running"} 0',
    ])
      expect(text.split("\n")).toContain(line);
    // On a busy machine a rule may have taken less than its clock tells apart.
    expect(text).toMatch(/^cryptex_rule_seconds_per_mib\{rule="good"\} \d/m);
    await served.stop();
    const body = pushed.at(-1)!;
    expect(body).toStartWith("/v1/metrics {");
    expect(body).toContain('"name":"cryptex_result_matches_total"');
  } finally {
    await collector.stop(true);
  }
});

test("rules that are not evaluated are named at the start", async () => {
  using folder = new WorkFolder({
    ...FILES,
    "rules/bad.yar": "rule bad { condition: nothing }\nrule worse {",
  });
  await using served = await serve(folder);
  while (served.io.talk() === "") await new Promise(setImmediate);
  expect(served.io.talk()).toMatch(
    /of the rule set default 1 rule is evaluated: \S*bad\.yar:\d+: .*; and 1 more, which \/rulesets names/,
  );
});

test.if(process.platform === "linux")(
  "a service manager hears when it is ready, and when it stops",
  async () => {
    using folder = new WorkFolder(FILES);
    using socket = new NotifySocket(folder.at("notify"));
    const env = { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "2000" };
    const served = await serve(folder, {}, env);
    expect(await socket.until("READY=1")).toEqual([`STATUS=listening on ${served.url}`, "READY=1"]);
    await socket.until("WATCHDOG=1");
    await served.stop();
    expect(socket.lines()).toContain("STOPPING=1");
  },
);
