/** `/mcp` in the gateway: who may ask, by Host, Origin and token; and what a token of some scopes sees. */
import { describe, expect, test } from "bun:test";
import type { AccessRules } from "#kit/http/access.ts";
import { rejectionOf } from "../../../../../test/support/rejection.ts";
import { newEntry } from "../../../src/dictionary/entry.ts";
import { type McpHandler, mcpHandler } from "../../../src/gateway/mcp/http.ts";
import { openGateway } from "../support/gateway.ts";
import { connect, PROTOCOLS } from "./clients.ts";

const TOKENS: AccessRules["tokens"] = {
  realm: "test",
  tokens: [
    { name: "reader", token: "r-secret", scopes: new Set(["read"]) },
    { name: "scanner", token: "s-secret", scopes: new Set(["scan"]) },
    { name: "writer", token: "w-secret", scopes: new Set(["read", "write"]) },
  ],
};

/** The gateway's app with agents' endpoint. */
async function mounted(access: Partial<AccessRules>) {
  let handler: McpHandler;
  const gateway = openGateway({ access, mcp: (request, caller) => handler.handle(request, caller) });
  handler = mcpHandler(gateway.services, {
    allowWrite: true,
    report: (error) => gateway.reported.push(error),
  });
  const url = await gateway.listen();
  return {
    gateway,
    url: new URL("/mcp", url).href,
    async [Symbol.asyncDispose]() {
      await handler[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

for (const protocol of PROTOCOLS) {
  describe(protocol, () => {
    test("a token sees the tools of its scopes, and signs what it writes", async () => {
      await using served = await mounted({ tokens: TOKENS });
      const { url, gateway } = served;
      const toolsOf = async (token: string) => {
        await using mcp = await connect(protocol, { url, token });
        return (await mcp.client.listTools()).tools.map(({ name }) => name).sort();
      };
      expect(await toolsOf("r-secret")).toEqual([
        "cryptex-lookup",
        "cryptex-search",
        "gap-audit",
        "list-rules",
      ]);
      expect(await toolsOf("s-secret")).toEqual([
        "function-discovery",
        "rule-explain",
        "rule-validate",
        "scan-directory",
      ]);
      const { dictionary } = gateway.services;
      dictionary.add(newEntry("Lamp"), { who: "somebody" });
      await using mcp = await connect(protocol, { url, token: "w-secret" });
      expect(await mcp.call("cryptex-annotate", { codename: "Lamp", note: "seen" })).toMatchObject({
        isError: false,
      });
      expect(dictionary.history({ codename: "Lamp", limit: 1 })).toMatchObject([{ who: "writer" }]);
      expect(gateway.reported).toEqual([]);
    });

    test("without a token, or with another one, nobody is let in", async () => {
      await using served = await mounted({ tokens: TOKENS });
      for (const token of [undefined, "wrong", "r-secret2"])
        expect(
          await rejectionOf(connect(protocol, { url: served.url, ...(token && { token }) })),
        ).toBeInstanceOf(Error);
    });
  });
}

test("web sites, and names that are made to point here, are refused before a message is read", async () => {
  await using served = await mounted({});
  const post = (headers: Record<string, string>) =>
    fetch(served.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } },
      }),
    });
  expect((await post({})).status).toBe(200);
  expect((await post({ origin: "https://evil.example" })).status).toBe(403);
  expect((await post({ host: "evil.example" })).status).toBe(403);
  expect((await post({ origin: "null" })).status).toBe(403);
  expect((await post({ origin: new URL(served.url).origin })).status).toBe(200);
});
