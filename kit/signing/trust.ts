/** Asks whether a signature was made by somebody who is trusted. The signature itself is never asked. */

import { distrust, extended, type Lineage, type LineageKey } from "./lineage.ts";
import { SignatureError } from "./signature-error.ts";
import { ALGORITHMS, type Algorithm, algorithmNames, type Block, brokenSignatures } from "./statement.ts";

export interface Signer {
  /** The one that is trusted, by the name that it is trusted under. */
  readonly lineage: Lineage;
  readonly key: LineageKey;
}

export interface Judgement {
  /** Undefined where nobody who is trusted has the key. */
  readonly signer?: Signer;
  /** Reasons not to trust it; none where it holds. */
  readonly faults: readonly string[];
}

/**
 * @param rotations statements that came with it; each has to lead from a trusted key to the next
 * @param accepted algorithms whose signatures have to hold
 */
export function judge(
  block: Block,
  rotations: readonly Block[],
  trusted: readonly Lineage[],
  accepted: readonly Algorithm[] = ALGORITHMS,
): Judgement {
  const found: { lineage?: Lineage; fault?: string } = withRotations(block, rotations, trusted);
  const key = found.lineage?.keys.find((each) => each.key.id === block.statement.key);
  if (!found.lineage || !key) {
    return { faults: [found.fault ?? `it is signed by key ${block.statement.key}, which is not trusted`] };
  }
  const broken = brokenSignatures(block, key.key, accepted);
  const doubt = distrust(key, block.statement.time);
  return {
    signer: { lineage: found.lineage, key },
    faults: [
      ...(found.fault === undefined ? [] : [found.fault]),
      ...(broken.length > 0 ? [`the signature does not hold: ${algorithmNames(broken)}`] : []),
      ...(doubt === undefined ? [] : [doubt]),
    ],
  };
}

/** Finds the lineage that has the key of a statement, with what the rotations add to it. */
function withRotations(
  { statement }: Block,
  rotations: readonly Block[],
  trusted: readonly Lineage[],
): { readonly lineage?: Lineage; readonly fault?: string } {
  const wanted = [statement.key, ...rotations.map((each) => each.statement.key)];
  const lineage = trusted.find(({ keys }) => keys.some(({ key }) => wanted.includes(key.id)));
  if (!lineage || rotations.length === 0) return lineage ? { lineage } : {};
  const other = rotations.find((each) => each.statement.type !== "rotation");
  if (other) return { lineage, fault: `a statement of type "${other.statement.type}" came with it` };
  try {
    return { lineage: extended(lineage, rotations) };
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return { lineage, fault: `what came with it does not hold: ${error.message}` };
  }
}
