/** `dict backup`: a copy of the store. */
import { InputError, ProgramError, writeRefusal } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";
import { copyStore } from "../cryptex-store/copy-store.ts";
import type { Deps } from "../deps.ts";
import { OpenDictionary, STORE_FLAG } from "./dict-flags.ts";

export const dictBackup = command({
  name: "dict backup",
  description: "Copy the store with the dictionary and its history into a new file",
  details: [
    "The copy is what the store was at one moment, whoever writes to it meanwhile, and can be read with --store. It holds all of the store: what is known of rules and of files that were scanned, too.",
  ],
  flags: { file: positional.file({ about: "File to make, which must not be there" }), ...STORE_FLAG },
  examples: ["cryptex dict backup cryptex-monday.db"],
  seeAlso: ["dict export"],
  async run({ file, store }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    try {
      await copyStore(open.store, file, io.signal);
    } catch (error) {
      if (io.signal.aborted || error instanceof ProgramError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      const words = code === "EEXIST" ? "it is there already" : writeRefusal(error);
      throw new InputError(`cannot make ${visible(file)}: ${words}`, { cause: error });
    }
    io.log.info(`copied to ${visible(file)}`);
  },
});
