/** The answer when something that was signed is looked at, of whatever kind it is. */
import type { JsonObject } from "#kit/signing/canonical-json.ts";
import type { Lineage } from "#kit/signing/lineage.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { type Algorithm, type Block, parseBlocks } from "#kit/signing/statement.ts";
import { judge } from "#kit/signing/trust.ts";

export const KINDS = ["artifact", "ruleset", "log"] as const;
export type Kind = (typeof KINDS)[number];

/** Who is trusted, and what is taken that would be refused. */
export interface Trust {
  readonly trusted: readonly Lineage[];
  /** Algorithms whose signatures have to hold. */
  readonly algorithms: readonly Algorithm[];
  readonly unsigned: boolean;
  readonly expired: boolean;
  /** Takes rule sets of an older version than the last one. */
  readonly older: boolean;
}

export interface Verification {
  readonly kind: Kind;
  /** Undefined where nobody who is trusted has signed. */
  readonly signed?: {
    /** Name of the key by which it is trusted. */
    readonly by: string;
    readonly key: string;
    /** Id of the first key of its line. */
    readonly root: string;
    /** When, as the signer claims. */
    readonly time: string;
  };
  /** Reasons not to take it; none where it is good. */
  readonly faults: readonly string[];
  /** Faults that the user takes. */
  readonly taken: readonly string[];
  /** Facts by their kind. */
  readonly facts: JsonObject;
}

export interface SignedBlock {
  readonly block: Block;
  readonly signed?: NonNullable<Verification["signed"]>;
  readonly faults: readonly string[];
}

/** Reads a signature and asks who made it. Says what is wrong; never throws for what is in it. */
export function readSigned(
  bytes: Uint8Array,
  { trusted, algorithms }: Trust,
): SignedBlock | { readonly block?: undefined; readonly faults: readonly string[] } {
  return collecting(() => {
    const [block, ...rotations] = parseBlocks(bytes);
    if (!block) throw new SignatureError("it is empty");
    const { signer, faults } = judge(block, rotations, trusted, algorithms);
    if (!signer) return { block, faults };
    const { lineage, key } = signer;
    const { time } = block.statement;
    const signed = { by: lineage.name, key: key.key.id, root: lineage.keys[0]!.key.id, time };
    return { block, signed, faults };
  });
}

/** Makes a fault of what is wrong in a file. @throws other errors */
export function collecting<T>(work: () => T): T | { readonly faults: readonly string[] } {
  try {
    return work();
  } catch (error) {
    if (error instanceof SignatureError) return { faults: [error.message] };
    throw error;
  }
}
