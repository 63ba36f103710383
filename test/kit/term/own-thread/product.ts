/** A program whose commands have a thread of their own. */
import { aborted } from "#kit/abort.ts";
import { UsageError } from "#kit/errors.ts";
import { type Command, command } from "#kit/term/command.ts";
import type { Io } from "#kit/term/io.ts";
import type { Product } from "#kit/term/product.ts";

const WORK: Record<string, (io: Io) => Promise<number | undefined>> = {
  async busy(io) {
    await io.out("begun\n");
    for (;;);
  },
  async careful(io) {
    await io.out("begun\n");
    await aborted(io.signal);
    await io.outToTheEnd("cleared away\n");
    return undefined;
  },
  async refuses() {
    throw new UsageError("not like this", ["like that"]);
  },
  async answers(io) {
    io.log.warn("an answer follows");
    await io.out(`${"x".repeat(1 << 20)}\n`);
    return 7;
  },
};

WORK["judges"] = WORK["answers"]!;

function commandOf(name: string): Command<unknown, Record<never, never>> {
  return command({
    name,
    description: name,
    flags: {},
    examples: [],
    ownThread: true,
    ...(name === "judges" && { judges: true }),
    run: (_, io) => WORK[name]!(io),
  });
}

export const product: Product<unknown, Record<never, never>> = {
  name: "demo",
  version: "1",
  tagline: "",
  thread: new URL("./thread.ts", import.meta.url),
  commands: Object.fromEntries(
    Object.keys(WORK).map((name) => [name, { summary: name, load: async () => commandOf(name) }]),
  ),
  exits: [],
  examples: [],
  manual: { title: "", description: [], conventions: [], environment: [], files: [] },
  settings: {},
  deps: () => undefined,
};
