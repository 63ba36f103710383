/** The page's files, as `addPage` serves them. */
import type { PageFile } from "#kit/http/page.ts";

/**
 * Gives the files of the page. From source they are made when something of them has changed, which takes a second or two; the program
 * carries them, and has another module in place of this one (make/page.ts).
 */
export async function openPage(): Promise<readonly PageFile[]> {
  const { pageFromSource } = await import("../../../make/page.ts");
  return pageFromSource();
}
