/** The page, and how it is served. */
import { basename } from "node:path";
import type { Hono } from "hono";
import page from "./dashboard/index.html";

/** The policy that the page itself states in its head, and what only a header can say: no other page may frame it. */
export const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/** The built program carries finished files; they are routes like all others. */
export function addPage(app: Hono): void {
  for (const { path, loader, headers } of page.files ?? []) {
    const route = loader === "html" ? "/" : `/${basename(path)}`;
    const file = Bun.file(path);
    // Hono answers HEAD with the headers of GET alone, among which Bun has not put the length yet.
    const own = { ...headers, ...PAGE_HEADERS, "content-length": String(file.size) };
    app.get(route, () => new Response(file, { headers: own }));
  }
}

/**
 * From source, an HTML import has no content that a handler could send, only a value for the `routes` of `Bun.serve`, which
 * bundles it when it is first asked for. It takes no headers.
 */
export const PAGE_BUNDLES: Readonly<Record<string, Bun.HTMLBundle>> | undefined = page.files
  ? undefined
  : { "/": page };
