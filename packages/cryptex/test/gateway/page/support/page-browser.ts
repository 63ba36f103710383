/** The page in Chromium: places, and checks that hold for each of them. What runs in the browser is text, for it has other types. */

import { expect } from "bun:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { openPage, type PageLook, type WatchedPage } from "../../../../../../test/support/browser.ts";

/** Long enough for a busy machine. */
export const PATIENCE_MS = 240_000;

/** Opens a place of the page. @param place behind the #, as "/scans" */
export async function openPlace(
  browser: Browser,
  url: string,
  place: string,
  look: PageLook = {},
): Promise<WatchedPage> {
  const opened = await openPage(browser, `${url}/#${place}`, look);
  opened.page.setDefaultTimeout(PATIENCE_MS);
  await settled(opened.page);
  return opened;
}

/** Goes to another place of the same page. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#${place}`)}`);
  await settled(page);
}

/** Waits until nothing is said to be loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector("main h1");
  const loading = page.locator("[role=status]").filter({ hasText: /^\s*(Loading|Reading|asking)/ });
  await loading.first().waitFor({ state: "detached" });
}

/** Lists violations of accessibility rules, as `rule: target`. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated by the debugger's protocol, which the content security policy lets through.
  await page.evaluate(axe.source);
  const found = await page.evaluate<string[]>(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => id + ": " + target.join(" ") + ": " + failureSummary)))`,
  );
  return found;
}

/** Nothing sticks out at the sides. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const widths = "(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.documentElement)";
  const [widest, width] = await page.evaluate<[number, number]>(widths);
  expect(widest).toBeLessThanOrEqual(width);
}

/** Nothing went wrong, and nobody else was asked. */
export function expectQuiet({ problems, origins }: WatchedPage, url: string): void {
  expect(problems).toEqual([]);
  expect([...origins]).toEqual([url]);
}
