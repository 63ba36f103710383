/** Holds a package against its hashes and its signature. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readSmallBytes } from "#kit/files/small-file.ts";
import { visible } from "#kit/format/visible.ts";
import { differences, readFiles, type StatedFile } from "#kit/signing/artifact.ts";
import type { Lineage } from "#kit/signing/lineage.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { MAX_BYTES, parseBlocks } from "#kit/signing/statement.ts";
import { judge } from "#kit/signing/trust.ts";
import { InputError } from "../../errors.ts";
import { PLAN, PURPOSE, SIGNATURE } from "./folder.ts";
import { HASHES, readHashes } from "./hashes.ts";

export interface Verified {
  /** Id of the key, and when it signed as it says; absent where no key was asked for, or the signature is not its own. */
  readonly signed?: { readonly key: string; readonly time: string };
  /** False without a signature in the package. */
  readonly isSigned: boolean;
  readonly files: number;
  /** Everything that differs, by file; none where all is as it was. */
  readonly faults: readonly string[];
}

/**
 * With a key, files are held against the signed list; without one, against the hashes of the package itself.
 * @param progress told of bytes as they are read
 * @throws InputError for a folder that is no package, or one that is not finished; the signal's reason
 */
export async function verifyPackage(
  path: string,
  trusted: Lineage | undefined,
  signal: AbortSignal,
  progress: (bytes: number) => void = () => {},
): Promise<Verified> {
  const has = (name: string) => existsSync(join(path, name));
  const isSigned = has(SIGNATURE);
  if (!has(HASHES) && !isSigned) {
    const place = visible(path);
    if (!has(PLAN))
      throw new InputError(`${place} is no package of evidence: it has neither ${PLAN} nor ${HASHES}`);
    throw new InputError(`${place} is not finished: it has no ${HASHES}`, {
      hints: ["the command that began it goes on with it"],
    });
  }
  // All of them: whoever looks for what was changed wants to know of each.
  const most = Number.POSITIVE_INFINITY;
  if (!trusted) {
    if (!has(HASHES)) return { isSigned, files: 0, faults: [`${HASHES}: is missing`] };
    const files = readHashes(path);
    const faults = await differences(path, files, { signal, progress, apart: [HASHES, SIGNATURE] }, most);
    return { isSigned, files: files.length, faults };
  }
  if (!isSigned) return { isSigned, files: 0, faults: [`it is not signed: there is no ${SIGNATURE}`] };
  const { faults, files, signed } = readSignature(join(path, SIGNATURE), trusted);
  // A list that nobody trusted has signed says nothing about the files.
  const changed = signed
    ? await differences(path, files, { signal, progress, apart: [SIGNATURE] }, most)
    : [];
  return { ...(signed && { signed }), isSigned, files: files.length, faults: [...faults, ...changed] };
}

interface SignedList {
  readonly faults: readonly string[];
  readonly files: readonly StatedFile[];
  readonly signed?: { readonly key: string; readonly time: string };
}

function readSignature(path: string, trusted: Lineage): SignedList {
  try {
    const [block, ...rotations] = parseBlocks(readSmallBytes(path, MAX_BYTES).bytes);
    if (!block) throw new SignatureError("it is empty");
    const { faults } = judge(block, rotations, [trusted]);
    const { purpose, files } = readFiles(block);
    if (purpose !== PURPOSE)
      throw new SignatureError(`it was signed as "${purpose}", which is no package of evidence`);
    const { key, time } = block.statement;
    if (faults.length > 0) return { faults: faults.map((fault) => `${SIGNATURE}: ${fault}`), files: [] };
    return { faults: [], files, signed: { key, time } };
  } catch (error) {
    if (error instanceof SignatureError) return { faults: [`${SIGNATURE}: ${error.message}`], files: [] };
    throw error;
  }
}
