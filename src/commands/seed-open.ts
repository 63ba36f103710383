/** `seed open`: a seed that was sealed to this machine. */
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { UsageError } from "../errors.ts";

export const seedOpen = command({
  name: "seed open",
  description: "Open a sealed seed",
  details: ["The seed is written to stdout as it is. age -d opens the same file."],
  flags: {
    file: positional.file({ about: "Sealed seed" }),
    identity: flag.file({ required: true, about: "Identity that it was sealed to, made by seed keygen" }),
    format: flag.choice(["raw", "hex"], { default: "raw", about: "Encoding of the output" }),
    force: flag.switch({ about: "Write raw bytes even to a terminal" }),
  },
  examples: ["esoteric-entropy seed open node-7.seed.age --identity node-7.identity > /dev/urandom"],
  seeAlso: ["seed seal", "seed fetch"],
  async run({ file, identity, format, force }, io) {
    if (format === "raw" && io.outIsTerminal && !force) {
      throw new UsageError("raw bytes would garble the terminal", ["use --format hex, redirect, or --force"]);
    }
    const { openSealedFile } = await import("../seed/identity-file.ts");
    const seed = await openSealedFile(file, identity, (text) => io.log.warn(text));
    try {
      await io.out(format === "raw" ? seed : `${Buffer.from(seed).toString("hex")}\n`);
    } finally {
      seed.fill(0);
    }
  },
});
