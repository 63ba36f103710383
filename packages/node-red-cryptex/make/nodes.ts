/** Builds the nodes: CommonJS, as Node-RED loads it, with the client in one module that all of them share. */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../kit/make/checkout.ts";

const FOLDER = join(ROOT, "packages", "node-red-cryptex");

/** Where the nodes find the module that they share, in the sources and in the package. */
const SHARED = { source: "../src/index.ts", built: "../lib/cryptex.js" };

/** Writes nodes/, lib/ and examples/ into the folder of the package. @throws Error with the messages of the bundler */
export async function buildNodes(folder: string): Promise<void> {
  await bundle(join(FOLDER, "src", "index.ts"), join(folder, "lib"), "cryptex.js");
  for (const name of readdirSync(join(FOLDER, "nodes"))) {
    const source = join(FOLDER, "nodes", name);
    if (name.endsWith(".ts")) await bundle(source, join(folder, "nodes"), name.replace(/\.ts$/, ".js"));
    else cpSync(source, join(folder, "nodes", name));
  }
  cpSync(join(FOLDER, "examples"), join(folder, "examples"), { recursive: true });
}

async function bundle(entry: string, folder: string, name: string): Promise<void> {
  const result = await Bun.build({
    entrypoints: [entry],
    target: "node",
    format: "cjs",
    plugins: [sharedModule],
  });
  if (!result.success) throw new AggregateError(result.logs, "bundling failed");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), await result.outputs[0]!.text());
}

const sharedModule: Bun.BunPlugin = {
  name: "share a module",
  setup(build) {
    build.onResolve({ filter: /\/src\/index\.ts$/ }, ({ path }) =>
      path === SHARED.source ? { path: SHARED.built, external: true } : undefined,
    );
  },
};
