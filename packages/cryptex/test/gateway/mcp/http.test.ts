/** MCP over HTTP: scopes, sessions of the older protocol, requests that are none. */
import { describe, expect, test } from "bun:test";
import { rejectionOf } from "../../../../../test/support/rejection.ts";
import { mcpHandler } from "../../../src/gateway/mcp/http.ts";
import { McpServers } from "../../../src/gateway/mcp/server.ts";
import { Sessions } from "../../../src/gateway/mcp/sessions.ts";
import type { Access } from "../../../src/gateway/mcp/tool.ts";
import type { Scope } from "../../../src/gateway/scopes.ts";
import { connect, PROTOCOLS, type TestClient } from "./clients.ts";
import { HeldScans } from "./held-scans.ts";
import { type Served, serveHttp, World } from "./world.ts";

async function toolsOf(mcp: TestClient): Promise<string[]> {
  return (await mcp.client.listTools()).tools.map(({ name }) => name).sort();
}

const BY_SCOPE: Readonly<Record<Scope, readonly string[]>> = {
  read: ["cryptex-lookup", "cryptex-search", "gap-audit", "list-rules"],
  scan: ["function-discovery", "rule-explain", "rule-validate", "scan-directory"],
  write: ["cryptex-annotate"],
};

for (const protocol of PROTOCOLS) {
  describe(protocol, () => {
    for (const scope of ["read", "scan", "write"] as const) {
      test(`with the scope ${scope} alone`, async () => {
        using world = new World();
        await using served = serveHttp(world, { scopes: new Set([scope]), allowWrite: true });
        await using mcp = await connect(protocol, served.place);
        expect(await toolsOf(mcp)).toEqual([...BY_SCOPE[scope]]);
        expect(mcp.client.getServerCapabilities()?.resources !== undefined).toBe(scope === "read");
        const other = scope === "read" ? "scan-directory" : "cryptex-search";
        expect(String(await rejectionOf(mcp.call(other)))).toContain("not found");
        if (scope !== "read")
          expect(await rejectionOf(mcp.client.readResource({ uri: "cryptex://Lamp-Open" }))).toBeInstanceOf(
            Error,
          );
      });
    }

    test("a note is written down under the name of whoever sent it, once, and not over another's change", async () => {
      using world = new World();
      await using served = serveHttp(world, { author: "token-name", allowWrite: true });
      await using mcp = await connect(protocol, served.place);
      const { tools } = await mcp.client.listTools();
      const annotations = (name: string) => tools.find((tool) => tool.name === name)!.annotations;
      expect(annotations("cryptex-annotate")).toMatchObject({ readOnlyHint: false, destructiveHint: false });
      expect(annotations("create-safe-index")).toMatchObject({ readOnlyHint: false, destructiveHint: true });
      const note = { codename: "Lamp-Open", note: "seen", revision: 1 };
      expect((await mcp.call("cryptex-annotate", note)).data).toEqual({
        uri: "cryptex://Lamp-Open",
        codename: "Lamp-Open",
        revision: 2,
        notes: 1,
      });
      expect(await mcp.call("cryptex-annotate", note)).toMatchObject({ isError: true });
      expect(served.services.dictionary.history({ codename: "Lamp-Open" })).toMatchObject([
        { who: "token-name", action: "edit", fields: { notes: [[], ["seen"]] } },
        { action: "add" },
      ]);
    });
  });
}

describe("sessions of the older protocol", () => {
  const initialize = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } },
  };
  const post = (body: unknown, session?: string) =>
    new Request("http://127.0.0.1/mcp", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...(session !== undefined && { "mcp-session-id": session }),
      },
      body: JSON.stringify(body),
    });
  const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
  const own: Access = { author: "one", scopes: new Set(["read"]), allowWrite: false };

  async function withSessions(
    most: number,
    work: (
      sessions: Sessions,
      begin: (access?: Access) => Promise<string>,
      use: (id: string, access?: Access) => Promise<number>,
    ) => Promise<void>,
  ): Promise<void> {
    using world = new World();
    await using served: Served = serveHttp(world, { scans: new HeldScans() });
    const servers = new McpServers(served.services, () => {});
    await using sessions = new Sessions(servers, { sessions: most, mostBytes: 1_000_000 });
    const begin = async (access = own) => {
      const response = await sessions.handle(post(initialize), access);
      await response.text();
      return response.headers.get("mcp-session-id")!;
    };
    const use = async (id: string, access = own) => {
      const response = await sessions.handle(post(list, id), access);
      await response.text();
      return response.status;
    };
    await work(sessions, begin, use);
  }

  test("belong to whoever began them, under the rights of then", () =>
    withSessions(4, async (_, begin, use) => {
      const id = await begin();
      expect(await use(id)).toBe(200);
      expect(await use(id, { ...own, author: "two" })).toBe(404);
      expect(await use(id, { ...own, scopes: new Set(["read", "write"]) })).toBe(404);
      expect(await use("no such session")).toBe(404);
      expect(await use(id)).toBe(200);
    }));

  test("are bounded: the one that was idle for longest goes", () =>
    withSessions(2, async (sessions, begin, use) => {
      const [a, b] = [await begin(), await begin()];
      expect(await use(a)).toBe(200);
      const c = await begin();
      expect([await use(a), await use(b), await use(c)]).toEqual([200, 404, 200]);
      expect(sessions.size).toBe(2);
    }));

  test("are not begun by anything else than their beginning", () =>
    withSessions(2, async (sessions) => {
      for (const body of [list, { ...list, method: "tools/call", params: { name: "list-rules" } }, {}, "x"]) {
        const response = await sessions.handle(post(body), own);
        expect(response.status).toBe(400);
      }
      expect(sessions.size).toBe(0);
    }));
});

test("requests that are no messages are refused, without words about this program", async () => {
  using world = new World();
  await using served = serveHttp(world);
  if (!("url" in served.place)) throw new Error("it has no address");
  const { url } = served.place;
  const send = async (body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body,
    });
    const text = await response.text();
    expect(text).not.toContain(world.folder.path);
    expect(text).not.toMatch(/\.ts:\d|\.mjs:\d|^\s+at /m);
    return response.status;
  };
  expect(await send("")).toBe(400);
  expect(await send("garbage")).toBe(400);
  expect(await send("[".repeat(1_000_000))).toBe(400);
  expect(await send(`"${"x".repeat(5 * 2 ** 20)}"`)).toBe(413);
  expect(await send("{}", { "content-type": "text/plain" })).toBe(415);
  expect(await send("{}", { "mcp-protocol-version": "1999-01-01" })).toBe(400);
  expect((await fetch(url, { method: "PUT" })).status).toBe(405);
  expect((await fetch(url)).status).toBe(406);
  expect((await fetch(url, { method: "DELETE" })).status).toBe(400);
});

test("after it was closed, nothing is answered any more", async () => {
  using world = new World();
  await using served = serveHttp(world, { scans: new HeldScans() });
  const handler = mcpHandler(served.services, { allowWrite: false, report() {} });
  await handler[Symbol.asyncDispose]();
  const request = new Request("http://127.0.0.1/mcp", { headers: { "mcp-session-id": "x" } });
  expect((await handler.handle(request, { name: "x" })).status).toBe(404);
});
