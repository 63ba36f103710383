/** The page, and how it is served. */
import { type PageFile, pageHandlers } from "#kit/http/page.ts";
import type { Handler } from "#kit/http/router.ts";
import page from "./dashboard/index.html";

const BUNDLE_PATH = "/page";

/**
 * From source, an HTML import has no content that a handler could send, only a value for the `routes` of `Bun.serve`, which
 * bundles it when it is first asked for. It takes no headers, and any query: hence a path of its own, which `/` leads to.
 */
export const PAGE_BUNDLES: Readonly<Record<string, Bun.HTMLBundle>> | undefined = page.files
  ? undefined
  : { [BUNDLE_PATH]: page };

/** The handler of each path of the page. The built program carries finished files; they are routes like all others. */
export const PAGE: ReadonlyMap<string, Handler> = page.files
  ? pageHandlers(page.files as readonly PageFile[])
  : new Map([["/", (c) => c.redirect(BUNDLE_PATH)]]);
