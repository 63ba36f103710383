/**
 * Fits the terminal library `@opentui/core` into a binary. Its native half comes as one npm package a target; the one of the
 * binary's target goes in, whatever machine builds it. Its parsers of programming languages, 3 MB, stay out.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "#kit/files/replace-file.ts";
import { ROOT } from "#kit/make/checkout.ts";
import { withoutDebugInformation } from "#kit/make/elf.ts";
import { lockedPackage, packageFile } from "#kit/make/package-lock.ts";
import type { Fitting } from "#kit/make/recipe.ts";
import { libraryFile, type Target } from "#kit/native/target.ts";

export async function terminalLibrary(target: Target): Promise<Fitting> {
  const name = `@opentui/core-${target}`;
  if (!lockedPackage(name)) return { plugin: withoutTerminalLibrary(target), packages: [] };
  const path = await shipped(target, await packageFile(name, nativeFile(target)));
  const plugin = replacing([
    {
      filter: /\/native-half\.ts$/,
      contents: `import path from ${JSON.stringify(path)} with { type: "file" };
export const embeddedHalf = path;`,
    },
    // By these the library would find its native half itself, and files that only syntax highlighting opens.
    {
      filter:
        /^@opentui\/core-|^@opentui\/core\/parser\.worker$|^web-tree-sitter\/tree-sitter\.wasm$|^\.\/assets\/.*\.(scm|wasm)$/,
      contents: `export default "";`,
    },
  ]);
  return { plugin, packages: [`node_modules/${name}`] };
}

/** Makes every import of the library throw. CommonJS, so that the names imported from it need not be listed. */
export function withoutTerminalLibrary(target: Target): Bun.BunPlugin {
  return replacing([
    {
      filter: /^@opentui\/core$/,
      contents: `const { EntropyError } = require(${JSON.stringify(join(ROOT, "src", "errors.ts"))});
throw new EntropyError("native", "the terminal library does not exist for ${target}", {
  hints: ["the command pool shows the same figures, once or as --json"],
});
module.exports = {};`,
    },
  ]);
}

interface Replacement {
  /** Matches what an import names. */
  readonly filter: RegExp;
  /** JavaScript that takes its place. */
  readonly contents: string;
}

function replacing(replacements: readonly Replacement[]): Bun.BunPlugin {
  return {
    name: "terminal library",
    setup(build) {
      for (const [i, { filter, contents }] of replacements.entries()) {
        const namespace = `terminal-library-${i}`;
        build.onResolve({ filter }, ({ path }) => ({ path, namespace }));
        build.onLoad({ filter: /.*/, namespace }, () => ({ loader: "js", contents }));
      }
    },
  };
}

function nativeFile(target: Target): string {
  return libraryFile("opentui", target);
}

/** Makes the copy that is fitted in. Three quarters of the Linux libraries are debug information. */
async function shipped(target: Target, library: string): Promise<string> {
  const folder = join(ROOT, "build", "terminal", target);
  const path = join(folder, nativeFile(target));
  mkdirSync(folder, { recursive: true });
  const content = readFileSync(library);
  replaceFile(path, target.startsWith("linux") ? withoutDebugInformation(content) : content);
  return path;
}
