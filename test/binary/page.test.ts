/** The page as the compiled program carries it, without and in a browser. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BROWSER, launchBrowser, openPage } from "../support/browser.ts";
import { requireBuiltProgram } from "../support/built-program.ts";

if (!BROWSER)
  console.log("skipped: the page of the program in a browser takes Chromium (Debian package chromium)");

/** ECharts is most of it. The server sends it as it is, to this machine or its neighbours. */
const MAX_SCRIPT_BYTES = 700_000;

/** For a machine that does other things as well. */
const PATIENCE_MS = 240_000;

let server: Bun.Subprocess<"ignore", "pipe", "inherit">;
let url: string;

beforeAll(async () => {
  server = Bun.spawn([requireBuiltProgram(), "server", "--port", "0", "--sources", "clock_jitter"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    env: {},
  });
  url = await announced(server.stdout);
});

afterAll(async () => {
  server.kill("SIGTERM");
  await server.exited;
});

/** The address in the line that it prints first. */
async function announced(stdout: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stdout) {
    text += decoder.decode(piece, { stream: true });
    const found = /listening on (http:\S+)\n/.exec(text)?.[1];
    if (found) return found;
  }
  throw new Error(`the server ended without listening: ${text}`);
}

describe("the page in the program", () => {
  test("comes with all that it needs, and headers that keep others out", async () => {
    const response = await fetch(url);
    expect(response.headers.get("content-type")).toBe("text/html;charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await response.text();
    const linked = [...html.matchAll(/<(?:script|link rel="stylesheet")[^>]+(?:src|href)="([^"]+)"/g)].map(
      (match) => match[1]!,
    );
    expect(linked.map((path) => path.split(".").at(-1)).sort()).toEqual(["css", "js"]);
    for (const path of linked) {
      expect(path).toStartWith("/");
      const file = await fetch(new URL(path, url));
      expect(file.status).toBe(200);
      expect(file.headers.get("content-type")).toMatch(/^text\/(javascript|css)/);
      const { byteLength } = await file.arrayBuffer();
      expect(byteLength).toBeGreaterThan(1_000);
      expect(byteLength).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
    }
  });

  test("keeps others out in its refusals, too", async () => {
    const response = await fetch(url, { method: "POST" });
    expect(response.status).toBe(405);
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });

  test.skipIf(!BROWSER)("shows the noise of this machine", async () => {
    const browser = await launchBrowser();
    try {
      const { page, problems, origins } = await openPage(browser, url);
      page.setDefaultTimeout(PATIENCE_MS);
      await page.waitForSelector("#connection[data-kind=live]");
      await page.waitForSelector("#trace-chart[aria-label*='samples from']");
      await page.waitForSelector("#words span");
      expect(await page.textContent("#mechanism")).not.toBe("");
      expect(problems).toEqual([]);
      expect([...origins]).toEqual([url]);
    } finally {
      await browser.close();
    }
  });
});
