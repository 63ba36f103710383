/** The licences of other people's code that a bundle holds: they ask for their text to go with it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * One text: every licence and notice once, after the packages it belongs to.
 * @param files paths of what was bundled
 * @throws Error for a package that comes without a licence
 */
export function licencesOf(files: Iterable<string>): string {
  const packagesByText = new Map<string, Set<string>>();
  for (const folder of packageFolders(files)) {
    const names = readdirSync(folder).filter((name) => /^(licen[cs]e|notice)\b/i.test(name));
    if (names.length === 0) throw new Error(`${folder} has no licence to go with the bundle`);
    for (const name of names) {
      const text = readFileSync(join(folder, name), "utf8").trim();
      const packages = packagesByText.get(text) ?? new Set();
      packagesByText.set(text, packages.add(packageName(folder)));
    }
  }
  return [...packagesByText]
    .map(([text, packages]) => `${[...packages].join(", ")}\n\n${text}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}

/** The innermost package that each file belongs to, in alphabetical order. */
function packageFolders(files: Iterable<string>): string[] {
  const folders = [...files].map((file) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

function packageName(folder: string): string {
  return folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
}
