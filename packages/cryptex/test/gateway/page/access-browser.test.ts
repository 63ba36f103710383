/** Who may use the page, and how: tokens and scopes, the keyboard alone, light and dark, and what its policy keeps out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { BROWSER, launchBrowser, openPage } from "../../../../../test/support/browser.ts";
import { newEntry } from "../../../src/dictionary/entry.ts";
import { goTo, openPlace, PATIENCE_MS, settled } from "./support/page-browser.ts";
import { openPageGateway, type PageGateway } from "./support/page-gateway.ts";

if (!BROWSER) console.log("skipped: tokens and keys in the page take Chromium (Debian package chromium)");

const TOKENS = ["read", "scan", "write"].map((scope) => ({
  name: `only-${scope}`,
  token: `token-to-${scope}-0123456789`,
  scopes: new Set([scope]),
}));
const READ = TOKENS[0]!.token;

describe.skipIf(!BROWSER)("a gateway with tokens", () => {
  let browser: Browser;
  let gateway: PageGateway;

  beforeAll(async () => {
    browser = await launchBrowser();
    const tokens = { realm: "cryptex", tokens: TOKENS };
    gateway = await openPageGateway({ access: { tokens } });
    gateway.services.dictionary.add(newEntry("Lamp"), { who: "ann" });
  });
  afterAll(async () => {
    await browser?.close();
    expect(gateway?.reported).toEqual([]);
    await gateway?.[Symbol.asyncDispose]();
  });

  async function unlock(page: Page, token: string): Promise<void> {
    const dialog = page.getByRole("dialog", { name: "This gateway asks for a token" });
    await dialog.waitFor();
    await page.keyboard.type(token); // the field has the focus
    await page.keyboard.press("Enter");
  }

  async function opened(place: string): Promise<Page> {
    const { page } = await openPage(browser, `${gateway.url}/#${place}`);
    page.setDefaultTimeout(PATIENCE_MS);
    return page;
  }

  test("is asked with the token that one gives, until the tab is closed", async () => {
    const page = await opened("/scans");
    await unlock(page, "wrong-token-0123456789");
    await page.getByText("does not know the token").waitFor();
    await page.keyboard.type(READ);
    await page.keyboard.press("Enter");
    await page.locator("[data-kind=live]").waitFor();
    await page.getByText("No scans yet", { exact: false }).waitFor();
    await page.reload();
    await page.locator("[data-kind=live]").waitFor();
    const kept = "[localStorage.length, document.cookie, Object.values(sessionStorage).join()]";
    expect(await page.evaluate<unknown>(kept)).toEqual([0, "", READ]);
    await page.getByRole("button", { name: "Forget token" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await page.evaluate<number>("sessionStorage.length")).toBe(0);
    await page.close();
  });

  test("names the scope that is missing where something was tried", async () => {
    const page = await opened("/scans/new");
    await unlock(page, READ);
    await page.getByRole("option", { name: "samples" }).waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Start the scan" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "Not allowed" });
    await alert.waitFor();
    expect(await alert.textContent()).toContain("the token only-read has not the scope scan");
    await goTo(page, "/dictionary/entry/Lamp/edit");
    await page.getByLabel("Summary").fill("typed");
    await page.getByRole("button", { name: "Save" }).click();
    await alert.waitFor();
    expect(await alert.textContent()).toContain("has not the scope write");
    // What was typed is not lost for another token.
    await page.getByRole("button", { name: "Use another token" }).click();
    await unlock(page, TOKENS[2]!.token);
    expect(await page.getByLabel("Summary").inputValue()).toBe("typed");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("the token only-write has not the scope read").first().waitFor();
    expect(gateway.services.dictionary.get("Lamp")?.summary).toBe("typed");
    await page.close();
  });
});

describe.skipIf(!BROWSER)("the page", () => {
  let browser: Browser;
  let gateway: PageGateway;

  beforeAll(async () => {
    browser = await launchBrowser();
    gateway = await openPageGateway({ withoutGap: true });
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.[Symbol.asyncDispose]();
  });

  const focused = (page: Page) => page.evaluate<string>("document.activeElement.textContent.trim()");

  test("is walked through by keys alone", async () => {
    const { page } = await openPlace(browser, gateway.url, "/scans");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Skip to the content");
    const outline = "getComputedStyle(document.activeElement).outlineStyle";
    expect(await page.evaluate<string>(outline)).toBe("solid");
    await page.keyboard.press("Enter");
    expect(await page.evaluate<string>("document.activeElement.id")).toBe("main");
    for (const [key, heading] of [
      ["r", "Rules"],
      ["d", "Dictionary"],
      ["e", "Engine and health"],
      ["s", "Scans"],
    ] as const) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
      // Whoever hears the page is told where it is now.
      await page.waitForSelector("h1:focus");
      expect(await focused(page)).toBe(heading);
    }
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.getByLabel("Search the dictionary").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("g r?");
    expect(await page.getByLabel("Search the dictionary").inputValue()).toBe("g r?");
    await page.close();
  });

  test("traps nobody: from the first element to the last, and out again", async () => {
    const { page } = await openPlace(browser, gateway.url, "/scans/new");
    await page.getByRole("option", { name: "samples" }).waitFor({ state: "attached" });
    const seen: string[] = [];
    const id = `(each => each === document.body ? "out" : String([...document.querySelectorAll("*")].indexOf(each)))(document.activeElement)`;
    for (let step = 0; step < 80; step++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate<string>(id);
      if (at === "out") break;
      seen.push(at);
    }
    const reachable = `document.querySelectorAll("main :is(a, button:enabled, input, select, textarea)").length`;
    expect(new Set(seen).size).toBeGreaterThanOrEqual(await page.evaluate<number>(reachable));
    await page.close();
  });

  test("lists its keys, and lets them be switched off", async () => {
    const { page } = await openPlace(browser, gateway.url, "/scans");
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await dialog.getByText("go to Dictionary").waitFor();
    await dialog.getByLabel("Keys of a single letter work").uncheck();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.keyboard.press("?");
    expect(await page.textContent("h1")).toBe("Scans");
    expect(await dialog.isVisible()).toBe(false);
    await page.close();
  });

  test("is light or dark as the system is, or as one chooses", async () => {
    const { page } = await openPlace(browser, gateway.url, "/scans", { colorScheme: "dark" });
    const brightness = async () => {
      const colour = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      return Math.max(...(colour.match(/\d+/g) ?? []).map(Number));
    };
    expect(await brightness()).toBeLessThan(60);
    await page.getByLabel("Colours").selectOption("light");
    expect(await brightness()).toBeGreaterThan(200);
    await page.reload();
    await settled(page);
    expect(await brightness()).toBeGreaterThan(200);
    await page.getByLabel("Colours").selectOption("system");
    await page.emulateMedia({ colorScheme: "light" });
    await page.waitForSelector("html[data-theme=light]");
    expect(await brightness()).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForSelector("html[data-theme=dark]");
    expect(await brightness()).toBeLessThan(60);
    await page.close();
  });

  test("moves nothing by itself", async () => {
    const { page } = await openPlace(browser, gateway.url, "/scans", { reducedMotion: "reduce" });
    expect(await page.evaluate<number>("document.getAnimations().length")).toBe(0);
    const moving = `[...document.querySelectorAll("*")].filter((each) => getComputedStyle(each).transitionDuration !== "0s").length`;
    expect(await page.evaluate<number>(moving)).toBe(0);
    await page.close();
  });

  test("lets no script of others in, and nothing out", async () => {
    const { page, problems } = await openPlace(browser, gateway.url, "/scans");
    const refused = await page.evaluate<unknown>(`(async () => {
      const violated = new Promise((resolve) => document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective)));
      const script = document.createElement("script");
      script.textContent = "globalThis.intruder = true";
      document.body.append(script);
      const elsewhere = await fetch("http://localhost:1/").catch(() => "refused");
      return [await violated, "intruder" in globalThis, elsewhere];
    })()`);
    expect(refused).toEqual(["script-src-elem", false, "refused"]);
    expect(problems.some((text) => text.includes("connect-src"))).toBe(true);
    await page.close();
  });

  test("says so where a gateway has no gap report", async () => {
    const { page } = await openPlace(browser, gateway.url, "/gap");
    await page.getByText("no gap root is set").waitFor();
    await page.getByRole("button", { name: "Make the report" }).click();
    await page.getByRole("alert").filter({ hasText: "no gap root is set" }).waitFor();
    await page.close();
  });

  test("says that the gateway has gone, and comes back with it", async () => {
    const { page } = await openPlace(browser, gateway.url, "/dictionary");
    await page.locator("[data-kind=live]").waitFor();
    await gateway.cut();
    await page.locator("[data-kind=lost]").waitFor();
    expect(await page.textContent("[data-kind]")).toMatch(/^disconnected: .*; next try in \d+ s\s*$/);
    await gateway.back();
    await page.locator("[data-kind=live]").waitFor();
    await page.close();
  });
});
