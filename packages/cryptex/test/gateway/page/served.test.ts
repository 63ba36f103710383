/** The page as the gateway serves it: to anybody, with all that it needs, and with headers that keep others out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openPageGateway, type PageGateway } from "./support/page-gateway.ts";

let gateway: PageGateway;
beforeAll(async () => {
  const tokens = [{ name: "reader", token: "token-of-a-reader-0123", scopes: new Set(["read"]) }];
  gateway = await openPageGateway({ access: { tokens: { realm: "cryptex", tokens } } });
});
afterAll(async () => {
  expect(gateway.reported).toEqual([]);
  await gateway[Symbol.asyncDispose]();
});

/** The files that the page names. */
async function linked(): Promise<string[]> {
  const html = await (await fetch(gateway.url)).text();
  return [...html.matchAll(/<(?:script|link rel="stylesheet")[^>]+(?:src|href)="([^"]+)"/g)].map(
    (match) => match[1]!,
  );
}

describe("the page", () => {
  test("is served without a token, and the API is not", async () => {
    expect((await fetch(gateway.url)).status).toBe(200);
    expect((await fetch(`${gateway.url}/scans`)).status).toBe(401);
  });

  test("names one script and one style sheet, by addresses that a proxy may move", async () => {
    expect((await linked()).sort()).toEqual(["./index.css", "./index.js"]);
  });

  test("has nothing in its markup that its policy would have to let through", async () => {
    const html = await (await fetch(gateway.url)).text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:/i);
    // Nothing but names of formats has an address.
    expect([...html.matchAll(/https?:\/\/[^\s"'<)]+/g)].map(([address]) => address)).toEqual([
      "http://www.w3.org/2000/svg",
    ]);
  });

  test("lets in what is its own, and is framed by nobody", async () => {
    for (const path of ["./", ...(await linked())]) {
      const { status, headers } = await fetch(new URL(path, `${gateway.url}/`));
      expect(status).toBe(200);
      const policy = headers.get("content-security-policy") ?? "";
      for (const part of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
      ])
        expect(policy).toContain(part);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
  });

  test("is not sent again to who has it", async () => {
    for (const path of ["./", ...(await linked())]) {
      const address = new URL(path, `${gateway.url}/`);
      const etag = (await fetch(address)).headers.get("etag")!;
      const again = await fetch(address, { headers: { "if-none-match": etag } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
      const head = await fetch(address, { method: "HEAD" });
      expect(Number(head.headers.get("content-length"))).toBeGreaterThan(0);
    }
  });

  test("is for GET alone", async () => {
    const { status, headers } = await fetch(gateway.url, { method: "POST" });
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test("compiles no text to code and writes no markup of its own", async () => {
    const script = await (await fetch(`${gateway.url}/index.js`)).text();
    // Data become text nodes; the framework parses its own templates, which hold none.
    expect(script).not.toMatch(/\beval\(|document\.write|insertAdjacentHTML/);
  });
});
