/** The system's Chromium, and a page in it that records what went wrong. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** Undefined if there is none. */
export const BROWSER: string | undefined =
  NAMES.map((name) => Bun.which(name)).find((path) => path !== null) ??
  (existsSync(MAC_CHROME) ? MAC_CHROME : undefined);

export function launchBrowser(): Promise<Browser> {
  if (BROWSER === undefined) throw new Error("no Chromium is installed");
  // It shows only pages of this repository, also as root and in containers, where its sandbox does not work and /dev/shm is small.
  return chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, uncaught exceptions, violations of the content security policy. */
  readonly problems: string[];
  /** Origins of all requests, answered or not. */
  readonly origins: Set<string>;
}

export interface PageLook {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
  readonly reducedMotion?: "reduce" | "no-preference";
}

export async function openPage(browser: Browser, url: string, look: PageLook = {}): Promise<WatchedPage> {
  const { width = 1280, colorScheme = "light", reducedMotion = "no-preference" } = look;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion });
  const problems: string[] = [];
  const origins = new Set<string>();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (origin !== "null") origins.add(origin); // data: has none
  });
  await page.goto(url);
  return { page, problems, origins };
}
