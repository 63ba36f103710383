/** An artifact and the signature beside it. */
import { basename, dirname, join, resolve } from "node:path";
import { readSmallBytes } from "#kit/files/small-file.ts";
import { ARTIFACT, differences, type Reading, readFiles } from "#kit/signing/artifact.ts";
import { MAX_BYTES } from "#kit/signing/statement.ts";
import { collecting, readSigned, type Trust, type Verification } from "./verification.ts";

/** Names the file for the signature of an artifact: beside it, never in it. */
export function signaturePath(artifact: string): string {
  const path = resolve(artifact);
  const shown = basename(artifact) === basename(path) ? join(dirname(artifact), basename(path)) : path;
  return `${shown}.sig`;
}

/** Compares an artifact with its signature. @throws InputError where one of the two is not there; the signal's reason */
export async function verifyArtifact(
  path: string,
  signature: string,
  trust: Trust,
  reading: Reading,
): Promise<Verification> {
  const read = readSigned(readSmallBytes(signature, MAX_BYTES).bytes, trust);
  const facts = { signature };
  if (!read.block)
    return {
      kind: "artifact",
      faults: read.faults.map((fault) => `${signature}: ${fault}`),
      taken: [],
      facts,
    };
  const stated = collecting(() => readFiles(read.block));
  const signed = read.signed && { signed: read.signed };
  const base = { kind: "artifact", taken: [], ...signed } as const;
  if ("faults" in stated) return { ...base, faults: [...read.faults, ...stated.faults], facts };
  const { purpose, files } = stated;
  const known = {
    ...facts,
    purpose,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  // Another use of the key vouches for other things: a rule set's manifest is no artifact.
  const use = purpose === ARTIFACT ? [] : [`it was signed as "${purpose}", which is no artifact by itself`];
  // Nothing is read for a signature of nobody.
  const changes = read.faults.length > 0 ? [] : await differences(path, files, reading);
  return { ...base, faults: [...read.faults, ...use, ...changes], facts: known };
}
