/** Builds of the native library that tests load: variants with test aids, and changed copies of c/. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNative, ROOT } from "#kit/make/native.ts";
import { hostTarget, isTarget, type Target } from "#kit/native/target.ts";

/** The compiler builds its own run-time library when it first meets a target: some 5 s, much more on a busy machine. */
export const COMPILE_TIMEOUT_MS = 300_000;

export function host(): Target {
  const target = hostTarget();
  if (!isTarget(target)) throw new Error(`${target} is not supported`);
  return target;
}

const header = readFileSync(join(ROOT, "c", "ee.h"), "utf8");

/** Sources with a native kernel: what c/ee.h declares as one. */
export const kernelIds = [...header.matchAll(/^EE_EXPORT ee_kernel ee_(\w+);$/gm)].map((match) => match[1]!);

/** All that c/ee.h exports. */
export const exportedNames = [...header.matchAll(/^EE_EXPORT .*?\b(ee_(?!kernel\b)\w+)(?:\(.*\))?;$/gm)]
  .map((match) => match[1]!)
  .sort();

/** The host's library with macros defined. Kept in build/native between runs. */
export function hostLibrary(...defines: string[]): Promise<string> {
  return buildNative({ target: host(), defines });
}

/** A folder with a copy of c/ that a test may change, removed when disposed of. */
export function copyOfC(): { readonly root: string; readonly c: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  cpSync(join(ROOT, "c"), join(root, "c"), { recursive: true });
  return {
    root,
    c: join(root, "c"),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function kernelFiles(): string[] {
  return readdirSync(join(ROOT, "c", "kernels"))
    .filter((file) => kernelIds.includes(file.replace(/\.c$/, "")))
    .map((file) => `kernels/${file}`);
}
