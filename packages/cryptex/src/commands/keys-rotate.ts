/** `keys rotate`: the next key of a line. */
import { InputError } from "#kit/errors.ts";
import { Keyring } from "#kit/signing/keyring.ts";
import { secretKey } from "#kit/signing/keys.ts";
import { extended, signRotation } from "#kit/signing/lineage.ts";
import { secretText } from "#kit/signing/secret-file.ts";
import { parseBlocks } from "#kit/signing/statement.ts";
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { KEYS_FLAG, keysFolder, PASSPHRASE_FLAG, passphraseFor, refuseRevoked } from "./key-flags.ts";
import { newSeeds } from "./keys-new.ts";

export const keysRotate = command({
  name: "keys rotate",
  description: "Make the next key, and sign it with the present one",
  details: [
    "Who trusts the present key trusts the next one from then on: signatures bring the statement with them. Signatures of the present key that claim to be younger are refused.",
    "The old secret is removed. A protected key stays protected by its passphrase. Whoever has got hold of the old secret can still sign with an older time: only keys revoke ends that.",
  ],
  flags: { name: positional.text({ about: "Name of the key" }), ...PASSPHRASE_FLAG, ...KEYS_FLAG },
  examples: ["cryptex keys rotate house"],
  seeAlso: ["keys revoke", "keys show"],
  async run({ name, passphraseFile, keys }, io, { env }: Deps) {
    const ring = new Keyring(keysFolder(keys, env));
    let passphrase: string | undefined;
    const ask = async () => {
      passphrase = await passphraseFor(name, passphraseFile, io)();
      return passphrase;
    };
    const own = await ring.own(name, ask, io.signal);
    refuseRevoked(own);
    const { secret } = own;
    const seeds = await newSeeds(io);
    const next = secretKey(seeds).public;
    const text = await secretText(seeds, passphrase, io.signal);
    seeds.fill(0);
    const rotation = parseBlocks(Buffer.from(signRotation(secret, next)));
    const lineage = await ring.update(name, io.signal, (known) => {
      if (known.keys.at(-1)!.key.id !== secret.public.id) {
        throw new InputError(`the key ${name} was rotated meanwhile`);
      }
      const longer = extended(known, rotation);
      ring.putSecret(longer, text); // before anybody is told of the key that it belongs to
      return longer;
    });
    ring.dropOldSecrets(lineage);
    await io.out(`${next.id}\n`);
  },
});
