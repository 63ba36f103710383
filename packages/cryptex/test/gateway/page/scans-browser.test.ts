/** Scans in the page: ordered, followed live, cut off and resumed, looked into, exported. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { BROWSER, launchBrowser } from "../../../../../test/support/browser.ts";
import type { ScanEvent } from "../../../src/scan-runner/events.ts";
import { END, matchOf, START } from "../support/fake-services.ts";
import { expectQuiet, openPlace, settled } from "./support/page-browser.ts";
import { openPageGateway, type PageGateway } from "./support/page-gateway.ts";

if (!BROWSER) console.log("skipped: scans in the page take Chromium (Debian package chromium)");

describe.skipIf(!BROWSER)("scans", () => {
  let browser: Browser;
  let gateway: PageGateway;

  beforeAll(async () => {
    browser = await launchBrowser();
    gateway = await openPageGateway();
  });
  afterAll(async () => {
    await browser?.close();
    expect(gateway?.reported).toEqual([]);
    await gateway?.[Symbol.asyncDispose]();
  });

  /** Number beside a kind of lines. */
  const tile = (page: Page, title: string) =>
    page.getByRole("navigation", { name: "Kinds of lines" }).getByRole("link", { name: title }).locator("b");
  const live = (page: Page) => page.locator("[data-kind=live]").waitFor();

  /** A scan as another program would write it down. */
  function written(lines: readonly ScanEvent[]): string {
    const { journal } = gateway.services;
    const { id } = journal.create({ origin: "elsewhere", state: "running" });
    journal.append(id, [START, ...lines]);
    return id;
  }
  const matches = (count: number, from = 0): ScanEvent[] =>
    Array.from({ length: count }, (_, at) => matchOf(`folder/${String(from + at).padStart(5, "0")}.bin`));

  test("one is ordered, runs, and says that it is not complete, and why", async () => {
    const opened = await openPlace(browser, gateway.url, "/scans/new");
    const { page } = opened;
    await page.getByLabel("Paths below the root").fill("keys\nnote.txt");
    await page.getByRole("button", { name: "Start the scan" }).click();
    await page.locator(".verdict", { hasText: "Incomplete" }).waitFor();
    expect(await page.textContent(".verdict")).toContain("2 rules that were not evaluated");
    expect(await page.textContent("h1")).toBe("Scan of samples: keys, note.txt");
    expect(await tile(page, "Matches").textContent()).toBe("4");
    expect(await tile(page, "Rules not evaluated").textContent()).toBe("2");
    await tile(page, "Rules not evaluated").click();
    await page.getByRole("option", { name: /typo .*rules\/words.yar:9/ }).waitFor();
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("what cannot be scanned is refused in the form", async () => {
    const opened = await openPlace(browser, gateway.url, "/scans/new");
    const { page } = opened;
    await page.getByLabel("Paths below the root").fill("../secret");
    await page.getByRole("button", { name: "Start the scan" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toContain("no such path below the root samples");
    await page.close();
  });

  test("a match is shown whole, and explained by signs and words", async () => {
    const { id } = await gateway.services.scans.submit(
      { root: "samples", paths: ["keys/old.key"] },
      { origin: "gateway" },
    );
    await gateway.services.scans.ended(id);
    const opened = await openPlace(browser, gateway.url, `/scans/${id}`);
    const { page } = opened;
    await page.getByRole("option", { name: /private_key/ }).click();
    const detail = page.getByRole("region", { name: "Chosen line" });
    await detail.getByRole("heading", { name: "private_key" }).waitFor();
    const text = (await detail.textContent()) ?? "";
    for (const part of [
      "keys/old.key",
      "$pem",
      "-----BEGIN PRIVATE KEY-----",
      "28 bytes",
      "A private key in PEM",
    ])
      expect(text).toContain(part);
    await detail.getByRole("button", { name: "Explain" }).click();
    await detail.locator("[data-state=true]").first().waitFor();
    expect((await detail.locator("[data-state]").allTextContents()).map((each) => each.trim())).toEqual([
      ...["✓ true", "✓ true", "✓ true", "✗ false", "✓ true"],
    ]);
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("lines come while they are written, and a reload keeps filters and choice", async () => {
    const { journal } = gateway.services;
    const id = written(matches(3));
    const opened = await openPlace(browser, gateway.url, `/scans/${id}`);
    const { page } = opened;
    await live(page);
    await page.getByText("Running: what is here is not all.").waitFor();
    expect(await tile(page, "Matches").textContent()).toBe("3");
    journal.append(id, [
      ...matches(2, 3),
      { type: "error", path: "folder/locked", reason: "permission denied" },
      { type: "skip", path: "folder/link", reason: "symbolic link" },
    ]);
    await page.locator("b", { hasText: /^5$/ }).waitFor();
    expect(await tile(page, "Errors").textContent()).toBe("1");
    expect(await tile(page, "Skipped").textContent()).toBe("1");
    await page.getByPlaceholder("Path").fill("0000");
    await page.getByRole("option", { name: /00004.bin/ }).click();
    const hash = await page.evaluate<string>("location.hash");
    await page.reload();
    await settled(page);
    expect(await page.evaluate<string>("location.hash")).toBe(hash);
    expect(await page.getByPlaceholder("Path").inputValue()).toBe("0000");
    await page.getByRole("option", { name: /00004.bin/, selected: true }).waitFor();
    journal.append(id, [{ ...END, complete: false } as ScanEvent]);
    await page.locator(".verdict", { hasText: "Incomplete" }).waitFor();
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("a connection that is cut goes on where it was: none is missed, none comes twice", async () => {
    const { journal } = gateway.services;
    const id = written(matches(100));
    const { page } = await openPlace(browser, gateway.url, `/scans/${id}`);
    await live(page);
    for (let round = 1; round <= 3; round++) {
      await gateway.cut();
      await page.locator("[data-kind=lost]").waitFor();
      journal.append(id, matches(100, 100 * round));
      await gateway.back();
      await live(page);
      await page.locator("b", { hasText: new RegExp(`^${100 * (round + 1)}$`) }).waitFor();
    }
    // All of them, each once, in order.
    await page.getByRole("listbox").press("End");
    await page.getByRole("option", { name: /00399.bin/, selected: true }).waitFor();
    const last = page.getByRole("option", { name: /00399.bin/ });
    expect([await last.getAttribute("aria-posinset"), await last.getAttribute("aria-setsize")]).toEqual([
      ...["400", "400"],
    ]);
    await page.close();
  });

  test("ten thousand lines are listed by a page of a few hundred elements, which hears keys meanwhile", async () => {
    const { journal } = gateway.services;
    const id = written([]);
    const opened = await openPlace(browser, gateway.url, `/scans/${id}`);
    const { page } = opened;
    await live(page);
    const before = await page.evaluate<number>("document.querySelectorAll('*').length");
    // Frames of the screen that are drawn until all lines are there.
    await page.evaluate(
      "globalThis.frames_ = 0; (function count() { frames_++; requestAnimationFrame(count) })()",
    );
    for (let at = 0; at < 10_000; at += 500) journal.append(id, matches(500, at));
    await page.locator("b", { hasText: /^10,000$/ }).waitFor();
    expect(await page.evaluate<number>("frames_")).toBeGreaterThan(5);
    const elements = await page.evaluate<number>("document.querySelectorAll('*').length");
    expect(elements - before).toBeLessThan(1_000);
    expect(await page.getByRole("option").count()).toBeLessThan(200);
    const list = page.getByRole("listbox");
    await list.press("End");
    await page.getByRole("option", { name: /09999.bin/, selected: true }).waitFor();
    await list.press("Home");
    await list.press("ArrowDown");
    await page.getByRole("option", { name: /00001.bin/, selected: true }).waitFor();
    await list.press("Enter");
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Chosen line");
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("all lines are exported", async () => {
    const id = written(matches(2_500));
    gateway.services.journal.append(id, [END]);
    const { page } = await openPlace(browser, gateway.url, `/scans/${id}`);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`scan-${id}.ndjson`);
    const lines = readFileSync((await file.path())!, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ type }) => type === "match")).toHaveLength(2_500);
    expect(lines.at(-1)).toMatchObject({ type: "scan", state: "done" });
    expect(lines.some(({ type, complete }) => type === "end" && complete === true)).toBe(true);
    await page.close();
  });

  test("the list follows states, and a scan is cancelled from it", async () => {
    const { page } = await openPlace(browser, gateway.url, "/scans?state=waiting,running");
    await live(page);
    gateway.services.journal.create({
      origin: "gateway",
      state: "waiting",
      request: { root: "samples", paths: ["new"] },
    });
    const row = page.getByRole("row", { name: /samples: new/ });
    await row.waitFor();
    expect(await row.textContent()).toContain("waiting");
    await row.getByRole("button", { name: /Cancel/ }).click();
    await row.waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Broken off" }).click();
    await row.waitFor();
    expect(await row.textContent()).toContain("not whole");
    await page.close();
  });
});
