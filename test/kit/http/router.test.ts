import { describe, expect, test } from "bun:test";
import { HTTPException } from "hono/http-exception";
import { type HeaderFields, jsonErrors, Refusal, tryLater } from "#kit/http/refusal.ts";
import { createRouter, methodsOf } from "#kit/http/router.ts";

function router() {
  const reported: unknown[] = [];
  const app = createRouter({
    errors: jsonErrors((problem) => ({ problem })),
    headers: (path): HeaderFields =>
      path.startsWith("/open/") ? { "access-control-allow-origin": "*" } : {},
    notFound: "nothing here",
    report: (error) => reported.push(error),
  });
  app.get("/open/item/:id", (c) => c.text(c.req.param("id") ?? ""));
  app.put("/open/item/:id", () => {
    throw new Refusal(409, "somebody else changed it", { etag: '"2"' });
  });
  app.get("/busy", () => Promise.reject(tryLater("too much to do", 1_001)));
  app.get("/thrown-by-hono", () => {
    throw new HTTPException(413, { message: "too large" });
  });
  app.get("/broken", () => {
    throw new Error("secret inside");
  });
  return { app, reported };
}

describe("answers that are not a handler's", () => {
  test("refusals have the product's shape, their own headers, and those of their path", async () => {
    const { app, reported } = router();
    const conflict = await app.request("/open/item/1", { method: "PUT" });
    expect([conflict.status, await conflict.json()]).toEqual([409, { problem: "somebody else changed it" }]);
    expect(conflict.headers.get("content-type")).toBe("application/json");
    expect(conflict.headers.get("etag")).toBe('"2"');
    expect(conflict.headers.get("access-control-allow-origin")).toBe("*");
    const busy = await app.request("/busy");
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(busy.headers.has("access-control-allow-origin")).toBe(false);
    const own = await app.request("/thrown-by-hono");
    expect([own.status, await own.json()]).toEqual([413, { problem: "too large" }]);
    expect(reported).toEqual([]);
  });

  test("other errors are reported, and answered without their inside", async () => {
    const { app, reported } = router();
    const response = await app.request("/broken");
    expect([response.status, await response.json()]).toEqual([500, { problem: "internal error" }]);
    expect(String(reported)).toContain("secret inside");
  });

  test("a client that has gone is not reported", async () => {
    const { app, reported } = router();
    await app.request("/broken", { signal: AbortSignal.abort() });
    expect(reported).toEqual([]);
  });

  test("unknown paths are 404; known ones with another method 405, with the methods that they have", async () => {
    const { app } = router();
    const unknown = await app.request("/open/item");
    expect([unknown.status, await unknown.json()]).toEqual([404, { problem: "nothing here" }]);
    for (const method of ["POST", "DELETE", "PROPFIND"]) {
      const response = await app.request("/open/item/1", { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, PUT"]);
      expect(await response.json()).toEqual({ problem: "/open/item/1 is for GET, HEAD, PUT" });
    }
    expect((await app.request("/busy", { method: "PUT" })).headers.get("allow")).toBe("GET, HEAD");
  });

  test("a middleware for all paths makes no path known", () => {
    const { app } = router();
    app.use((_, next) => next());
    expect(methodsOf(app, "/open/item/1")).toEqual(["GET", "HEAD", "PUT"]);
    expect(methodsOf(app, "/nothing")).toEqual([]);
  });
});
