/** Rules, dictionary, gap report and triggers in the page: found, tried, changed, and changed by two at once. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { BROWSER, launchBrowser } from "../../../../../test/support/browser.ts";
import { newEntry } from "../../../src/dictionary/entry.ts";
import { expectQuiet, goTo, openPlace } from "./support/page-browser.ts";
import { openPageGateway, type PageGateway } from "./support/page-gateway.ts";
import { MARKUP } from "./support/samples.ts";

if (!BROWSER)
  console.log("skipped: rules and dictionary in the page take Chromium (Debian package chromium)");

describe.skipIf(!BROWSER)("the page", () => {
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

  test("finds rules as one types, by words, tags and modules", async () => {
    const opened = await openPlace(browser, gateway.url, "/rules");
    const { page } = opened;
    const asked: string[] = [];
    page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === "/rules") asked.push(searchParams.get("q") ?? "");
    });
    await page.getByLabel("Search rules").evaluate((field, text) => {
      const typed = field as unknown as { value: string };
      for (let end = 1; end <= text.length; end++) {
        typed.value = text.slice(0, end);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }, "private key");
    await page.getByText("1 rule", { exact: true }).waitFor();
    // Not once a letter.
    expect(asked).toEqual(["private key"]);
    await page.getByLabel("Search rules").fill("");
    await page.getByRole("button", { name: /^secret/ }).click();
    await page.getByText("2 rules", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^secret/ }).click();
    await page
      .getByRole("button", { name: /^hash 1/ })
      .last()
      .click();
    await page.getByRole("link", { name: "known_file" }).click();
    await page.getByRole("heading", { name: "Rule known_file" }).waitFor();
    expect(await page.textContent("pre.code")).toContain("hash.md5(0, filesize)");
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("explains a rule for a file of a root, and for one of this machine", async () => {
    const opened = await openPlace(browser, gateway.url, "/rules/show/greeting");
    const { page } = opened;
    const verdict = page.locator(".explanation .badge").first();
    await page.getByLabel("Path below it").fill("note.txt");
    await page.getByRole("button", { name: "Explain" }).click();
    await verdict.waitFor();
    expect(await verdict.textContent()).toBe("match");
    await page.getByText("a file of this machine").click();
    await page.setInputFiles("input[type=file]", {
      name: `${MARKUP}.txt`,
      mimeType: "text/plain",
      buffer: Buffer.from("nothing"),
    });
    await page.getByRole("button", { name: "Explain" }).click();
    await page.getByText("no match", { exact: true }).waitFor();
    await page.getByText("to match, 1 part would have to change", { exact: false }).waitFor();
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("validates a text, and leads from a finding to its line", async () => {
    const { page } = await openPlace(browser, gateway.url, "/rules/validate");
    const field = page.getByLabel("Text of rules");
    await field.fill("rule good { condition: true }\nrule bad { condition: and }\n");
    await page.getByRole("button", { name: "Validate" }).click();
    await page.getByText("Not valid:").waitFor();
    await page.getByRole("button", { name: "Line 2" }).first().click();
    const chosen =
      "(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))(document.activeElement)";
    expect(await page.evaluate<string>(chosen)).toBe("rule bad { condition: and }");
    await field.fill("rule good { condition: filesize > 3 }");
    await page.getByText("The text has changed since.").waitFor();
    await page.close();
  });

  test("adds an entry, shows hostile text as text, and removes it when that is confirmed", async () => {
    const opened = await openPlace(browser, gateway.url, "/dictionary");
    const { page } = opened;
    await page.keyboard.press("n");
    await page.getByLabel("Codename", { exact: true }).fill("Lamp-Open");
    await page.getByLabel("Summary").fill(MARKUP);
    await page.getByLabel("Symbol").fill("a\u202Eb");
    await page.getByLabel("Needs, a codename a line").fill("Lamp-Table\n");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Lamp-Open" }).waitFor();
    expect(gateway.services.dictionary.get("Lamp-Open")).toMatchObject({
      summary: MARKUP,
      deps: ["Lamp-Table"],
    });
    expect(await page.textContent(".summary")).toBe(MARKUP);
    expect(await page.locator(".escape").first().textContent()).toBe("\\u{202E}");
    await page.getByRole("button", { name: "Remove" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("is removed from the dictionary").waitFor();
    await page.keyboard.press("Escape");
    expect(gateway.services.dictionary.get("Lamp-Open")).toBeDefined();
    await page.getByRole("button", { name: "Remove" }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("heading", { name: "Dictionary" }).waitFor();
    expect(gateway.services.dictionary.get("Lamp-Open")).toBeUndefined();
    await goTo(page, "/dictionary/entry/Lamp-Open/history");
    expect(await page.textContent("main")).toContain("removed");
    expect(await page.evaluate("'intruder' in globalThis")).toBe(false);
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("brings two changes of one entry together, and overwrites neither", async () => {
    const { dictionary } = gateway.services;
    dictionary.add(newEntry("Lamp-Wick", { summary: "old", owner: "ann", risk: "low" }), { who: "ann" });
    const { page } = await openPlace(browser, gateway.url, "/dictionary/entry/Lamp-Wick/edit");
    await page.getByLabel("Summary").fill("mine");
    await page.getByLabel("Risk").fill("high");
    dictionary.edit("Lamp-Wick", { summary: "theirs", owner: "bob" }, { who: "bob" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Somebody has changed this entry meanwhile" }).waitFor();
    const summary = page.getByRole("group", { name: "summary" });
    expect((await summary.locator("pre").allTextContents()).slice(0, 2)).toEqual(["mine", "theirs"]);
    expect(await page.getByRole("group", { name: "owner" }).textContent()).toContain("theirs stands");
    expect(await page.getByRole("group", { name: "risk" }).textContent()).toContain("yours stands");
    await summary.getByLabel("theirs").check();
    await page.getByRole("button", { name: "Go on with this" }).click();
    expect(await page.getByLabel("Summary").inputValue()).toBe("theirs");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Lamp-Wick", exact: true }).waitFor();
    expect(dictionary.get("Lamp-Wick")).toMatchObject({
      summary: "theirs",
      owner: "bob",
      risk: "high",
      revision: 3,
    });
    await page.close();
  });

  test("keeps what was typed when the entry was removed meanwhile", async () => {
    const { dictionary } = gateway.services;
    dictionary.add(newEntry("Lamp-Oil"), { who: "ann" });
    const { page } = await openPlace(browser, gateway.url, "/dictionary/entry/Lamp-Oil/edit");
    await page.getByLabel("Summary").fill("kept");
    dictionary.remove("Lamp-Oil", { who: "bob" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Make it a new one" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Lamp-Oil", exact: true }).waitFor();
    expect(dictionary.get("Lamp-Oil")?.summary).toBe("kept");
    await page.close();
  });

  test("says of an entry that is shown that somebody has changed or removed it", async () => {
    const { dictionary } = gateway.services;
    dictionary.add(newEntry("Lamp-Shade", { summary: "first" }), { who: "ann" });
    const opened = await openPlace(browser, gateway.url, "/dictionary/entry/Lamp-Shade");
    const { page } = opened;
    await page.locator("[data-kind=live]").waitFor();
    dictionary.edit("Lamp-Shade", { summary: "second" }, { who: "bob" });
    await page.locator(".summary", { hasText: "second" }).waitFor();
    dictionary.remove("Lamp-Shade", { who: "bob" });
    await page.getByRole("alert").filter({ hasText: "bob has removed this entry" }).waitFor();
    expectQuiet(opened, gateway.url);
    await page.close();
  });

  test("a new entry of a name that is there leads to it", async () => {
    gateway.services.dictionary.add(newEntry("Lamp-Glass"), { who: "ann" });
    const { page } = await openPlace(browser, gateway.url, "/dictionary/new");
    await page.getByLabel("Codename", { exact: true }).fill("Lamp-Glass");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "Show the entry that is there" }).click();
    await page.getByRole("heading", { name: "Lamp-Glass", exact: true }).waitFor();
    await page.close();
  });

  test("makes the gap report, and sets owners and entries", async () => {
    const opened = await openPlace(browser, gateway.url, "/gap");
    const { page } = opened;
    await page.getByRole("button", { name: "Make the report" }).click();
    await page.getByText("25 % done, of 4 components").waitFor();
    const row = page.getByRole("row", { name: /src\/arena\.c/ });
    expect(await row.textContent()).toContain("perhaps");
    await row.getByRole("link").first().click();
    await page.getByText("They prove nothing", { exact: false }).waitFor();
    await page.getByLabel("Owner").fill("carol");
    await page.getByLabel("Codename of its entry").fill("Lamp-Glass");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("saved", { exact: true }).waitFor();
    const arena = gateway.services.gap
      .report()
      .components.find(({ component }) => component === "src/arena.c");
    expect(arena).toMatchObject({ responsible: "carol", linked_cryptex: "Lamp-Glass" });
    await page.getByRole("link", { name: "The report" }).click();
    await page.getByRole("row", { name: /src\/arena\.c .*carol/ }).waitFor();
    await page.getByText("As a table").waitFor();
    // The address of the component that is not there is answered 404 before the report is made.
    expect(opened.problems.filter((text) => !text.includes("404"))).toEqual([]);
    await page.close();
  });

  test("adds a trigger and shows its secret once, tests and removes it", async () => {
    const { page } = await openPlace(browser, gateway.url, "/engine/triggers");
    await page.getByLabel("Address").fill("https://hooks.example/in");
    await page.getByRole("button", { name: "Add it" }).click();
    await page.getByText("It is shown this once").waitFor();
    expect(await page.textContent("main")).toContain("made-here-0123456789");
    await page.getByRole("button", { name: "Test https://hooks.example/in" }).click();
    await page.getByText("delivered, answered 204", { exact: false }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Remove https://hooks.example/in" }).click();
    expect(await page.textContent("main")).not.toContain("made-here-0123456789");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("No triggers yet.").waitFor();
    expect(gateway.services.triggers!.list()).toEqual([]);
    await page.close();
  });

  test("shows engine, self tests, queue, readers and store", async () => {
    const opened = await openPlace(browser, gateway.url, "/engine");
    const { page } = opened;
    await page.getByText("The gateway and its store do their work.").waitFor();
    await page.getByText(/\d+ self tests passed/).waitFor();
    const text = (await page.textContent("main")) ?? "";
    for (const part of [
      "libyara 4.5.5",
      "Scans that wait",
      "Readers of events",
      "Threads of a scan",
      "samples, other",
    ])
      expect(text).toContain(part);
    expectQuiet(opened, gateway.url);
    await page.close();
  });
});
