/**
 * Builds what is not TypeScript run in place:
 *
 *   bun build.ts native [--target=<os>-<arch>[-musl]]   c/ → build/native/<target>/libee.{so,dylib}
 *   bun build.ts gen                                    src/sources/*.ts → src/sources/index.ts, docs/SOURCES.md;
 *                                                       src/stats/suites.ts → docs/TESTS.md;
 *                                                       src/commands/*.ts → completions/, man/, docs/CLI.md
 *   bun build.ts binary [--target=…]                    everything → dist/esoteric-entropy
 *   bun build.ts library                                src/index.ts → dist/lib, for Bun and for Node
 *   bun build.ts all                                    gen; a release: binaries for every target, checksums, bill of materials
 *   bun build.ts manifest                               dist/SHA256SUMS and the like, of the binaries of `all`
 *   bun build.ts npm                                    the binaries of `all` → dist/npm, one package a target and a launcher
 */
import { relative } from "node:path";
import { buildBinary } from "#kit/make/binary.ts";
import { buildNative } from "#kit/make/native.ts";
import { hostTarget, isTarget, TARGETS, type Target } from "#kit/native/target.ts";
import { generateSourcesIndex } from "./make/sources-index.ts";

const USAGE = `usage: build.ts native | gen | binary | library | all | manifest | npm [--target=${TARGETS.join("|")}]`;

class BuildUsageError extends Error {}

const COMMANDS: Record<string, (target: Target) => Promise<void>> = {
  async native(target) {
    say(await buildNative({ target }));
  },
  async gen() {
    say(generateSourcesIndex() ? "src/sources/index.ts written" : "src/sources/index.ts is current");
    say(
      (await (await sourcesDocument()).generateSourcesDocument())
        ? "docs/SOURCES.md written"
        : "docs/SOURCES.md is current",
    );
    const { generateTestsDocument } = await import("./make/tests-document.ts");
    say(generateTestsDocument() ? "docs/TESTS.md written" : "docs/TESTS.md is current");
    const written = await generateCommandFiles();
    for (const path of written) say(`${path} written`);
    if (written.length === 0) say("completions/, man/ and docs/CLI.md are current");
  },
  async binary(target) {
    say(await buildBinary(target));
  },
  async library() {
    const { buildLibrary } = await import("./make/library.ts");
    say(await buildLibrary());
  },
  async all() {
    generateSourcesIndex();
    await (await sourcesDocument()).generateSourcesDocument();
    await generateCommandFiles();
    for (const path of await (await release()).buildRelease()) say(path);
  },
  async manifest() {
    for (const path of (await release()).describeRelease()) say(path);
  },
  async npm() {
    const { buildNpmPackages } = await import("#kit/make/npm.ts");
    for (const path of await buildNpmPackages()) say(path);
  },
};

/** Loaded on demand: it imports every command. */
async function generateCommandFiles(): Promise<string[]> {
  const [{ generateCommandFiles: generate }, { product }] = await Promise.all([
    import("#kit/make/command-files.ts"),
    import("./src/product.ts"),
  ]);
  return await generate(product);
}

/** Loaded on demand: it imports the sources, and a mistake in one of them must not keep the native library from being built. */
function sourcesDocument() {
  return import("./make/sources-document.ts");
}

/** Loaded on demand, for `native` must be quick. */
function release() {
  return import("#kit/make/release.ts");
}

function say(text: string): void {
  console.error(text.startsWith("/") ? relative(process.cwd(), text) : text);
}

function parse(args: readonly string[]): { run: (target: Target) => Promise<void>; target: Target } {
  let target: string | undefined;
  const words: string[] = [];
  for (const arg of args) {
    if (arg.startsWith("--target=") && target === undefined) target = arg.slice("--target=".length);
    else words.push(arg);
  }
  const [word = "", ...rest] = words;
  if (rest.length > 0) throw new BuildUsageError(`unexpected "${rest[0]}"`);
  const run = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (!run) throw new BuildUsageError(word === "" ? "nothing to build was named" : `unknown word "${word}"`);
  if (target !== undefined && word !== "native" && word !== "binary") {
    throw new BuildUsageError(`${word} takes no --target`);
  }
  target ??= hostTarget();
  if (!isTarget(target)) throw new BuildUsageError(`unknown target "${target}"`);
  return { run, target };
}

try {
  const { run, target } = parse(process.argv.slice(2));
  await run(target);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`build: error: ${error.message}`);
  if (error instanceof AggregateError) for (const each of error.errors) console.error(String(each));
  if (error instanceof BuildUsageError) console.error(USAGE);
  process.exit(error instanceof BuildUsageError ? 2 : 1);
}
