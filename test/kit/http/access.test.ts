import { describe, expect, test } from "bun:test";
import type { Context } from "hono";
import {
  type AccessRules,
  ANY_TOKEN,
  accessGuard,
  accessOf,
  type Caller,
  isLoopback,
  may,
  NO_TOKEN,
} from "#kit/http/access.ts";
import { jsonErrors, Refusal } from "#kit/http/refusal.ts";
import { createRouter } from "#kit/http/router.ts";

const OPEN: AccessRules = { hosts: "any", origins: "any" };

function refusalOf(rules: AccessRules, headers: Record<string, string>): Refusal | undefined {
  try {
    accessOf(rules).caller(new Request("http://localhost:8000/x", { headers }));
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

describe("web sites", () => {
  const rules: AccessRules = { ...OPEN, origins: ["https://friend.example"] };

  test("the server's own pages, those of the list, and clients that are no browser may ask", () => {
    for (const origin of ["https://friend.example", "http://localhost:8000"]) {
      expect(refusalOf(rules, { origin })).toBeUndefined();
    }
    expect(refusalOf(rules, {})).toBeUndefined();
  });

  // A page in a sandbox or a file says "null".
  for (const origin of [
    "https://evil.example",
    "https://friend.example.evil.example",
    "http://friend.example",
    "http://localhost:8001",
    "https://localhost:8000",
    "null",
    "",
  ]) {
    test(`'${origin}' may not`, () => {
      expect(refusalOf(rules, { origin })?.status).toBe(403);
      expect(refusalOf(OPEN, { origin })).toBeUndefined();
    });
  }
});

describe("tokens", () => {
  const rules: AccessRules = {
    ...OPEN,
    tokens: {
      realm: "the vault",
      protocolPrefix: "vault.bearer.",
      tokens: [
        { name: "reader", token: "0123456789abcdef", scopes: new Set(["read"]) },
        { name: "writer", token: "fedcba9876543210", scopes: new Set(["write", "scan"]) },
      ],
    },
  };

  test("a header of its own brings a token where the rules name one, and must not contradict the other", () => {
    const keyed: AccessRules = { ...rules, tokens: { ...rules.tokens!, keyHeader: "x-key" } };
    const key = "0123456789abcdef";
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    expect(refusalOf(keyed, { "x-key": key })).toBeUndefined();
    expect(refusalOf(keyed, { "x-key": key, ...bearer(key) })).toBeUndefined();
    expect(refusalOf(keyed, { "x-key": "", ...bearer(key) })).toBeUndefined();
    expect(refusalOf(keyed, { "x-key": key, authorization: "Basic abc" })).toBeUndefined();
    expect(refusalOf(rules, { "x-key": key })?.message).toBe("a bearer token is needed");
    expect(refusalOf(keyed, { "x-key": "" })?.message).toBe("a bearer token is needed");
    expect(refusalOf(keyed, { "x-key": `${key}0` })?.message).toBe("this is not the token");
    // Each by itself is a token.
    for (const headers of [
      { "x-key": key, ...bearer("fedcba9876543210") },
      { "x-key": "wrong", ...bearer(key) },
      { "x-key": key, ...bearer("wrong") },
    ]) {
      const refusal = refusalOf(keyed, headers);
      expect([refusal?.status, refusal?.message]).toEqual([
        401,
        "the bearer token and x-key contradict each other",
      ]);
      expect(refusal?.headers).toEqual({ "www-authenticate": 'Bearer realm="the vault"' });
    }
  });

  test("are compared whole, and the refusal names the realm", () => {
    expect(refusalOf(rules, { authorization: "Bearer 0123456789abcdef" })).toBeUndefined();
    for (const [authorization, problem] of [
      ["", "a bearer token is needed"],
      ["Basic 0123456789abcdef", "a bearer token is needed"],
      ["Bearer 0123456789abcde", "this is not the token"],
      ["Bearer 0123456789abcdef0", "this is not the token"],
    ] as const) {
      const refusal = refusalOf(rules, { authorization });
      expect([refusal?.status, refusal?.message]).toEqual([401, problem]);
      expect(refusal?.headers).toEqual({ "www-authenticate": 'Bearer realm="the vault"' });
    }
  });

  test("tell who it is, and what that one may do", () => {
    const caller = accessOf(rules).caller(
      new Request("http://localhost/", { headers: { authorization: "Bearer fedcba9876543210" } }),
    );
    expect(caller.name).toBe("writer");
    expect(["read", "write", "scan"].map((scope) => may(caller, scope))).toEqual([false, true, true]);
    expect(JSON.stringify(caller)).not.toContain("fedcba");
  });

  test("everybody may do everything where there are none", () => {
    const caller = accessOf(OPEN).caller(new Request("http://localhost/"));
    expect([caller.name, may(caller, "write")]).toEqual(["local", true]);
  });

  test("a WebSocket may bring its token as a subprotocol, and no other request", () => {
    const protocol = `vault.bearer.${Buffer.from("0123456789abcdef").toString("base64url")}`;
    const headers = { "sec-websocket-protocol": `vault.events, ${protocol}` };
    expect(refusalOf(rules, { ...headers, upgrade: "WebSocket" })).toBeUndefined();
    expect(refusalOf(rules, headers)?.status).toBe(401);
    const wrong = { "sec-websocket-protocol": `${protocol}0`, upgrade: "websocket" };
    expect(refusalOf(rules, wrong)?.message).toBe("this is not the token");
  });
});

test("hosts: of this machine alone, where that is the rule", () => {
  const rules: AccessRules = { ...OPEN, hosts: "loopback" };
  expect(refusalOf(rules, { host: "[::1]:80" })).toBeUndefined();
  expect(refusalOf(rules, { host: "evil.example" })?.status).toBe(403);
  for (const host of ["127.0.0.1", "::1", "localhost"]) expect(isLoopback(host)).toBe(true);
  for (const host of ["0.0.0.0", "::", "127.0.0.1.example.org"]) expect(isLoopback(host)).toBe(false);
});

describe("guarded handlers", () => {
  const app = createRouter({
    errors: jsonErrors((error) => ({ error })),
    headers: () => ({}),
    notFound: "",
    report() {},
  });
  const tokens = [
    { name: "reader", token: "0123456789abcdef", scopes: new Set(["read"]) },
    { name: "all", token: "fedcba9876543210" },
  ];
  const guard = accessGuard({ hosts: "loopback", origins: [], tokens: { tokens, realm: "r" } });
  const calls: string[] = [];
  const note = (path: string) => (c: Context, caller: Caller) => {
    calls.push(`${path} by ${caller.name}`);
    return c.text("in");
  };
  app.get("/read", guard("read", note("/read")));
  app.get("/write", guard("write", note("/write")));
  app.get("/any", guard(ANY_TOKEN, note("/any")));
  app.get("/none", guard(NO_TOKEN, note("/none")));

  async function statusOf(path: string, token?: string, more: Record<string, string> = {}): Promise<number> {
    const authorization: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await app.request(path, { headers: { ...authorization, ...more } })).status;
  }

  test("are called for those who may, and not for others", async () => {
    calls.length = 0;
    for (const path of ["/read", "/write", "/any", "/none"]) {
      const statuses = [
        await statusOf(path),
        await statusOf(path, "0123456789abcdef"),
        await statusOf(path, "fedcba9876543210"),
      ];
      const wanted = {
        "/read": [401, 200, 200],
        "/write": [401, 403, 200],
        "/any": [401, 200, 200],
        "/none": [200, 200, 200],
      };
      expect(statuses, path).toEqual(wanted[path as keyof typeof wanted]);
    }
    expect(calls).toEqual([
      ...["/read by reader", "/read by all", "/write by all", "/any by reader", "/any by all"],
      ...["/none by local", "/none by local", "/none by local"],
    ]);
  });

  test("are not called across web sites and by other names, where no token is asked for either", async () => {
    calls.length = 0;
    for (const path of ["/none", "/read"]) {
      expect(await statusOf(path, "fedcba9876543210", { origin: "https://evil.example" })).toBe(403);
      expect(await statusOf(path, "fedcba9876543210", { host: "evil.example" })).toBe(403);
    }
    expect(calls).toEqual([]);
  });

  test("the refusal of a scope names it", async () => {
    const response = await app.request("/write", { headers: { authorization: "Bearer 0123456789abcdef" } });
    expect(await response.json()).toEqual({ error: "the token reader has not the scope write" });
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope", scope="write"');
  });
});
