/** Calls: what they send, what they make of refusals, which are tried again, and how they are ended. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { gatewayDocument } from "../make/gateway-types.ts";
import { type Body, type CallOptions, CryptexClient, CryptexError, pages } from "../src/index.ts";
import { FixtureGateway, problem } from "./support/fixture-gateway.ts";

let gateway: FixtureGateway;
let client: CryptexClient;
beforeEach(() => {
  gateway = new FixtureGateway();
  client = new CryptexClient({ url: gateway.url });
});
afterEach(() => gateway.stop());

const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error as CryptexError);
const requests = () => gateway.seen.map(({ method, path }) => `${method} ${path}`);

const LISTS = { deps: [], line_references: [], notes: [], tags: [] };
const ENTRY: Body<"/cryptex/{codename}", "put"> = {
  ...{ codename: "A", symbol: "a", summary: "", status: "legacy", kind: "", location: "", signature: "" },
  ...{ pseudocode: "", owner: "", risk: "", ...LISTS },
};

/** Each operation of the gateway but the events, as its method sends it. Names with a slash and blanks come through. */
const CALLS: Record<string, (client: CryptexClient, options: CallOptions) => Promise<unknown>> = {
  "POST /scans": (c, o) => c.scans.submit({ root: "r", paths: ["p"] }, o),
  "GET /scans?state=running&limit=5": (c, o) => c.scans.list({ state: "running", limit: 5 }, o),
  "GET /scans/a%2Fb%20c": (c, o) => c.scans.get("a/b c", o),
  "DELETE /scans/a": (c, o) => c.scans.cancel("a", o),
  "GET /scans/a/results?limit=1000": (c, o) => Array.fromAsync(c.scans.results("a", o)),
  "POST /scan?filename=a+b.exe&explain=true": (c, o) =>
    c.scan(new Uint8Array([1]), { filename: "a b.exe", explain: true }, o),
  "GET /cryptex?q=open": (c, o) => c.dictionary.find({ q: "open" }, o),
  "POST /cryptex": (c, o) => c.dictionary.add({ codename: "A" }, o),
  "GET /cryptex/A": (c, o) => c.dictionary.get("A", o),
  "PUT /cryptex/A": (c, o) => c.dictionary.put("A", ENTRY, { revision: 3, ...o }),
  "DELETE /cryptex/A": (c, o) => c.dictionary.remove("A", { revision: 3, ...o }),
  "GET /cryptex/A/history?limit=2": (c, o) => c.dictionary.history("A", { limit: 2 }, o),
  "GET /gap?status=stale": (c, o) => c.gap.report({ status: "stale" }, o),
  "GET /gap/history": (c, o) => c.gap.history(o),
  "PATCH /gap/src%2Fa.c": (c, o) => c.gap.set("src/a.c", { responsible: "me" }, o),
  "POST /gap/scan": (c, o) => c.gap.scan(o),
  "GET /rules?q=key&module=pe": (c, o) => c.rules.find({ q: "key", module: "pe" }, o),
  "GET /rules/x?ruleset=s": (c, o) => c.rules.show("x", { ruleset: "s" }, o),
  "GET /rule-health": (c, o) => c.rules.health({}, o),
  "POST /rules/validate": (c, o) => c.rules.validate("rule a { condition: true }", o),
  "POST /rules/explain": (c, o) => c.rules.explain({ rule: "a", content: "AA==" }, o),
  "POST /rules/safe-index": (c, o) => c.rules.safeIndex({ targets: ["clamav"] }, o),
  "GET /rulesets": (c, o) => c.ruleSets.list(o),
  "GET /rulesets/sha256%3Aab": (c, o) => c.ruleSets.get("sha256:ab", o),
  "GET /engines": (c, o) => c.engines(o),
  "POST /collect": (c, o) => c.collect("{}\n", { key: "k", origin: "o", ...o }),
  "GET /triggers": (c, o) => c.triggers.list(o),
  "POST /triggers": (c, o) => c.triggers.add({ url: "https://example.org" }, o),
  "GET /triggers/t": (c, o) => c.triggers.get("t", o),
  "DELETE /triggers/t": (c, o) => c.triggers.remove("t", o),
  "POST /triggers/t/test": (c, o) => c.triggers.test("t", o),
  "GET /health": (c, o) => c.health(o),
  "GET /metrics": (c, o) => c.metrics(o),
  "GET /openapi.json": (c, o) => c.openapi(o),
};

describe("sends", () => {
  for (const [wanted, call] of Object.entries(CALLS)) {
    test(wanted, async () => {
      await call(client, {});
      expect(requests()).toEqual([wanted]);
    });
  }

  test("all of them: each operation of the gateway's document has a call", async () => {
    const { paths } = JSON.parse(await gatewayDocument()) as { paths: Record<string, object> };
    const operations = Object.entries(paths)
      .filter(([path]) => path !== "/mcp")
      .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
    const patterns = operations.map(
      (operation) => [operation, new RegExp(`^${operation.replace(/\{\w+\}/g, "[^/?]+")}(\\?|$)`)] as const,
    );
    const calls = [...Object.keys(CALLS), "GET /events?after=0"];
    expect(patterns.filter(([, pattern]) => !calls.some((call) => pattern.test(call)))).toEqual([]);
  });

  test("the token, what is meant by which revision, and bodies as they are", async () => {
    await using guarded = new FixtureGateway({ token: "t0k/en+" });
    const known = new CryptexClient({ url: `${guarded.url}/`, token: "t0k/en+" });
    await known.dictionary.put("A", ENTRY, { revision: 3 });
    await known.dictionary.put("A", ENTRY, { revision: "new" });
    await known.dictionary.remove("A");
    await known.collect('{"type":"end"}\n', { key: "k1", origin: "west" });
    const [replace, create, remove, collect] = guarded.seen;
    expect(replace!.headers.get("if-match")).toBe('"3"');
    expect([create!.headers.get("if-none-match"), create!.headers.get("if-match")]).toEqual(["*", null]);
    expect(remove!.headers.get("if-match")).toBeNull();
    expect(JSON.parse(create!.body)).toEqual(ENTRY);
    expect([collect!.headers.get("idempotency-key"), collect!.headers.get("cryptex-origin")]).toEqual([
      "k1",
      "west",
    ]);
    expect(collect!.body).toBe('{"type":"end"}\n');
  });

  test("to a gateway below a path, and to no address of another kind", async () => {
    const behind = new CryptexClient({ url: `${gateway.url}/tools/cryptex/` });
    await behind.gap.history();
    expect(requests()).toEqual(["GET /tools/cryptex/gap/history"]);
    for (const url of [
      "ftp://example.org",
      "http://me:secret@example.org",
      "http://example.org/?a=b",
      "nowhere",
    ]) {
      expect(() => new CryptexClient({ url }), url).toThrow(TypeError);
    }
  });
});

describe("refusals", () => {
  test("bring the gateway's words and members", async () => {
    const current = { codename: "A", revision: 4 };
    gateway.instead.push(() => problem(412, "A has revision 4 by now", { members: { current } }));
    const error = await failure(client.dictionary.put("A", ENTRY, { revision: 3 }));
    expect(error).toBeInstanceOf(CryptexError);
    expect(error).toMatchObject({ kind: "other-revision", status: 412, message: "A has revision 4 by now" });
    expect((error as CryptexError).problem["current"]).toEqual(current);
  });

  test("have a kind for each status", async () => {
    const kinds: Record<number, string> = {
      400: "invalid",
      401: "unauthorized",
      403: "forbidden",
      404: "not-found",
      409: "conflict",
      413: "too-large",
      418: "invalid",
      429: "busy",
      500: "server",
      503: "busy",
    };
    const once = new CryptexClient({ url: gateway.url, retries: 0 });
    for (const [status, kind] of Object.entries(kinds)) {
      gateway.instead.push(() => problem(Number(status), "no"));
      expect(await failure(once.health())).toMatchObject({ kind, status: Number(status) });
    }
  });

  test("are none the worse for a body that is no problem document", async () => {
    const bodies = ["<html>", '{"detail": 7, "title": []}', "[1]", "null", '{"detail":"\\u0000"}'];
    for (const body of bodies) {
      const headers = { "content-type": "application/problem+json" };
      gateway.instead.push(() => new Response(body, { status: 404, headers }));
      expect(await failure(client.health())).toMatchObject({ kind: "not-found", status: 404 });
    }
    gateway.instead.push(() => problem(404, "x".repeat(1_000_000)));
    expect(((await failure(client.health())) as CryptexError).message.length).toBeLessThanOrEqual(1000);
  });

  test("a success that is no JSON is no answer", async () => {
    gateway.instead.push(() => new Response("<html>"));
    expect(await failure(client.gap.report())).toMatchObject({ kind: "malformed" });
  });
});

describe("another try", () => {
  const busy = () => problem(503, "later", { headers: { "retry-after": "0" } });

  test("is made of what may be sent twice, and no oftener than allowed", async () => {
    gateway.instead.push(busy, busy);
    await client.rules.find();
    expect(gateway.seen).toHaveLength(3);
    gateway.instead.push(busy, busy, busy);
    expect(await failure(new CryptexClient({ url: gateway.url, retries: 2 }).rules.find())).toMatchObject({
      kind: "busy",
      retryAfterMs: 0,
    });
    expect(gateway.seen).toHaveLength(6);
  });

  test("of an order has the same key, and another order another", async () => {
    gateway.instead.push(busy);
    await client.scans.submit({ root: "r", paths: [] });
    await client.scans.submit({ root: "r", paths: [] });
    const keys = gateway.seen.map(({ headers }) => headers.get("idempotency-key"));
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]!);
    expect(keys[2]).not.toBe(keys[0]!);
  });

  test("is not made of what changes something, of what will not pass, and of waits that are too long", async () => {
    gateway.instead.push(
      busy,
      () => problem(400, "no"),
      () => problem(429, "no", { headers: { "retry-after": "3600" } }),
    );
    expect(await failure(client.dictionary.add({ codename: "A" }))).toMatchObject({ kind: "busy" });
    expect(await failure(client.rules.find())).toMatchObject({ kind: "invalid" });
    expect(await failure(client.rules.find())).toMatchObject({ kind: "busy", retryAfterMs: 3_600_000 });
    expect(gateway.seen).toHaveLength(3);
  });

  test("where nobody listens it ends with the reason", async () => {
    await gateway.stop();
    const error = await failure(new CryptexClient({ url: gateway.url, retries: 1 }).health());
    expect(error).toMatchObject({ kind: "unreachable", status: undefined });
    expect((error as CryptexError).message).toStartWith(`no answer from ${gateway.url}: `);
  });
});

describe("a signal", () => {
  const reason = new Error("enough");

  for (const [name, call] of Object.entries(CALLS)) {
    test(`ends ${name}, while it is under way and before`, async () => {
      const ending = new AbortController();
      gateway.onRequest = () => ending.abort(reason);
      gateway.instead.push(() => new Promise<Response>(() => {}));
      expect(await failure(call(client, { signal: ending.signal }))).toBe(reason as never);
      expect(await failure(call(client, { signal: ending.signal }))).toBe(reason as never);
      expect(gateway.seen).toHaveLength(1);
    });
  }

  test("ends the wait for another try", async () => {
    const ending = new AbortController();
    gateway.instead.push(() => problem(503, "later", { headers: { "retry-after": "20" } }));
    gateway.onRequest = () => setTimeout(() => ending.abort(reason), 10);
    expect(await failure(client.health({ signal: ending.signal }))).toBe(reason as never);
  });
});

describe("results of a scan", () => {
  const seqs = async (lines: AsyncIterable<{ seq: number }>) =>
    (await Array.fromAsync(lines)).map(({ seq }) => seq);

  test("come page by page until the scan has ended", async () => {
    const { id } = await client.scans.submit({ root: "r", paths: [] });
    for (let line = 0; line < 2500; line++) gateway.write("match", {}, id);
    let asked = 0;
    gateway.onRequest = ({ path }) => {
      if (!path.includes("/results") || ++asked !== 5) return;
      gateway.write("end", {}, id);
      gateway.states.set(id, "done");
    };
    expect(await seqs(client.scans.results(id))).toEqual(
      Array.from({ length: 2501 }, (_, index) => index + 1),
    );
  });

  test("that are there now, of some types, behind a place", async () => {
    const { id } = await client.scans.submit({ root: "r", paths: [] });
    for (const type of ["start", "match", "skip", "match"]) gateway.write(type, {}, id);
    const options = { after: 2, types: ["match"], follow: false } as const;
    expect(await seqs(client.scans.results(id, options))).toEqual([4]);
  });

  test("go on where a connection broke", async () => {
    const { id } = await client.scans.submit({ root: "r", paths: [] });
    for (let line = 0; line < 4; line++) gateway.write("match", {}, id);
    gateway.states.set(id, "done");
    const half = gateway.lines
      .slice(0, 2)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join("");
    // Said to be longer than it is.
    const broken = new CryptexClient({
      url: gateway.url,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (broke || !url.includes("results")) return response;
        broke = true;
        const body = new ReadableStream({
          pull(controller) {
            if (sent) return controller.error(new Error("cut"));
            sent = true;
            controller.enqueue(new TextEncoder().encode(`${half}{"seq":3,"ty`));
          },
        });
        return new Response(body, { headers: response.headers });
      },
    });
    let broke = false;
    let sent = false;
    expect(await seqs(broken.scans.results(id))).toEqual([1, 2, 3, 4]);
  });

  test("of a scan that did not come to its end are not taken for all", async () => {
    for (const state of ["cancelled", "failed"]) {
      gateway.states.set(state, state);
      gateway.write("match", {}, state);
      const seen: number[] = [];
      const reading = (async () => {
        for await (const { seq } of client.scans.results(state)) seen.push(seq);
      })();
      expect(await failure(reading)).toMatchObject({ kind: "conflict" });
      expect(seen).toHaveLength(1);
    }
  });

  test("that break off without a line, again and again, are given up", async () => {
    const broken = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) }), {
        headers: { "cryptex-state": "done" },
      });
    let tries = 0;
    const unlucky = new CryptexClient({
      url: gateway.url,
      retries: 2,
      fetch: async () => {
        tries++;
        return broken();
      },
    });
    expect(await failure(seqs(unlucky.scans.results("a")))).toMatchObject({ kind: "unreachable" });
    expect(tries).toBe(3);
  });

  test("that are no lines of JSON end the reading aloud", async () => {
    gateway.instead.push(() => new Response("<html>\n"));
    expect(await failure(seqs(client.scans.results("a")))).toMatchObject({ kind: "malformed" });
  });
});

test("pages are asked for until there is no next one", async () => {
  const given = [{ next: "b" }, { next: "c" }, { next: null }];
  const cursors: unknown[] = [];
  const all = pages(async (after) => {
    cursors.push(after);
    return given[cursors.length - 1]!;
  });
  expect(await Array.fromAsync(all)).toEqual(given);
  expect(cursors).toEqual([undefined, "b", "c"]);
});
