/** `keys revoke`: a key is not to be trusted any more. */
import { UsageError } from "#kit/errors.ts";
import { timeText } from "#kit/signing/canonical-json.ts";
import { Keyring } from "#kit/signing/keyring.ts";
import { extended, MAX_REASON, signRevocation } from "#kit/signing/lineage.ts";
import { parseBlocks } from "#kit/signing/statement.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { KEYS_FLAG, keysFolder, PASSPHRASE_FLAG, passphraseFor } from "./key-flags.ts";
import { lineageLines } from "./keys-text.ts";
import { parseTime } from "./times.ts";

export const keysRevoke = command({
  name: "keys revoke",
  description: "State that a key is not to be trusted any more",
  details: [
    "The statement is signed by the present key of the line, which may revoke itself or one before it, and cannot be taken back. It is kept with the public key: publish what keys show --public prints, and whoever takes it in with keys add refuses the signatures of the key. Who has not heard of it goes on trusting.",
    "If a key was stolen and another is to follow it: rotate first, then revoke the old one by its id. What follows a key that has revoked itself is not trusted.",
    "Without --since all signatures of the key are refused. With it those that claim to be older are still taken; but the time of a signature is the signer's claim, and a thief claims what they like.",
  ],
  flags: {
    name: positional.text({ about: "Name of the key" }),
    id: flag.text({
      hint: "ID",
      about: "Key of the line, or the beginning of its id; default: the present one",
    }),
    since: flag.value(parseTime, {
      hint: "TIME",
      about: "Refuse what claims to be made from then on, as 2026-01-31",
    }),
    reason: flag.text({ hint: "TEXT", default: "", about: "Reason, which everybody can read" }),
    ...PASSPHRASE_FLAG,
    ...KEYS_FLAG,
  },
  check({ reason }) {
    if (reason.length > MAX_REASON) throw new UsageError(`--reason has more than ${MAX_REASON} characters`);
  },
  examples: ["cryptex keys revoke house --reason 'laptop stolen'", "cryptex keys revoke house --id 3f2a91"],
  seeAlso: ["keys rotate", "keys show"],
  async run({ name, id, since, reason, passphraseFile, keys }, io, { env }: Deps) {
    const ring = new Keyring(keysFolder(keys, env));
    const { secret, lineage } = await ring.own(name, passphraseFor(name, passphraseFile, io), io.signal);
    const meant =
      id === undefined ? [secret.public.id] : idsOf(lineage).filter((each) => each.startsWith(id));
    if (meant.length !== 1) {
      throw new UsageError(
        `${meant.length === 0 ? "no key" : "more than one key"} of ${name} has an id that begins so`,
        [...lineageLines(lineage)],
      );
    }
    const from = since === undefined ? null : timeText(new Date(since));
    const revocation = parseBlocks(Buffer.from(signRevocation(secret, meant[0]!, { since: from, reason })));
    await ring.update(name, io.signal, (known) => extended(known, revocation));
    io.log.info(`publish what keys show ${name} --public prints: who has not heard of it goes on trusting`);
    await io.out(`${meant[0]}\n`);
  },
});

function idsOf({ keys }: Pick<ReturnType<Keyring["lineage"]>, "keys">): string[] {
  return keys.map(({ key }) => key.id);
}
