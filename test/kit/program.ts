/** A program that stands on the kit alone, as a second product does: a command, an HTTP route, a native kernel. */
import { aborted } from "#kit/abort.ts";
import { listen } from "#kit/http/listen.ts";
import { wholeNumber } from "#kit/http/query.ts";
import { jsonErrors } from "#kit/http/refusal.ts";
import { createRouter } from "#kit/http/router.ts";
import { checkErrno, once } from "#kit/native/calls.ts";
import { loadOwnLibrary } from "#kit/native/load.ts";
import { command } from "#kit/term/command.ts";
import { flag } from "#kit/term/flags.ts";
import type { Product } from "#kit/term/product.ts";
import { runProgram } from "#kit/term/program.ts";

const LIBRARY = { name: "squares", versionSymbol: "sq_version", abiVersion: 1, cacheFolder: "demo" };
const lib = once(() => loadOwnLibrary(LIBRARY).bind({ sq_fill: { args: ["ptr", "u64"], returns: "i32" } }));

function squares(count: number): number[] {
  const out = new BigUint64Array(count);
  checkErrno("squares", lib().sq_fill(out, count));
  return Array.from(out, Number);
}

const list = command({
  name: "squares",
  description: "List square numbers",
  flags: { count: flag.count(1, 100_000, { default: "5", about: "How many" }) },
  examples: ["demo squares --count 3"],
  run: async ({ count }, io) => void (await io.out(`${squares(count).join(" ")}\n`)),
});

const serve = command({
  name: "serve",
  description: "Serve square numbers over HTTP",
  flags: { unix: flag.file({ required: true, about: "Unix socket" }) },
  examples: [],
  async run({ unix }, io) {
    const common = { errors: jsonErrors((error) => ({ error })), maxBodyBytes: 1024, idleTimeoutSeconds: 10 };
    const app = createRouter({ ...common, headers: () => ({}), notFound: "none", report: console.error });
    app.get("/squares", (c) => c.json(squares(wholeNumber("count", c.req.query("count"), 1, 1000))));
    const server = await listen({ ...common, address: { unix }, fetch: app.fetch });
    io.err(`${server.url}\n`);
    await aborted(io.signal).then(() => server.stop(1000));
  },
});

const product: Product<unknown, Record<never, never>> = {
  name: "demo",
  version: "1.2.3",
  tagline: "square numbers",
  commands: {
    squares: { summary: list.description, load: async () => list },
    serve: { summary: serve.description, load: async () => serve },
  },
  exits: [],
  examples: list.examples,
  manual: { title: "square numbers", description: [], conventions: [], environment: [], files: [] },
  settings: {},
  deps: () => undefined,
};
process.exit(await runProgram(product, process.argv.slice(2)));
