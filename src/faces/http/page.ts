/** The page, and how it is served. */
import { basename } from "node:path";
import { Refusal, refuse } from "#kit/http/refusal.ts";
import page from "./dashboard/index.html";

/** What the page itself asks for in its head, and what only a header can say: no other page may frame it. */
const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

type Routes = Record<string, Bun.HTMLBundle | ((request: Request) => Response)>;

/**
 * For `Bun.serve`. The built program carries the finished files and sends them with headers of its own; from source, Bun
 * makes them when they are first asked for, and takes no headers.
 */
export function pageRoutes(): Routes {
  if (!page.files) return { "/": page };
  return Object.fromEntries(
    page.files.map(({ path, loader, headers }) => [
      loader === "html" ? "/" : `/${basename(path)}`,
      (request: Request) =>
        request.method === "GET" || request.method === "HEAD"
          ? new Response(Bun.file(path), { headers: { ...headers, ...PAGE_HEADERS } })
          : refuse(new Refusal(405, "the page is for GET and HEAD", { allow: "GET, HEAD" }), PAGE_HEADERS),
    ]),
  );
}
