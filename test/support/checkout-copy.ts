/** Copies of the checkout, to build in. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { lockEntries } from "#kit/make/package-lock.ts";

const PACKAGES = "node_modules";
const LEFT_OUT = [PACKAGES, "build", "dist", ".git"];
/** Folders that the build keeps: every copy would make them anew. */
const KEPT = [join("build", "packages"), join("build", "zig")];

/**
 * Copies what is in the repository, and the packages that get into programs; names in a program depend on where those lie, which is not
 * where a link is (docs/BUN.md). What only builds it stays where it is.
 */
export function copyCheckout(to: string): void {
  cpSync(ROOT, to, { recursive: true, filter: (path) => !LEFT_OUT.includes(relative(ROOT, path)) });
  for (const folder of KEPT) {
    mkdirSync(join(ROOT, folder), { recursive: true });
    link(folder, to);
  }
  const copied = foldersOfPrograms();
  for (const folder of packageFolders()) {
    if (copied.has(folder)) cpSync(join(ROOT, folder), join(to, folder), { recursive: true });
    else link(folder, to);
  }
}

function link(path: string, to: string): void {
  mkdirSync(dirname(join(to, path)), { recursive: true });
  symlinkSync(join(ROOT, path), join(to, path));
}

function packageFolders(): string[] {
  return readdirSync(join(ROOT, PACKAGES)).flatMap((name) =>
    name.startsWith("@")
      ? readdirSync(join(ROOT, PACKAGES, name)).map((each) => join(PACKAGES, name, each))
      : [join(PACKAGES, name)],
  );
}

/** Lists the outermost folders with a package that is not for development alone. */
function foldersOfPrograms(): ReadonlySet<string> {
  const entries = Object.entries(lockEntries()).filter(([, { dev, link: isLink }]) => !dev && !isLink);
  return new Set(entries.flatMap(([folder]) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(folder)?.[0] ?? []));
}
