/** The page as the compiled program carries it: served by `cryptex serve`, over a real scan. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BROWSER, launchBrowser } from "../../../../test/support/browser.ts";
import { requireBuiltProgram } from "../../../../test/support/built-program.ts";
import { expectQuiet, openPlace } from "../gateway/page/support/page-browser.ts";
import { WorkFolder } from "../support/program.ts";

if (!BROWSER)
  console.log("skipped: the page of the program in a browser takes Chromium (Debian package chromium)");

/** ECharts is most of it. The gateway sends it as it is, to this machine or its neighbours. */
const MAX_SCRIPT_BYTES = 900_000;

let folder: WorkFolder;
let server: Bun.Subprocess<"ignore", "pipe", "inherit">;
let url: string;

beforeAll(async () => {
  folder = new WorkFolder({
    "rules.yar": 'rule greeting : words { strings: $a = "hello" condition: $a }\n',
    "files/note.txt": "hello, world\n",
  });
  const roots = ["--root", `files=${folder.at("files")}`];
  const program = requireBuiltProgram("cryptex");
  server = Bun.spawn(
    [
      program,
      "serve",
      "--port",
      "0",
      "--rules",
      folder.at("rules.yar"),
      "--store",
      folder.at("store.db"),
      ...roots,
    ],
    {
      cwd: folder.path,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
      env: { HOME: folder.at("home") },
    },
  );
  url = await announced(server.stdout);
});
afterAll(async () => {
  server?.kill("SIGTERM");
  await server?.exited;
  folder?.[Symbol.dispose]();
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
  throw new Error(`the gateway ended without listening: ${text}`);
}

describe("the page in the program", () => {
  test("comes with all that it needs", async () => {
    const html = await (await fetch(url)).text();
    const names = [...html.matchAll(/<(?:script|link rel="stylesheet")[^>]+(?:src|href)="\.\/([^"]+)"/g)];
    expect(names.map((match) => match[1]).sort()).toEqual(["index.css", "index.js"]);
    for (const [, name] of names) {
      const file = await fetch(`${url}/${name}`);
      expect(file.status).toBe(200);
      expect(file.headers.get("content-security-policy")).toContain("default-src 'none'");
      const { byteLength } = await file.arrayBuffer();
      expect(byteLength).toBeGreaterThan(1_000);
      expect(byteLength).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
    }
  });

  test.skipIf(!BROWSER)("scans files of this machine, and shows why a rule matches", async () => {
    const browser = await launchBrowser();
    try {
      const opened = await openPlace(browser, url, "/scans/new");
      const { page } = opened;
      await page.getByRole("option", { name: "files" }).waitFor({ state: "attached" });
      await page.getByRole("button", { name: "Start the scan" }).click();
      await page
        .locator(".verdict", { hasText: "Complete: everything that was asked for was evaluated." })
        .waitFor();
      await page.getByRole("option", { name: /greeting .*note\.txt/ }).click();
      await page.getByRole("button", { name: "Explain" }).click();
      await page.locator("[data-state=true]").first().waitFor();
      expectQuiet(opened, url);
    } finally {
      await browser.close();
    }
  });
});
