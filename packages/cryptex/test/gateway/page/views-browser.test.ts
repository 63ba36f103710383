/** Every view, over a real scan, in light and dark and at several widths: nothing sticks out, nothing is unreadable, nobody else is asked. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { BROWSER, launchBrowser } from "../../../../../test/support/browser.ts";
import { newEntry } from "../../../src/dictionary/entry.ts";
import {
  expectNoOverflow,
  expectQuiet,
  goTo,
  openPlace,
  settled,
  violations,
} from "./support/page-browser.ts";
import { openPageGateway, type PageGateway } from "./support/page-gateway.ts";
import { MARKUP } from "./support/samples.ts";

if (!BROWSER)
  console.log("skipped: the gateway's page in a browser takes Chromium (Debian package chromium)");

describe.skipIf(!BROWSER)("each view", () => {
  let browser: Browser;
  let gateway: PageGateway;
  let places: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
    gateway = await openPageGateway();
    const { scans, journal, dictionary, gap, triggers } = gateway.services;
    const order = { root: "samples", paths: ["."], options: { explain: true, listClean: true } };
    const { id } = await scans.submit(order, { origin: "gateway" });
    await scans.ended(id);
    await gap.scan();
    dictionary.add(
      newEntry("Ember-Crc", {
        symbol: "crc_update",
        summary: MARKUP,
        pseudocode: "a\n\tb",
        deps: ["Ember-Pe"],
      }),
      { who: MARKUP },
    );
    dictionary.edit("Ember-Crc", { status: "in_progress", notes: ["one\ntwo"] }, { who: "bob" });
    dictionary.add(newEntry(`Hostile ${MARKUP}`, { tags: [MARKUP] }), { who: "mallory" });
    triggers!.add({ url: "https://hooks.example/a/very/long/address/".padEnd(300, "x") });
    const line = journal.read({ scan: id, types: ["match"], limit: 1 })[0]!.seq;
    places = [
      "/scans",
      "/scans/new",
      `/scans/${id}`,
      `/scans/${id}?line=${line}`,
      `/scans/${id}?kind=quarantine`,
      `/scans/${id}?kind=skip`,
      `/scans/${id}?kind=clean`,
      "/rules",
      "/rules/show/hostile_meta",
      "/rules/health",
      "/rules/sets",
      "/rules/validate",
      "/dictionary",
      "/dictionary/new",
      "/dictionary/entry/Ember-Crc",
      "/dictionary/entry/Ember-Crc/edit",
      "/dictionary/entry/Ember-Crc/history",
      `/dictionary/entry/${encodeURIComponent(`Hostile ${MARKUP}`)}`,
      "/gap",
      "/gap/src%2Fpe.c",
      "/engine",
      "/engine/triggers",
      "/nothing",
    ];
  });
  afterAll(async () => {
    await browser?.close();
    expect(gateway?.reported).toEqual([]);
    await gateway?.[Symbol.asyncDispose]();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [390, 800, 1600]) {
      test(`${colorScheme}, ${width} pixels wide`, async () => {
        const opened = await openPlace(browser, gateway.url, places[0]!, { colorScheme, width });
        const { page } = opened;
        for (const place of places) {
          await goTo(page, place);
          expect([place, ...(await violations(page))]).toEqual([place]);
          await expectNoOverflow(page);
        }
        expect(await page.evaluate("'intruder' in globalThis")).toBe(false);
        expectQuiet(opened, gateway.url);
        await page.close();
      });
    }
  }

  test("a reload keeps the place", async () => {
    const opened = await openPlace(browser, gateway.url, places[0]!);
    const { page } = opened;
    for (const place of places) {
      await goTo(page, place);
      const heading = await page.textContent("h1");
      await page.reload();
      await settled(page);
      expect(await page.textContent("h1")).toBe(heading);
      expect(await page.evaluate("location.hash")).toBe(`#${place}`);
    }
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("each has one heading of the first rank, and the title says the view", async () => {
    const { page } = await openPlace(browser, gateway.url, places[0]!);
    for (const place of places) {
      await goTo(page, place);
      expect([place, await page.locator("h1").count()]).toEqual([place, 1]);
    }
    await goTo(page, "/gap");
    expect(await page.title()).toBe("Gap · cryptex");
    await page.close();
  });
});
