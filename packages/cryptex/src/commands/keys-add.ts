/** `keys add`: to trust the key of somebody else, and to hear of its rotations and revocations. */
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { Keyring, readLineage } from "#kit/signing/keyring.ts";
import { extended } from "#kit/signing/lineage.ts";
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { KEYS_FLAG, keysFolder } from "./key-flags.ts";
import { standingText } from "./keys-text.ts";

export const keysAdd = command({
  name: "keys add",
  description: "Trust a public key, or take in what was stated about it since",
  details: [
    "The file is what keys show --public prints. From now on what the key signs is taken for good: compare its id with the one that its owner tells, by another way than the file came.",
    "For a key that is there already, new rotations and revocations are taken in. Another key of the name is refused. To trust a key no longer, remove its folder.",
  ],
  flags: {
    name: positional.text({ about: "Name to call it by here" }),
    file: positional.file({ about: "File with the public key" }),
    ...KEYS_FLAG,
  },
  examples: ["cryptex keys add house house.pub"],
  seeAlso: ["keys show", "verify"],
  async run({ name, file, keys }, io, { env }: Deps) {
    const ring = new Keyring(keysFolder(keys, env));
    const given = readLineage(file);
    const root = given.keys[0]!.key.id;
    const now = ring.has(name)
      ? await ring.update(name, io.signal, (known) => {
          if (known.keys[0]!.key.id === root) return extended(known, given.blocks);
          throw new InputError(`the key ${name} is another one: it begins with ${known.keys[0]!.key.id}`, {
            hints: [`${visible(file)} begins with ${root}`, "another name keeps both"],
          });
        })
      : { ...given, name };
    if (!ring.has(name)) ring.add(now);
    const present = now.keys.at(-1)!;
    io.log.info(`${name} is trusted from now on; its key is ${standingText(present)}, and has the id`);
    await io.out(`${present.key.id}\n`);
  },
});
