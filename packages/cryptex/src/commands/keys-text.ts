/** Facts about a key, for people and for programs. */
import { visible } from "#kit/format/visible.ts";
import type { JsonObject } from "#kit/signing/canonical-json.ts";
import type { Keyring } from "#kit/signing/keyring.ts";
import { shortId } from "#kit/signing/keys.ts";
import type { Lineage, LineageKey } from "#kit/signing/lineage.ts";

const SECRECY = { none: "not here", open: "here", protected: "here, protected" } as const;

/** Tells where the secret of the present key is. */
export function secrecyText(ring: Keyring, lineage: Lineage): string {
  return SECRECY[ring.secrecy(lineage)];
}

/** Tells how a key stands, in a few words. */
export function standingText({ replacedAt, revocations, orphaned }: LineageKey): string {
  const [first] = revocations;
  if (first) return first.since === null ? "revoked" : `revoked from ${first.since} on`;
  if (orphaned) return "named by a revoked key";
  return replacedAt === undefined ? "present" : `replaced at ${replacedAt}`;
}

/** Lists the keys of a line, the present one first. */
export function lineageLines(lineage: Lineage): string[] {
  return lineage.keys.toReversed().map((each) => {
    const from = each.madeAt === undefined ? "" : `, made at ${each.madeAt}`;
    const reasons = each.revocations.map(({ reason }) => visible(reason)).filter((reason) => reason !== "");
    return `${shortId(each.key.id)}  ${standingText(each)}${from}${reasons.length > 0 ? `: ${reasons.join("; ")}` : ""}`;
  });
}

export function keyJson(ring: Keyring, lineage: Lineage): JsonObject {
  const { name, keys } = lineage;
  return {
    name,
    key: keys.at(-1)!.key.id,
    secret: ring.secrecy(lineage),
    standing: standingText(keys.at(-1)!),
    keys: keys.map(({ key, madeAt = null, replacedAt = null, revocations, orphaned }) => ({
      id: key.id,
      made_at: madeAt,
      replaced_at: replacedAt,
      orphaned,
      revocations: revocations.map((each) => ({ ...each })),
    })),
  };
}
