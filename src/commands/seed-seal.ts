/** `seed seal`: a seed of this machine's full entropy, for another. */
import { command } from "#kit/term/command.ts";
import { flag } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { openPool } from "../pool/open.ts";
import { POOL_FLAGS } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

export const seedSeal = command({
  name: "seed seal",
  description: "Seal a seed to another machine",
  details: [
    "The seed is full entropy of this machine, as of stream. It is nowhere but in the file that is written, which the recipient's identity opens: seed open, or age -d.",
  ],
  flags: {
    recipient: flag.text({
      hint: "age1pq1…",
      required: true,
      about: "Recipient, as seed keygen has printed it",
    }),
    bytes: flag.size({ least: "32", most: "4K", default: "48", about: "Length of the seed, 32 to 4K" }),
    timeoutMs: flag.seconds({
      name: "timeout",
      default: "10",
      about: "Give up after this many seconds without new entropy",
    }),
    ...SOURCES_FLAGS,
    ...POOL_FLAGS,
    force: flag.switch({ about: "Write the file even to a terminal" }),
  },
  examples: ['esoteric-entropy seed seal --recipient "$(cat node-7.recipient)" > node-7.seed.age'],
  seeAlso: ["seed open", "seed keygen", "stream"],
  async run({ recipient, bytes, timeoutMs, force, ...settings }, io, deps: Deps) {
    if (io.outIsTerminal && !force) {
      throw new UsageError("a file of age would garble the terminal", ["redirect it, or --force"]);
    }
    const { sealedSeed, sealer } = await import("../seed/sealing.ts");
    const seal = sealer(recipient);
    using open = openPool(settings, deps);
    const draw = async (length: number, signal: AbortSignal) => {
      const seed = new Uint8Array(length);
      await open.full.fill(seed, { signal, timeoutMs });
      return seed;
    };
    const full = { draw, epoch: () => open.full.epoch };
    await io.out(await sealedSeed(full, seal, bytes, io.signal));
  },
});
