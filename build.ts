/**
 * Builds what is not TypeScript run in place; <name> is the product's:
 *
 *   bun build.ts native [--target=<os>-<arch>[-musl]]   C sources → build/native/<target>/lib<library>.{so,dylib},
 *                                                       and the program that goes with it
 *   bun build.ts gen                                    generated files of the checkout, of every product: lists, completions/,
 *                                                       man/, docs/CLI.md
 *   bun build.ts binary [--target=…]                    everything → dist/<name>
 *   bun build.ts library                                the TypeScript library → dist/lib, for Bun and for Node
 *   bun build.ts all                                    gen; a release: binaries for every target, checksums, bill of materials
 *   bun build.ts manifest                               dist/SHA256SUMS and the like, of the binaries of `all`
 *   bun build.ts npm                                    the binaries of `all` → dist/npm, one package a target and a launcher
 *
 * --product=NAME chooses the product; the first of PRODUCTS is built unless told otherwise. A product may have further parts,
 * which `usage` names. What describes the release of cryptex is dist/cryptex-SHA256SUMS and so on: both products are in one
 * release.
 */
import { join, relative } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import type { Recipe } from "#kit/make/recipe.ts";
import { hostTarget, type Target } from "#kit/native/target.ts";
import { esotericEntropy } from "./make/esoteric-entropy.ts";
import { cryptex } from "./packages/cryptex/make/cryptex.ts";

const PRODUCTS: readonly Recipe[] = [esotericEntropy, cryptex];

class BuildUsageError extends Error {}

/** Each loads what it needs by itself, for `native` must be quick. */
const COMMANDS: Record<string, (recipe: Recipe, target: Target) => Promise<void>> = {
  async native({ name, native }, target) {
    const { buildNative, buildNativeProgram } = await import("#kit/make/native.ts");
    if (!native) return say(`${name} has no C sources`);
    say(await buildNative(native, { target }));
    if (native.program) say(await buildNativeProgram(native, { target }));
  },
  async gen() {
    const written: string[] = [];
    for (const { generate } of PRODUCTS) written.push(...(await generate()));
    for (const path of written) say(`${path} written`);
    if (written.length === 0) say("every generated file is current");
  },
  async binary(recipe, target) {
    const { buildBinary } = await import("#kit/make/binary.ts");
    say((await buildBinary(recipe, target)).path);
  },
  async library({ name, outFolder, release }) {
    const folder = join(ROOT, outFolder, "lib");
    if (!release.npm.buildLibrary) throw new BuildUsageError(`${name} has no library`);
    await release.npm.buildLibrary(folder);
    say(folder);
  },
  async all(recipe) {
    await recipe.generate();
    const { buildRelease } = await import("#kit/make/release.ts");
    for (const path of await buildRelease(recipe)) say(path);
  },
  async manifest(recipe) {
    const { describeRelease } = await import("#kit/make/release.ts");
    for (const path of describeRelease(recipe)) say(path);
  },
  async npm(recipe) {
    const { buildNpmPackages } = await import("#kit/make/npm.ts");
    for (const path of await buildNpmPackages(recipe)) say(path);
  },
};

const PARTS = PRODUCTS.flatMap(({ name, parts = {} }) =>
  Object.keys(parts).map((part) => `${part} --product=${name}`),
);

const USAGE = `usage: build.ts ${[...Object.keys(COMMANDS), ...PARTS].join(" | ")} [--product=${PRODUCTS.map(({ name }) => name).join("|")}] [--target=${[...new Set(PRODUCTS.flatMap(({ targets }) => targets))].join("|")}]`;

function say(text: string): void {
  console.error(text.startsWith("/") ? relative(process.cwd(), text) : text);
}

/** Makes a command of a part that only this product has. */
function partOf({ parts = {} }: Recipe, word: string): ((recipe: Recipe) => Promise<void>) | undefined {
  const make = Object.hasOwn(parts, word) ? parts[word] : undefined;
  return (
    make &&
    (async () => {
      for (const path of await make()) say(path);
    })
  );
}

interface Order {
  readonly run: (recipe: Recipe, target: Target) => Promise<void>;
  readonly recipe: Recipe;
  readonly target: Target;
}

function parse(args: readonly string[]): Order {
  const options: { target?: string; product?: string } = {};
  const words: string[] = [];
  for (const [index, arg] of args.entries()) {
    if (/^--(target|product)$/.test(args[index - 1] ?? "")) continue; // its value
    const [, name, inline] = /^--(target|product)(?:=(.*))?$/s.exec(arg) ?? [];
    if ((name === "target" || name === "product") && options[name] === undefined) {
      options[name] = inline ?? args[index + 1] ?? "";
    } else words.push(arg);
  }
  const [word = "", ...rest] = words;
  if (rest.length > 0) throw new BuildUsageError(`unexpected "${rest[0]}"`);
  const { product = PRODUCTS[0]!.name } = options;
  const recipe = PRODUCTS.find(({ name }) => name === product);
  if (!recipe) throw new BuildUsageError(`unknown product "${product}"`);
  const run = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : partOf(recipe, word);
  if (!run) throw new BuildUsageError(word === "" ? "nothing to build was named" : `unknown word "${word}"`);
  if (options.target !== undefined && word !== "native" && word !== "binary") {
    throw new BuildUsageError(`${word} takes no --target`);
  }
  const wanted = options.target ?? hostTarget();
  const target = recipe.targets.find((each) => each === wanted);
  if (target === undefined) throw new BuildUsageError(`unknown target "${wanted}"`);
  return { run, recipe, target };
}

try {
  const { run, recipe, target } = parse(process.argv.slice(2));
  await run(recipe, target);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`build: error: ${error.message}`);
  if (error instanceof AggregateError) for (const each of error.errors) console.error(String(each));
  if (error instanceof BuildUsageError) console.error(USAGE);
  process.exit(error instanceof BuildUsageError ? 2 : 1);
}
