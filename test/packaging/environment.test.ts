/** Shipped programs read no variable of the environment that SECURITY.md does not name, and none that names code. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePlan } from "#kit/make/binary.ts";
import { ROOT } from "#kit/make/checkout.ts";
import type { Recipe } from "#kit/make/recipe.ts";
import { hostTarget, type Target } from "#kit/native/target.ts";
import { esotericEntropy } from "../../make/esoteric-entropy.ts";
import { cryptex } from "../../packages/cryptex/make/cryptex.ts";

const NAME = "([A-Z][A-Z0-9_]+)";
/** How the bundles read variables: by name, or several at once. Names that are put together at run time are not found. */
const READ = new RegExp(`\\benv(?:ironment)?\\d*(?:\\.${NAME}|\\[["']${NAME}["']\\])`, "g");
const SEVERAL = /\{([A-Z0-9_,:\s]+)\}\s*=\s*(?:process\d*\.)?env(?:ironment)?\b/g;

async function variablesOf(recipe: Recipe): Promise<string[]> {
  const { options, plugins } = await bundlePlan(recipe, hostTarget() as Target);
  const { outputs } = await Bun.build({
    ...options,
    minify: false,
    plugins: [...plugins],
  } as Bun.BuildConfig);
  const texts = await Promise.all(outputs.map((output) => output.text()));
  const names = texts.flatMap((text) => [
    ...[...text.matchAll(READ)].map(([, dotted, quoted]) => dotted ?? quoted!),
    ...[...text.matchAll(SEVERAL)].flatMap(([, list]) =>
      list!.split(",").map((word) => word.split(":")[0]!.trim()),
    ),
  ]);
  return [...new Set(names)].filter((name) => name !== "").sort();
}

const SECURITY = readFileSync(join(ROOT, "SECURITY.md"), "utf8");
const isNamed = (name: string) => SECURITY.includes(`\`${name}\``) || name.startsWith("OTUI_");

test("esoteric-entropy", async () => {
  const names = await variablesOf(esotericEntropy);
  // The bundle is read rightly: these are in it.
  for (const known of ["HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "NO_COLOR"])
    expect(names).toContain(known);
  expect(names.filter((name) => !isNamed(name))).toEqual([]);
  for (const door of ["ESOTERIC_ENTROPY_LIBRARY", "OTUI_ASSET_ROOT"]) expect(names).not.toContain(door);
});

test("cryptex", async () => {
  const names = await variablesOf(cryptex);
  for (const known of ["HOME", "CRYPTEX_RULES", "PATH"]) expect(names).toContain(known);
  expect(names.filter((name) => !isNamed(name))).toEqual([]);
});
