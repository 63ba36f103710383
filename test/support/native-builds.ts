/** Builds of the native library for tests: variants with test aids, and changed copies of c/. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { buildNative, type NativeBuild } from "#kit/make/native.ts";
import { hostTarget, isTarget, type Target } from "#kit/native/target.ts";
import { COMMANDS, KERNELS, READINGS, STEPS } from "../../ffi/kernels.ts";
import { native } from "../../make/esoteric-entropy.ts";

/** The compiler builds its run-time library for each new target: some 5 s, much more on a busy machine. */
export const COMPILE_TIMEOUT_MS = 300_000;

export function host(): Target {
  const target = hostTarget();
  if (!isTarget(target)) throw new Error(`${target} is not supported`);
  return target;
}

const deepFolder = join(ROOT, "c", "deep");

/** Everything the library exports: what c/ee.h declares, what c/kernels/ defines, and the loops of c/deep/. */
export const exportedNames = [
  ...[
    ...readFileSync(join(ROOT, "c", "ee.h"), "utf8").matchAll(/^EE_EXPORT [^;]*?\b(ee_\w+)\([^;]*\);$/gm),
  ].map((match) => match[1]!),
  ...[...KERNELS, ...READINGS, ...STEPS, ...COMMANDS].map((name) => `ee_${name}`),
  ...readdirSync(deepFolder).flatMap((file) =>
    [...readFileSync(join(deepFolder, file), "utf8").matchAll(/^EE_DEEP_\w+ int32_t (\w+)\(/gm)].map(
      (match) => match[1]!,
    ),
  ),
].sort();

/** Builds esoteric-entropy's library. Returns its path. */
export function buildLibrary(build: NativeBuild): Promise<string> {
  return buildNative(native, build);
}

/** The host's library with macros defined. Kept in build/native between runs. */
export function hostLibrary(...defines: string[]): Promise<string> {
  return buildLibrary({ target: host(), defines });
}

/** Makes a copy of c/ that a test may change; it is removed when disposed of. */
export function copyOfC(): { readonly root: string; readonly c: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  cpSync(join(ROOT, "c"), join(root, "c"), { recursive: true });
  return {
    root,
    c: join(root, "c"),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
