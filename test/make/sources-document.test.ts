import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { sourcesDocument } from "../../make/sources-document.ts";
import { sources } from "../../src/sources/index.ts";
import { fakeSource } from "../support/fake-thread.ts";

describe("docs/SOURCES.md", () => {
  test("is what `npm run gen` would write", async () => {
    expect(readFileSync(join(ROOT, "docs", "SOURCES.md"), "utf8")).toBe(await sourcesDocument(sources));
  });

  test("describes every source, in the order of their ids", async () => {
    const loud = fakeSource(
      { id: "b_loud", mechanism: "Noise.", effects: ["microphone"], claim: 0.5 },
      () => 0,
    );
    loud.unavailable = "no ears";
    const plain = fakeSource({ id: "a_plain", unit: "ticks", claim: 1, coarseClaim: 0.5 }, () => 0);
    const text = await sourcesDocument([loud, plain]);
    expect(text.match(/^## .*/gm)).toEqual(["## a_plain", "## b_loud"]);
    expect(text).toContain(
      "| [a_plain](#a_plain) | clock | 1 M | 1, 0.5 with a 24 MHz counter | none | on |\n" +
        "| [b_loud](#b_loud) | clock | 1 M | 0.5 | microphone |  |\n",
    );
    expect(text).toContain("Noise.");
    expect(text).toContain('- Linux: not everywhere: "no ears"\n- macOS: not everywhere: "no ears"\n');
    expect(text).toContain("- Linux: everywhere\n- macOS: everywhere\n");
  });
});
