/** `evidence keygen`: a key to sign packages with. */
import { newPassphrase } from "#kit/signing/secret-file.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { askNewPassphrase } from "#kit/term/passphrase.ts";
import { makeSigningKey, publicPath } from "../evidence/package/keys.ts";

export const evidenceKeygen = command({
  name: "evidence keygen",
  description: "Make a key to sign packages of evidence with",
  details: [
    "A key is one for Ed25519 and one for ML-DSA-65, which are only used together; its seeds are drawn from the operating system's generator. The secret goes to FILE, for this user alone, and the public key to FILE.pub, which is given to whoever verifies. The id of the key is printed: tell it on another way.",
  ],
  flags: {
    file: positional.file({ about: "File for the secret key; neither it nor FILE.pub may be there" }),
    protect: flag.switch({ about: "Ask for a passphrase, without which the key cannot be used" }),
    passphraseFile: flag.file({ about: "Protect it with the passphrase in this file" }),
  },
  examples: ["esoteric-entropy evidence keygen lab.key --protect"],
  seeAlso: ["evidence package", "evidence verify"],
  async run({ file, ...protection }, io) {
    const ask = () =>
      askNewPassphrase("Passphrase for the key", io, ["--passphrase-file names a file with it"]);
    const passphrase = await newPassphrase(protection, ask, (message) => io.log.warn(message));
    const id = await makeSigningKey(file, passphrase, io.signal);
    io.log.info(`the public key is in ${publicPath(file)}`);
    await io.out(`${id}\n`);
  },
});
