/** The page, and how it is served. */
import type { PageFile } from "#kit/http/page.ts";
import page from "./dashboard/index.html";

/** The built program carries finished files; they are routes like all others. */
export const PAGE_FILES: readonly PageFile[] = (page.files ?? []) as readonly PageFile[];

/**
 * From source, an HTML import has no content that a handler could send, only a value for the `routes` of `Bun.serve`, which
 * bundles it when it is first asked for. It takes no headers.
 */
export const PAGE_BUNDLES: Readonly<Record<string, Bun.HTMLBundle>> | undefined = page.files
  ? undefined
  : { "/": page };
