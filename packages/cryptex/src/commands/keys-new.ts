/** `keys new`: a key to sign with. */
import { UsageError } from "#kit/errors.ts";
import { isKeyName, Keyring } from "#kit/signing/keyring.ts";
import { secretKey } from "#kit/signing/keys.ts";
import { lineageOf } from "#kit/signing/lineage.ts";
import { newPassphrase, secretText } from "#kit/signing/secret-file.ts";
import { drawSeeds } from "#kit/signing/seeds.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { askNewPassphrase } from "#kit/term/passphrase.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { moreEntropy } from "../signing/more-entropy.ts";
import { KEYS_FLAG, keysFolder, PASSPHRASE_FLAG } from "./key-flags.ts";

export const keysNew = command({
  name: "keys new",
  description: "Make a key to sign with",
  details: [
    "A key is one for Ed25519 and one for ML-DSA-65, which are only used together. Its seeds are drawn from the operating system's generator. Where the program esoteric-entropy is found, beside this one or in PATH, 32 bytes of it are mixed in; it can make the seeds better, and never worse.",
    "The secret is kept for this user alone, and is never shown. With a passphrase it is encrypted as well.",
    "The id of the key is printed. What others need to trust it is printed by keys show --public.",
  ],
  flags: {
    name: positional.text({ about: "Name of the key: letters, digits, - and _" }),
    protect: flag.switch({ about: "Ask for a passphrase, without which the key cannot be used" }),
    ...PASSPHRASE_FLAG,
    ...KEYS_FLAG,
  },
  examples: ["cryptex keys new house --protect", "cryptex keys show house --public > house.pub"],
  seeAlso: ["sign", "keys show", "keys rotate"],
  async run({ name, keys, ...protection }, io, { env }: Deps) {
    const ring = new Keyring(keysFolder(keys, env));
    if (!isKeyName(name)) {
      throw new UsageError("that cannot name a key", ["letters, digits, - and _ can, 64 at most"]);
    }
    if (ring.has(name))
      throw new UsageError(`there is a key ${name} already`, [`keys rotate ${name} makes the next`]);
    const ask = () =>
      askNewPassphrase(`Passphrase for the key ${name}`, io, ["--passphrase-file names a file with it"]);
    const passphrase = await newPassphrase(protection, ask, (message) => io.log.warn(message));
    const seeds = await newSeeds(io);
    const { public: key } = secretKey(seeds);
    const secret = await secretText(seeds, passphrase, io.signal);
    seeds.fill(0);
    ring.add(lineageOf(name, key, []), secret);
    await io.out(`${key.id}\n`);
  },
});

/** Draws the seeds of a key, and says of what. @throws the signal's reason */
export async function newSeeds(io: Io): Promise<Uint8Array> {
  using line = new ProgressLine(io, () => "drawing seeds");
  const { bytes, words } = await moreEntropy(io.signal);
  line.clear();
  io.log.info(
    bytes
      ? `seeds: the operating system's generator, mixed with ${words}`
      : `seeds: the operating system's generator alone; ${words}`,
  );
  return drawSeeds(bytes);
}
