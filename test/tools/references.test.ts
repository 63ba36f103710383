import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { CHAPTERS, checkSource } from "../../src/evidence/package/requirements.ts";
import { CHECKS } from "../../tools/check.ts";
import { brokenReferences } from "../../tools/references.ts";
import { noisy } from "../evidence/fake-package.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-references-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("references of the checklist", () => {
  test("all lead somewhere, and the check of the project follows them", async () => {
    const requirements = CHAPTERS.flatMap((chapter) => chapter.requirements);
    const all = requirements.flatMap(({ references }) => references);
    expect(all.length).toBeGreaterThan(30);
    expect(brokenReferences(ROOT, all)).toEqual([]);
    expect(await CHECKS["references of the checklist"]!()).toEqual([]);
  });

  test("one to a file, a declaration or a heading that is gone is found", () => {
    writeFileSync(
      join(folder, "code.ts"),
      [
        'import { imported } from "./other.ts";',
        "export class Kept { member() {} }",
        "/** Mentions Gone. */",
        "export const value = imported, second = 1;",
        "function inside() { const local = 1; return local; }",
        "export type Shape = {}; interface Face {} enum Kind {}",
      ].join("\n"),
    );
    writeFileSync(join(folder, "text.md"), "# Title\n\nGone\n\n## A part\n");
    const good = ["Kept", "value", "second", "inside", "Shape", "Face", "Kind"].map(
      (name) => `code.ts#${name}`,
    );
    expect(brokenReferences(folder, [...good, "text.md#Title", "text.md#A part"])).toEqual([]);
    const bad = [
      ...["Gone", "imported", "member", "local"].map((name) => `code.ts#${name}`),
      ...["text.md#Gone", "none.ts#Kept", "code.ts", "code.ts#", "code.ts#Kept#member"],
    ];
    expect(brokenReferences(folder, bad)).toHaveLength(bad.length);
  });

  test("a requirement without a reference is not met, and says so", () => {
    const { info } = noisy("alpha", 1);
    const counts = { have: 1_000_000, wanted: 1_000_000 };
    const source = {
      info,
      state: "complete",
      hSubmitter: 1,
      samples: counts,
      restarts: { have: 1_000, wanted: 1_000, cols: 1_000 },
    } as const;
    const checked = checkSource(source).flatMap((chapter) => chapter.checked);
    const bare = checked.filter(({ references }) => references.length === 0);
    expect(bare.length).toBeGreaterThan(0);
    for (const { isMet, toWrite } of bare) expect([isMet, toWrite === undefined]).toEqual([false, false]);
    for (const { isMet, toWrite, fault } of checked) {
      if (toWrite !== undefined || fault !== undefined) expect(isMet).toBe(false);
    }
    expect(checked.find(({ section }) => section === "3.1.1, raw data")!.isMet).toBe(true);
  });
});
