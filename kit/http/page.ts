/** Serves a page and its files: to anybody, since there are no secrets in it. */
import { basename } from "node:path";
import type { Hono } from "hono";
import { readCarried } from "../files/carried-file.ts";
import { unlessKnown } from "./conditions.ts";
import type { HeaderFields } from "./refusal.ts";
import type { Handler } from "./router.ts";

/** Everything comes from the page's own server, and no other page may frame it. */
export const PAGE_HEADERS: HeaderFields = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/** A file of a page, as Bun lists those of a page that it has bundled. */
export interface PageFile {
  readonly path: string;
  /** `html` for the page itself, which is served at `/`; others are served by their names. */
  readonly loader: string;
  /** Its `content-type` and `etag`. */
  readonly headers: HeaderFields;
}

export function addPage(router: Hono, files: readonly PageFile[]): void {
  for (const [path, handler] of pageHandlers(files)) router.get(path, handler);
}

/** Gives the handler of each path of a page. */
export function pageHandlers(files: readonly PageFile[]): ReadonlyMap<string, Handler> {
  return new Map(
    files.map((file) => [file.loader === "html" ? "/" : `/${basename(file.path)}`, handlerOf(file)]),
  );
}

function handlerOf({ path, headers }: PageFile): Handler {
  // Read once: from source, another program may put a newer file in its place.
  const content = readCarried(path);
  // Hono answers HEAD with the headers of GET alone, among which Bun has not put the length yet.
  const all = { ...headers, ...PAGE_HEADERS, "content-length": String(content.length) };
  const answer = () => new Response(content, { headers: all });
  return ({ req }) => unlessKnown(req.raw, headers["etag"] ?? "", answer);
}
