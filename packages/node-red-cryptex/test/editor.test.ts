/** The nodes in Node-RED's editor, in a browser: what a person sees who imports the examples and opens a node. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { BROWSER, launchBrowser, openPage } from "../../../test/support/browser.ts";
import source from "../package.json" with { type: "json" };
import { type FlowNode, MISSING, NodeRed } from "./support/node-red.ts";

const missing = MISSING ?? (BROWSER ? undefined : "no Chromium is installed");
if (missing) console.log(`skipped: the nodes in Node-RED's editor: ${missing}`);

const TYPES = Object.keys(source["node-red"].nodes);

describe.skipIf(missing !== undefined)("the editor", () => {
  let red: NodeRed;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    red = await NodeRed.start();
    const folder = join(import.meta.dir, "..", "examples");
    const flows = readdirSync(folder).map((name): FlowNode[] =>
      JSON.parse(readFileSync(join(folder, name), "utf8")),
    );
    await red.deploy(flows.flat());
    browser = await launchBrowser();
    ({ page, problems } = await openPage(browser, red.url));
    await page.waitForSelector(".red-ui-flow-node-group, .red-ui-flow-node");
  });
  afterAll(async () => {
    await browser?.close();
    await red[Symbol.asyncDispose]();
  });

  test("has them in a part of the palette of their own", async () => {
    const labels = page.locator("#red-ui-palette-cryptex .red-ui-palette-label");
    expect((await labels.allTextContents()).sort()).toEqual(["events", "gap", "lookup", "rules", "scan"]);
  });

  test("finds nothing wrong with the examples", async () => {
    const found = await page.evaluate(`RED.nodes.filterNodes({}).map(({ type, valid }) => [type, valid])`);
    const ours = (found as [string, boolean][]).filter(([type]) => TYPES.includes(type));
    expect(ours.length).toBeGreaterThanOrEqual(TYPES.length - 1);
    expect(ours.filter(([, valid]) => !valid)).toEqual([]);
  });

  for (const type of TYPES.filter((each) => each !== "cryptex-config")) {
    test(`opens ${type}, and takes what is typed`, async () => {
      await page.evaluate(`RED.editor.edit(RED.nodes.filterNodes({ type: "${type}" })[0])`);
      const name = page.locator("#node-input-name");
      await name.fill("mine");
      expect(await page.locator("#node-input-gateway option:checked").textContent()).toBe(
        "http://127.0.0.1:8043",
      );
      await page.locator("#node-dialog-ok").click();
      await name.waitFor({ state: "detached" });
      expect(await page.evaluate(`RED.nodes.filterNodes({ type: "${type}" })[0].name`)).toBe("mine");
    });
  }

  test("opens a gateway, and shows no token that it was given", async () => {
    await page.evaluate(
      `RED.editor.editConfig("", "cryptex-config", RED.nodes.filterNodes({ type: "cryptex-scan" })[0].gateway)`,
    );
    const token = page.locator("#node-config-input-token");
    await token.waitFor();
    expect(await token.getAttribute("type")).toBe("password");
    const url = page.locator("#node-config-input-url");
    await url.fill("nowhere");
    await url.blur();
    await page.locator("#node-config-input-url.input-error").waitFor();
    await page.locator("#node-config-dialog-cancel").click();
  });

  test("has complained of nothing", () => {
    expect(problems).toEqual([]);
  });
});
