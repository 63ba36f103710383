/** Who may ask what: scopes over all routes, web sites, names, methods. */
import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import type { Endpoint } from "#kit/http/endpoint.ts";
import { newEntry } from "../../src/dictionary/entry.ts";
import { TOKEN_PROTOCOL } from "../../src/gateway/http/routes-events.ts";
import { type Gateway, openGateway } from "./support/gateway.ts";

const SCOPES = ["read", "scan", "write"] as const;
const tokenOf = (scope: string) => `token-of-${scope}-0123456789`;
const access = {
  tokens: {
    realm: "cryptex",
    protocolPrefix: TOKEN_PROTOCOL,
    tokens: SCOPES.map((scope) => ({ name: scope, token: tokenOf(scope), scopes: new Set([scope]) })),
  },
};

/** Scopes that each route asks for, as the API's description has it; a route that is new has to be written down here. */
const WANTED: Readonly<Record<string, string>> = {
  "POST /scans": "scan",
  "GET /scans": "read",
  "GET /scans/{id}": "read",
  "DELETE /scans/{id}": "scan",
  "GET /scans/{id}/results": "read",
  "POST /scan": "scan",
  "POST /collect": "write",
  "GET /events": "read",
  "GET /rules": "read",
  "GET /rules/{name}": "read",
  "GET /rule-health": "read",
  "POST /rules/validate": "scan",
  "POST /rules/explain": "scan",
  "POST /rules/safe-index": "scan",
  "GET /rulesets": "read",
  "GET /rulesets/{ref}": "read",
  "GET /cryptex": "read",
  "POST /cryptex": "write",
  "GET /cryptex/{codename}": "read",
  "PUT /cryptex/{codename}": "write",
  "DELETE /cryptex/{codename}": "write",
  "GET /cryptex/{codename}/history": "read",
  "GET /gap": "read",
  "GET /gap/history": "read",
  "PATCH /gap/{component}": "write",
  "POST /gap/scan": "write",
  "GET /triggers": "read",
  "POST /triggers": "write",
  "GET /triggers/{id}": "read",
  "DELETE /triggers/{id}": "write",
  "POST /triggers/{id}/test": "write",
  "POST /mcp": "any",
  "GET /mcp": "any",
  "DELETE /mcp": "any",
  "GET /engines": "read",
  "GET /metrics": "read",
  "GET /health": "none",
  "GET /openapi.json": "none",
};

const routeOf = ({ method, path }: Endpoint) => `${method.toUpperCase()} ${path}`;

async function statusOf(
  gateway: Gateway,
  { method, path }: Endpoint,
  headers: Record<string, string>,
): Promise<number> {
  const at = path.replace(/\{\w+\}/g, "x");
  const response = await gateway.request(at, { method: method.toUpperCase(), headers });
  await response.body?.cancel();
  return response.status;
}

const open = () => openGateway({ access, mcp: () => Response.json({}) });

test("every route asks for its scope, and one scope stands for no other", async () => {
  await using gateway = open();
  expect(gateway.app.endpoints.map(routeOf).sort()).toEqual(Object.keys(WANTED).sort());
  for (const endpoint of gateway.app.endpoints) {
    const route = routeOf(endpoint);
    const wanted = WANTED[route]!;
    const refused = async (headers: Record<string, string>) => {
      const status = await statusOf(gateway, endpoint, headers);
      return status === 401 || status === 403 ? status : "let in";
    };
    expect(await refused({}), route).toBe(wanted === "none" ? "let in" : 401);
    expect(await refused({ authorization: "Bearer wrong-0123456789abcdef" }), route).toBe(
      wanted === "none" ? "let in" : 401,
    );
    for (const scope of SCOPES) {
      const expected = wanted === scope || wanted === "any" || wanted === "none" ? "let in" : 403;
      expect(await refused({ authorization: `Bearer ${tokenOf(scope)}` }), `${route} with ${scope}`).toBe(
        expected,
      );
    }
  }
});

test("no route answers another web site, or a name that was made to point here", async () => {
  await using gateway = open();
  for (const endpoint of gateway.app.endpoints) {
    const authorization = `Bearer ${tokenOf("read")}`;
    const route = routeOf(endpoint);
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { host: "evil.example" },
      { host: "127.0.0.1.evil.example:8043" },
    ] as Record<string, string>[])
      expect(
        await statusOf(gateway, endpoint, { authorization, ...headers }),
        `${route} ${JSON.stringify(headers)}`,
      ).toBe(403);
  }
});

test("the author of a change is the name of the token", async () => {
  await using gateway = open();
  const authorization = `Bearer ${tokenOf("write")}`;
  expect((await gateway.send("POST", "/cryptex", { codename: "Lamp" }, { authorization })).status).toBe(201);
  expect(gateway.services.dictionary.history().map(({ who }) => who)).toEqual(["write"]);
});

describe("methods", () => {
  test("HEAD wherever there is GET, with the headers and without a body", async () => {
    await using gateway = openGateway();
    gateway.services.dictionary.add(newEntry("x"), { who: "me" });
    for (const { method, path } of gateway.app.endpoints.filter((each) => each.method === "get")) {
      const at = path.replace(/\{\w+\}/g, "x");
      const [head, get] = [await gateway.request(at, { method: "HEAD" }), await gateway.request(at)];
      expect([head.status, head.headers.get("content-type"), await head.text()], `${method} ${path}`).toEqual(
        [get.status, get.headers.get("content-type"), ""],
      );
      await get.body?.cancel();
    }
    expect(gateway.hub.counts().listeners).toBe(0);
  });

  test("any other: 405, with those that there are", async () => {
    await using gateway = openGateway();
    const { endpoints: all } = gateway.app;
    for (const path of new Set(all.map((each) => each.path.replace(/\{\w+\}/g, "x")))) {
      // A component of the gap report may be called as another route.
      const endpoints = all.filter((each) =>
        new RegExp(`^${each.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
      );
      const own = endpoints.map(({ method }) => method.toUpperCase());
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"].filter(
        (each) => !own.includes(each),
      )) {
        const response = await gateway.request(path, { method });
        expect([response.status, response.headers.get("content-type")], `${method} ${path}`).toEqual([
          405,
          "application/problem+json",
        ]);
        const allowed = response.headers
          .get("allow")!
          .split(", ")
          .filter((each) => each !== "HEAD");
        expect(allowed.toSorted()).toEqual(own.toSorted());
      }
    }
  });

  test("a path that is none: 404", async () => {
    await using gateway = openGateway();
    for (const path of ["/nothing", "/scans/", "/scans/x/y", "//scans"]) {
      const response = await gateway.request(path);
      expect([response.status, ((await response.json()) as { detail: string }).detail], path).toEqual([
        404,
        "no such path; /openapi.json lists all",
      ]);
    }
  });
});

describe("WebSockets", () => {
  /** Opens one, and tells how the server took it: the subprotocol, or the status. */
  async function opened(url: string, headers: Record<string, string>): Promise<string> {
    const request = {
      ...{ connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
      ...{ "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", host: new URL(url).host, ...headers },
    };
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const lines = Object.entries(request).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET /events HTTP/1.1\r\n${lines.join("")}\r\n`);
    const text = await new Promise<string>((resolve) =>
      socket.once("data", (piece) => resolve(piece.toString("latin1"))),
    );
    socket.destroy();
    const protocol = /^sec-websocket-protocol: (.*)\r$/im.exec(text)?.[1];
    return `${/^HTTP\/1.1 (\d+)/.exec(text)![1]} ${protocol ?? "-"}`;
  }

  test("are asked who they are, and from where, before they are opened", async () => {
    await using gateway = open();
    const url = await gateway.listen();
    const bearer = (scope: string) => `${TOKEN_PROTOCOL}${Buffer.from(tokenOf(scope)).toString("base64url")}`;
    const events = "cryptex.events.v1";
    expect(await opened(url, { authorization: `Bearer ${tokenOf("read")}` })).toBe("101 -");
    expect(await opened(url, { "sec-websocket-protocol": `${events}, ${bearer("read")}` })).toBe(
      `101 ${events}`,
    );
    expect(await opened(url, { "sec-websocket-protocol": `${bearer("read")}, ${events}` })).toBe(
      `101 ${events}`,
    );
    expect(await opened(url, { "sec-websocket-protocol": `${events}, ${bearer("scan")}` })).toBe("403 -");
    expect(await opened(url, { "sec-websocket-protocol": `${events}, ${TOKEN_PROTOCOL}x` })).toBe("401 -");
    expect(await opened(url, {})).toBe("401 -");
    const authorization = `Bearer ${tokenOf("read")}`;
    expect(await opened(url, { authorization, origin: "https://evil.example" })).toBe("403 -");
    expect(await opened(url, { authorization, origin: url })).toBe("101 -");
    expect(await opened(url, { authorization, host: "evil.example" })).toBe("403 -");
  });

  test("a web site of the list may open one", async () => {
    await using gateway = openGateway({ access: { origins: ["https://friend.example"] } });
    const url = await gateway.listen();
    expect(await opened(url, { origin: "https://friend.example" })).toBe("101 -");
    expect(await opened(url, { origin: "https://friend.example.evil.example" })).toBe("403 -");
  });

  test("a request that is no proper one is refused, and leaves no listener behind", async () => {
    await using gateway = openGateway();
    const url = await gateway.listen();
    expect(await opened(url, { "sec-websocket-key": "" })).toBe("400 -");
    expect(gateway.hub.counts().listeners).toBe(0);
  });
});
