/** The page in a real browser, over the real server and a pool of fake sources. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import {
  BROWSER,
  launchBrowser,
  openPage,
  type PageLook,
  type WatchedPage,
} from "../../../support/browser.ts";
import { type FakeSource, fakeNoise, fakeSource } from "../../../support/fake-thread.ts";
import { type PageServer, startPageServer } from "../../../support/page-server.ts";

if (!BROWSER) console.log("skipped: the page in a browser takes Chromium (Debian package chromium)");

/** Long enough for a busy machine. */
const PATIENCE_MS = 240_000;

/** Text that must stay text. */
const MARKUP = '<img src="http://localhost:1/x"> & more';

/** Three sources that work and one that does not. */
function fakeSources(): FakeSource[] {
  const clock = { id: "alpha", family: "clock", title: "First clock", mechanism: "Nobody knows." } as const;
  const memory = { id: "beta", family: "memory", title: "Some memory", mechanism: "Rows of it." } as const;
  const file = {
    id: "gamma",
    family: "file",
    title: "<b>A file</b>",
    mechanism: MARKUP,
    claim: 0.5,
  } as const;
  const radio = fakeSource({ id: "delta", family: "radio" }, fakeNoise(4));
  radio.unavailable = "there is no antenna";
  return [
    fakeSource(clock, fakeNoise(1)),
    fakeSource(memory, fakeNoise(2)),
    fakeSource(file, fakeNoise(3)),
    radio,
  ];
}

describe.skipIf(!BROWSER)("the page", () => {
  const sources = fakeSources();
  const watched: WatchedPage[] = [];
  let browser: Browser;
  let server: PageServer;

  beforeAll(async () => {
    browser = await launchBrowser();
    server = await startPageServer(sources);
  });
  afterEach(async () => {
    for (const { page } of watched.splice(0)) await page.close();
    expect(server.reported).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  async function open(look?: PageLook, url = server.url): Promise<WatchedPage> {
    const opened = await openPage(browser, url, look);
    opened.page.setDefaultTimeout(PATIENCE_MS);
    watched.push(opened);
    return opened;
  }

  async function openLive(look?: PageLook, url?: string): Promise<WatchedPage> {
    const opened = await open(look, url);
    await opened.page.waitForSelector("#connection[data-kind=live]");
    await opened.page.waitForSelector("tr[data-id=alpha][data-state=healthy]");
    return opened;
  }

  test("loads and moves, without errors and without asking anybody else", async () => {
    const { page, problems, origins } = await openLive();
    expect(await page.title()).toBe("esoteric-entropy");
    for (const id of ["credited-total", "uptime", "words"]) await changes(page, `#${id}`);
    await changes(page, "tr[data-id=alpha] td:nth-of-type(2)");
    expect(await page.textContent("tr[data-id=delta]")).toContain("there is no antenna");
    expect(["A", "B"]).toContain((await page.textContent("#grade"))!);
    expect(problems).toEqual([]);
    expect([...origins]).toEqual([server.url]);
  });

  test("its content security policy lets nothing in and nothing out", async () => {
    const { page, problems } = await openLive();
    const refused = await page.evaluate(async () => {
      const violated = new Promise<string>((resolve) =>
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective)),
      );
      const script = document.createElement("script");
      script.textContent = "globalThis.intruder = true";
      document.body.append(script);
      const elsewhere = await fetch("http://localhost:1/").catch(() => "refused");
      return { directive: await violated, intruder: "intruder" in globalThis, elsewhere };
    });
    expect(refused).toEqual({ directive: "script-src-elem", intruder: false, elsewhere: "refused" });
    expect(problems.some((text) => text.includes("connect-src"))).toBe(true);
  });

  test("a source that fails turns red, says why, and recovers", async () => {
    const { page, problems } = await openLive();
    await page.waitForSelector("tr[data-id=beta][data-state=healthy]");
    const colourBefore = await background(page, "tr[data-id=beta]");
    sources[1]!.next = () => 7;
    // Read in one go: a second later the source is tried again, and is no longer red.
    const failed = await page.waitForFunction(() => {
      const row = document.querySelector("tr[data-id=beta][data-state=failed]");
      return row && { row: row.textContent, filters: document.getElementById("filters")?.textContent };
    });
    expect((await failed.jsonValue())!.row).toMatch(
      /^betafailed the .* test: symbol 7 seen \d+ times .*failed/,
    );
    expect((await failed.jsonValue())!.filters).toContain("failed 1");
    await page.waitForFunction(() => {
      const row = document.querySelector("tr[data-id=beta][data-state=failed]");
      const [red, green, blue] = row ? getComputedStyle(row).backgroundColor.match(/\d+/g)!.map(Number) : [];
      return red! > green! + 20 && red! > blue! + 20;
    });
    await page.waitForSelector("#failures li:has-text('beta')");
    sources[1]!.next = fakeNoise(9);
    await page.waitForSelector("tr[data-id=beta][data-state=healthy]");
    expect(await background(page, "tr[data-id=beta]")).toEqual(colourBefore);
    expect(problems).toEqual([]);
  });

  test("after a failure and a reload: what was there before is shown again, and no rule of accessibility is broken", async () => {
    const { page, problems } = await openLive();
    sources[1]!.next = () => 7;
    await page.waitForSelector("#failures li:has-text('beta')");
    sources[1]!.next = fakeNoise(9);
    await page.waitForSelector("tr[data-id=beta][data-state=healthy]");
    await page.reload();
    await page.waitForSelector("#failures li:has-text('beta')");
    await drawn(page, "credit-chart", ["#31588f", "#d98d4f", "#3f8f86"]);
    expect(await page.isVisible("#no-failures")).toBe(false);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await noiseShown(page);
      expect(await violations(page)).toEqual([]);
    }
    expect(problems).toEqual([]);
  });

  test("claims have three digits, so that small ones can be told apart", async () => {
    const small = [0.009, 0.01, 0.015].map((claim, i) =>
      fakeSource({ id: `small${i}`, claim }, fakeNoise(20 + i)),
    );
    await using other = await startPageServer([fakeSources()[0]!, ...small]);
    const { page } = await openLive({}, other.url);
    const shown = await Promise.all(
      small.map(({ info }) => page.textContent(`tr[data-id=${info.id}] [data-label=claimed]`)),
    );
    expect(shown).toEqual(["0.009", "0.010", "0.015"]);
  });

  test("charts are drawn, and follow light and dark", async () => {
    const { page, problems } = await openLive({ colorScheme: "light" });
    await noiseShown(page);
    const charts = ["histogram-chart", "lag-chart", "trace-chart"];
    await drawn(page, "credit-chart", ["#31588f", "#d98d4f", "#3f8f86"]);
    for (const chart of charts) await drawn(page, chart, ["#31588f"]);
    const light = await background(page, "body");
    await page.emulateMedia({ colorScheme: "dark" });
    await drawn(page, "credit-chart", ["#86abdf", "#e5995c", "#5fb3a8"]);
    for (const chart of charts) await drawn(page, chart, ["#86abdf"]);
    const dark = await background(page, "body");
    expect(Math.min(...light)).toBeGreaterThan(200);
    expect(Math.max(...dark)).toBeLessThan(60);
    expect(problems).toEqual([]);
  });

  test("the keyboard alone is enough", async () => {
    const { page, problems } = await openLive();
    const isSelected = (id: string) => page.waitForSelector(`tr[data-id=${id}][aria-selected=true]:focus`);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("skip");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.matches("tr[data-id]"));
    await page.keyboard.press("Home");
    await isSelected("alpha");
    await page.keyboard.press("ArrowDown");
    await isSelected("beta");
    await page.waitForFunction(
      () => document.getElementById("selected-title")?.textContent === "Some memory",
    );
    expect(await page.textContent("#mechanism")).toBe("Rows of it.");
    await noiseShown(page);
    await page.keyboard.press("End");
    await isSelected("gamma");
    await page.waitForFunction(
      () => document.getElementById("selected-title")?.textContent === "<b>A file</b>",
    );
    expect(await page.textContent("#mechanism")).toBe(MARKUP);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline).toBe("solid");

    await page.focus("th[data-key=samplesPerSecond] button");
    await page.keyboard.press("Enter");
    await page.waitForSelector("th[data-key=samplesPerSecond][aria-sort=descending]");
    await page.waitForSelector("tbody tr:last-child[data-id=delta]");
    await page.focus("#filters input:checked");
    await page.keyboard.press("ArrowLeft"); // round to the last: unavailable
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    expect(await page.getAttribute("tbody tr", "data-id")).toBe("delta");
    expect(problems).toEqual([]);
  });

  test("output as hex, int and float", async () => {
    const { page, problems } = await openLive();
    const words = () => page.locator("#words span").allTextContents();
    const shape = { hex: /^[0-9a-f]{8}$/, int: /^\d{1,10}$/, float: /^0\.\d{16}$/ };
    await page.waitForSelector("#words span");
    for (const [format, count] of [
      ["hex", 16],
      ["int", 16],
      ["float", 8],
    ] as const) {
      await page.locator("#formats label", { hasText: format }).click();
      await page.waitForSelector(`#words[data-format=${format}]`);
      const shown = await words();
      expect(shown).toHaveLength(count);
      for (const word of shown) expect(word).toMatch(shape[format]);
      await changes(page, "#words");
    }
    expect(problems).toEqual([]);
  });

  test("asks for the token that the server wants", async () => {
    await using locked = await startPageServer(sources, { token: "correct-horse" });
    const { page } = await open({}, locked.url);
    await page.waitForSelector("#token-form:not([hidden])");
    await page.keyboard.type("wrong"); // the field has the focus
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.getElementById("connection")?.textContent?.includes("refused"));
    await page.keyboard.type("correct-horse");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#connection[data-kind=live]");
    expect(await page.isVisible("#token-form")).toBe(false);
    expect(await page.inputValue("#token")).toBe("");
    expect(
      await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length),
    ).toBe(0);
  });

  test("says that the server has gone, and comes back with it", async () => {
    await using first = await startPageServer(sources);
    const { page } = await openLive({}, first.url);
    await first[Symbol.asyncDispose]();
    await page.waitForSelector("#connection[data-kind=lost]");
    expect(await page.textContent("#connection")).toMatch(/^disconnected: .*; next try in \d+ s$/);
    expect(await page.isVisible("#retry")).toBe(true);
    expect(await page.isVisible("tr[data-id=alpha]")).toBe(true);
    // Another pool, without the source that was selected.
    await using _ = await startPageServer(sources.slice(1), { port: Number(new URL(first.url).port) });
    await page.waitForSelector("#connection[data-kind=live]");
    await page.waitForSelector("tr[data-id=alpha]", { state: "detached" });
    await noiseShown(page);
  });

  test.each([360, 768, 1920])("nothing sticks out at %d pixels", async (width) => {
    const { page, problems } = await openLive({ width, reducedMotion: "reduce" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const transition = await page.evaluate(
      () => getComputedStyle(document.getElementById("level-bar")!).transitionDuration,
    );
    expect(transition).toBe("0s");
    expect(problems).toEqual([]);
  });
});

/** Lists violations of accessibility rules, as `rule: target`. */
async function violations(page: Page): Promise<string[]> {
  // Evaluated by the debugger's protocol, which the content security policy lets through.
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ": " + target.join(" "))))`,
  );
}

async function noiseShown(page: Page): Promise<void> {
  await page.waitForSelector("#trace-chart[aria-label*='samples from']");
}

/** Waits until the text differs from the current one. */
async function changes(page: Page, selector: string): Promise<void> {
  const text = await page.textContent(selector);
  await page.waitForFunction(([where, before]) => document.querySelector(where!)?.textContent !== before, [
    selector,
    text,
  ] as const);
}

async function background(page: Page, selector: string): Promise<number[]> {
  const colour = await page.evaluate(
    (where) => getComputedStyle(document.querySelector(where)!).backgroundColor,
    selector,
  );
  return (colour.match(/[\d.]+/g) ?? []).map(Number);
}

/** Waits until the chart has a hundred pixels that are close to one of these colours. */
async function drawn(page: Page, chart: string, colours: readonly string[]): Promise<void> {
  await page.waitForFunction(
    ({ chart, colours }) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`#${chart} canvas`);
      if (!canvas || canvas.width === 0) return false;
      // From a copy: the browser warns of frequent reading from a canvas in use.
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", {
        willReadFrequently: true,
      })!;
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const wanted = colours.map((colour) =>
        [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)),
      );
      let close = 0;
      for (let i = 0; i < data.length; i += 4) {
        const isClose = ([red, green, blue]: number[]) =>
          Math.abs(data[i]! - red!) + Math.abs(data[i + 1]! - green!) + Math.abs(data[i + 2]! - blue!) < 40;
        if (data[i + 3]! > 100 && wanted.some(isClose)) close++;
      }
      return close >= 100;
    },
    { chart, colours },
  );
}
