/**
 * Builds what is not TypeScript run in place:
 *
 *   bun build.ts native [--target=<os>-<arch>[-musl]]   c/ → build/native/<target>/libee.{so,dylib}
 *   bun build.ts gen                                    src/sources/*.ts → src/sources/index.ts, docs/SOURCES.md
 *   bun build.ts binary [--target=…]                    everything → dist/esoteric-entropy
 *   bun build.ts all                                    gen; native for every target; binary for this machine
 */
import { relative } from "node:path";
import { hostTarget, isTarget, TARGETS, type Target } from "./ffi/target.ts";
import { buildBinary } from "./make/binary.ts";
import { buildNative } from "./make/native.ts";
import { generateSourcesIndex } from "./make/sources-index.ts";

const USAGE = `usage: build.ts native | gen | binary | all [--target=${TARGETS.join("|")}]`;

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
  },
  async binary(target) {
    say(await buildBinary(target));
  },
  async all(target) {
    generateSourcesIndex();
    await (await sourcesDocument()).generateSourcesDocument();
    for (const each of TARGETS) say(await buildNative({ target: each }));
    say(await buildBinary(target));
  },
};

/** Loaded on demand: it imports the sources, and a mistake in one of them must not keep the native library from being built. */
function sourcesDocument() {
  return import("./make/sources-document.ts");
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
