/** Packed rule sets for tests, made without a process. */
import { createHash } from "node:crypto";
import type { OwnKey } from "#kit/signing/keyring.ts";
import { secretKey } from "#kit/signing/keys.ts";
import { lineageOf } from "#kit/signing/lineage.ts";
import { ALGORITHMS } from "#kit/signing/statement.ts";
import { type PackOrder, pack } from "../../src/rule-packages/pack.ts";
import type { Trust } from "../../src/signing/verification.ts";
import type { WorkFolder } from "../support/program.ts";

export const NEVER = new AbortController().signal;

export function keyOf(name: string): OwnKey {
  const secret = secretKey(createHash("sha512").update(name).digest());
  return { secret, lineage: lineageOf(name, secret.public, []) };
}

export function trusting(...keys: readonly OwnKey[]): Trust {
  const trusted = keys.map(({ lineage }) => lineage);
  return { trusted, algorithms: ALGORITHMS, unsigned: false, expired: false, older: false };
}

export const house = keyOf("house");

/** Writes a packed set of the folder's `rules`. @returns its path */
export async function packed(
  folder: WorkFolder,
  name: string,
  order: Partial<Omit<PackOrder, "signer">> & { readonly signer?: OwnKey | null } = {},
): Promise<string> {
  const { signer = house, ...rest } = order;
  const { archive } = await pack(
    {
      rules: { paths: [folder.at("rules")], includeFolders: [], externals: {} },
      name: "house",
      version: 1,
      created: "2026-01-01T00:00:00Z",
      expires: null,
      ...rest,
      ...(signer && { signer }),
    },
    NEVER,
  );
  folder.write(name, archive);
  return folder.at(name);
}
