/** docs/BUN.md names only what there is. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const document = read("docs/BUN.md");

interface Row {
  readonly behaviour: string;
  readonly places: string;
  readonly file: string;
  readonly name: string;
}

/** The rows of a section. Its tests are in the file that it names first, unless a row has one of its own. */
function rowsOf(section: string): Row[] {
  const [, usual] = /^Tests: `([^`]+)`\.$/m.exec(section) ?? [];
  return [...section.matchAll(/^\| (?!Behaviour \|)(.+?) \| (.+?) \| (?:`([^`]+)` )?"([^"]+)" \|$/gm)].map(
    ([, behaviour, places, own, name]) => ({
      behaviour: behaviour!,
      places: places!,
      file: own ?? usual!,
      name: name!,
    }),
  );
}

const sections = document.split(/^## /m).slice(1);
const rows = sections.flatMap(rowsOf);

test("it is about the version that package.json names", () => {
  expect(document).toContain(`Bun ${manifest.devDependencies.bun} `);
});

test("every line of its tables is a row, with a test", () => {
  const lines = document.match(/^\| (?!Behaviour \|).*$/gm) ?? [];
  expect(lines.length).toBe(rows.length);
  expect(rows.length).toBeGreaterThan(40);
});

describe("every row", () => {
  for (const { behaviour, places, file, name } of rows) {
    test(behaviour, () => {
      const paths = [...places.matchAll(/`([^`]+\.(?:ts|mjs))`/g)].map(([, path]) => path!);
      if (places !== "the same") expect(paths).not.toBeEmpty();
      for (const path of paths) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
      const quoted = [`"${name}"`, `\`${name}\``];
      expect(quoted.some((each) => read(file).includes(each))).toBe(true);
    });
  }
});

test("every file of test/bun is one that it names", () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file !== "document.test.ts");
  for (const file of files) expect(document).toContain(`Tests: \`test/bun/${file}\`.`);
});
