import { describe, expect, test } from "bun:test";
import { type AccessRules, accessCheck, accessGuard, isLoopback } from "#kit/http/access.ts";
import { Refusal } from "#kit/http/refusal.ts";
import { createRouter } from "#kit/http/router.ts";

const OPEN: AccessRules = { hosts: "any", origins: "any" };

function refusalOf(rules: AccessRules, headers: Record<string, string>): Refusal | undefined {
  try {
    accessCheck(rules)(new Request("http://localhost:8000/x", { headers }));
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

describe("a token", () => {
  const rules: AccessRules = { ...OPEN, token: { token: "0123456789abcdef", realm: "the vault" } };

  test("is compared whole, and the refusal names the realm", () => {
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
});

test("hosts: of this machine alone, where that is the rule", () => {
  const rules: AccessRules = { ...OPEN, hosts: "loopback" };
  expect(refusalOf(rules, { host: "[::1]:80" })).toBeUndefined();
  expect(refusalOf(rules, { host: "evil.example" })?.status).toBe(403);
  for (const host of ["127.0.0.1", "::1", "localhost"]) expect(isLoopback(host)).toBe(true);
  for (const host of ["0.0.0.0", "::", "127.0.0.1.example.org"]) expect(isLoopback(host)).toBe(false);
});

test("a guarded handler is not called for a request that is refused", async () => {
  const app = createRouter({
    errorBody: (error) => ({ error }),
    headers: () => ({}),
    notFound: "",
    report() {},
  });
  const guard = accessGuard({ ...OPEN, token: { token: "0123456789abcdef", realm: "r" } });
  let calls = 0;
  app.get(
    "/",
    guard((c) => {
      calls += 1;
      return c.text("in");
    }),
  );
  expect([(await app.request("/")).status, calls]).toEqual([401, 0]);
  const headers = { authorization: "Bearer 0123456789abcdef" };
  expect([(await app.request("/", { headers })).status, calls]).toEqual([200, 1]);
});
