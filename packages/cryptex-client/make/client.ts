/** Builds the client: one module for every runtime, and its types. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundledTypes } from "../../../kit/make/bundled-types.ts";
import { ROOT } from "../../../kit/make/checkout.ts";

const ENTRY = "packages/cryptex-client/src/index.ts";

/** Writes lib/ into the folder of the package. @throws Error with the messages of the bundler or the compiler */
export async function buildClient(folder: string): Promise<void> {
  const lib = join(folder, "lib");
  mkdirSync(lib, { recursive: true });
  // What browsers have, the others have, too.
  const result = await Bun.build({ entrypoints: [join(ROOT, ENTRY)], target: "browser", format: "esm" });
  if (!result.success) throw new AggregateError(result.logs, "bundling failed");
  writeFileSync(join(lib, "index.js"), await result.outputs[0]!.text());
  writeFileSync(join(lib, "index.d.ts"), await bundledTypes(ENTRY));
}
