/** Flags of a server that gives seeds, and the key that it signs them with. */
import { hostname } from "node:os";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { UsageError } from "../errors.ts";
import type { ServerOptions } from "../faces/http/server.ts";

export const SEED_FLAGS = {
  seedKey: flag.file({ about: "Give seeds to other machines, signed with this key of evidence keygen" }),
  seedPassphraseFile: flag.file({ about: "Read the passphrase of that key from this file" }),
  seedName: flag.value(parseServerName, {
    hint: "NAME",
    about: "Name of this server in what it signs; default: that of the machine",
  }),
};

/** @param given names of the flags that were typed @throws UsageError */
export function checkSeedFlags(seedKey: string | undefined, given: ReadonlySet<string>): void {
  if (seedKey === undefined && (given.has("seedName") || given.has("seedPassphraseFile"))) {
    throw new UsageError("--seed-name and --seed-passphrase-file are for --seed-key");
  }
}

/** @returns undefined where no seeds are to be given @throws as `signerOf` */
export async function seedsOf(
  { seedKey, seedPassphraseFile, seedName }: OptionsOf<typeof SEED_FLAGS>,
  io: Io,
): Promise<ServerOptions["seeds"]> {
  if (seedKey === undefined) return undefined;
  const { signerOf } = await import("./evidence-key.ts"); // a server without a key starts without it
  const signer = await signerOf({ key: seedKey, passphraseFile: seedPassphraseFile }, io);
  return signer && { key: signer.secret, name: seedName ?? hostname() };
}

/** Accepts a name of what machines are called by. @throws UsageError */
function parseServerName(text: string, name: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(text)) return text;
  throw new UsageError(`${name}: '${text}' is not 1 to 64 letters, digits, dots, dashes and underscores`);
}
