import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BROWSER, launchBrowser, openPage } from "../../../../test/support/browser.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { CALM_EVENTS, HOSTILE_EVENTS, plainMatch } from "./hostile-events.ts";
import { written } from "./written.ts";

/** Elements and attributes of a page, as a parser of HTML sees them. */
function parsed(page: string): { elements: string[]; attributes: Set<string>; headings: string[] } {
  const elements: string[] = [];
  const attributes = new Set<string>();
  const headings: string[] = [];
  new HTMLRewriter()
    .on("*", {
      element(element) {
        elements.push(element.tagName);
        for (const [name] of element.attributes) attributes.add(name);
        if (/^h\d$/.test(element.tagName)) headings.push("");
      },
    })
    .on("h1, h2", {
      text({ text }) {
        headings.push((headings.pop() ?? "") + text);
      },
    })
    .transform(page);
  return { elements, attributes, headings };
}

describe("HTML", () => {
  const { out } = written("html", HOSTILE_EVENTS);

  test("hostile text makes no element and no attribute", () => {
    const { elements, attributes } = parsed(out);
    const known = [
      ..."html,head,meta,title,style,body,main,h1,h2,div,p,dl,dt,dd,small,code,b,br,ul,li,svg,rect".split(
        ",",
      ),
      ..."table,caption,thead,tbody,tr,th,td,figure,figcaption".split(","),
    ];
    expect(elements.filter((name) => !known.includes(name))).toEqual([]);
    for (const name of ["src", "href", "xlink:href", "onload", "onerror", "action"])
      expect(attributes).not.toContain(name);
    expect(out).not.toMatch(/https?:(?!\/\/example\.com)|url\(|@import/); // the one address is text of a rule
  });

  test("what was not evaluated stands before the matches", () => {
    const { headings } = parsed(out);
    expect(headings.slice(0, 3)).toEqual([
      "Scan report",
      "Rules not evaluated, or left out",
      "Files not evaluated",
    ]);
    expect(headings.indexOf("Matches")).toBeGreaterThan(3);
    expect(out.indexOf("Incomplete")).toBeLessThan(out.indexOf("<h2>"));
  });

  test("a calm scan says that all was evaluated, and has no empty tables", () => {
    const calm = written("html", CALM_EVENTS).out;
    expect(calm).toContain("Everything that was asked for was evaluated.");
    expect(parsed(calm).elements).not.toContain("table");
  });

  test("every table has a caption and headers with a scope", () => {
    const { elements } = parsed(out);
    const count = (name: string) => elements.filter((one) => one === name).length;
    expect(count("table")).toBeGreaterThan(5);
    expect(count("caption")).toBe(count("table"));
    expect(out.match(/<th(?! scope="col")(?=[ >])/g)).toBeNull();
  });

  test("its size is bounded, and it says how much is not shown", () => {
    const many = function* (): Generator<ScanEvent> {
      for (let i = 0; i < 20_000; i++) yield plainMatch({ path: `f${i}.x${i}` });
      for (let i = 0; i < 20_000; i++) yield { type: "skip", path: `s${i}`, reason: `reason ${i}` };
    };
    const page = written("html", [...many()]).out;
    expect(page.length).toBeLessThan(2_000_000);
    expect(page).toContain("1,000 of 20,000 are shown");
    expect(page).toContain("500 of 20,000 are shown");
    expect(page).toContain("Skipped: 20,000 (");
    expect(page).toContain("all others");
  });

  const name = `in a browser, light and dark: no error, no request, nothing wider than the screen${BROWSER ? "" : " (skipped: no Chromium)"}`;
  test.skipIf(BROWSER === undefined)(name, async () => {
    const folder = mkdtempSync(join(tmpdir(), "cryptex-html-"));
    const browser = await launchBrowser();
    try {
      const path = join(folder, "report.html");
      writeFileSync(path, out);
      for (const look of [
        { colorScheme: "light", width: 1280 },
        { colorScheme: "dark", width: 400 },
      ] as const) {
        const { page, problems, origins } = await openPage(browser, pathToFileURL(path).href, look);
        expect(problems).toEqual([]);
        expect([...origins].filter((origin) => origin !== "file://")).toEqual([]);
        const seen = (await page.evaluate(
          "({ wide: document.documentElement.scrollWidth - innerWidth, text: document.body.innerText, scripts: document.scripts.length })",
        )) as { wide: number; text: string; scripts: number };
        expect(seen.wide).toBeLessThanOrEqual(0);
        expect(seen.scripts).toBe(0);
        expect(seen.text).toContain("<script>alert(1)</script>");
        await page.keyboard.press("Tab");
        expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("region");
        await page.close();
      }
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  });
});
