/** The licences of the packages in a bundle, which require that their text goes with it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./checkout.ts";
import { lockEntries, packageFolder, packageName } from "./package-lock.ts";
import { type BinaryRecipe, homepage } from "./recipe.ts";

const RULE = `\n${"-".repeat(80)}\n\n`;

/**
 * Writes the text that goes with a binary: the product's licence, the runtime's, and those of the packages and other parts in it.
 * @param packages their folders in package-lock.json
 * @throws Error for a package that comes without a licence
 */
export async function programLicences(recipe: BinaryRecipe, packages: readonly string[]): Promise<string> {
  const runtimes = packages.filter(isRuntime);
  return [
    `${recipe.name} ${recipe.version}, ${homepage(recipe)}\n\n${readFileSync(join(ROOT, "LICENSE"), "utf8")}`,
    ...runtimes.map(runtimeLicence),
    ...componentLicences(recipe),
    await packageLicences(packages.filter((each) => !isRuntime(each))),
  ].join(RULE);
}

/** Writes each file of notices once, after the components that it is for. */
function componentLicences({ program: { components = [] } }: BinaryRecipe): string[] {
  const byFile = Map.groupBy(components, ({ notices }) => notices);
  return [...byFile].map(([notices, all]) => {
    const names = all.map(({ name, version }) => `${name} ${version}`).join(", ");
    return `${names}\n\n${readFileSync(join(ROOT, notices), "utf8")}`;
  });
}

/** Writes every licence and notice once, after the packages it belongs to. @throws Error for a package without any */
export async function packageLicences(packages: readonly string[]): Promise<string> {
  const packagesByText = new Map<string, Set<string>>();
  const entries = lockEntries();
  for (const each of packages) {
    const folder = await packageFolder(each);
    const names = readdirSync(folder).filter((name) => /^(licen[cs]e|notice)\b/i.test(name));
    if (names.length === 0) throw new Error(`${each} has no licence to go with the bundle`);
    for (const name of names.sort()) {
      const text = readFileSync(join(folder, name), "utf8").trim();
      const users = packagesByText.get(text) ?? new Set();
      packagesByText.set(text, users.add(`${packageName(each)} ${entries[each]!.version}`));
    }
  }
  return [...packagesByText].map(([text, users]) => `${[...users].join(", ")}\n\n${text}\n`).join(RULE);
}

function isRuntime(folder: string): boolean {
  return folder.startsWith("node_modules/@oven/bun-");
}

/** Bun's own packages carry no licence text. Its documentation, in the package of its types, lists what Bun links and the licences. */
const RUNTIME_DOCUMENT = join("node_modules", "bun-types", "docs", "project", "license.mdx");

function runtimeLicence(folder: string): string {
  const { version, license = "no licence stated" } = lockEntries()[folder]!;
  const documented = JSON.parse(
    readFileSync(join(ROOT, "node_modules", "bun-types", "package.json"), "utf8"),
  );
  const text = readFileSync(join(ROOT, RUNTIME_DOCUMENT), "utf8").replace(/^---\n[\s\S]*?\n---\n/, "");
  return `${packageName(folder)} ${version}, the runtime inside this program: ${license}

Its package has no licence text in it: https://github.com/oven-sh/bun/blob/bun-v${version}/LICENSE.md
What follows is the page "License" of Bun ${documented.version}'s documentation.

${text.trim()}
`;
}
