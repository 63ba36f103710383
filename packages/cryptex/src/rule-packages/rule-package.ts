/** A packed rule set: an archive with a manifest, its signature and the files that the manifest names, in this order. */
import { createHash } from "node:crypto";
import { readSmallBytes } from "#kit/files/small-file.ts";
import { visible } from "#kit/format/visible.ts";
import { readFiles } from "#kit/signing/artifact.ts";
import { timeText } from "#kit/signing/canonical-json.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import type { FileDigest } from "#kit/signing/tree.ts";
import {
  collecting,
  readSigned,
  type SignedBlock,
  type Trust,
  type Verification,
} from "../signing/verification.ts";
import { MANIFEST, type Manifest, PURPOSE, parseManifest, SIGNATURE } from "./manifest.ts";
import type { SeenVersions } from "./seen-versions.ts";
import { beginsWith, readTar, type TarEntry, writeTar } from "./tar.ts";

/** The largest public collection has some 30 MB. It is read in one go. */
export const MAX_PACKAGE_BYTES = 64 * 2 ** 20;

export interface RulePackage {
  readonly manifest: Manifest;
  /** The manifest's own digests. */
  readonly own: FileDigest;
  /** Text of the signature; undefined where there is none. */
  readonly signature?: Uint8Array;
  /** Everything in the archive. */
  readonly entries: readonly TarEntry[];
}

/** Tells whether bytes begin as a packed rule set does. */
export function beginsPackage(start: Uint8Array): boolean {
  return beginsWith(start, MANIFEST);
}

/** Writes a package. @param signature text, made for the digests of the manifest */
export function writePackage(
  manifest: TarEntry,
  signature: string | undefined,
  files: readonly TarEntry[],
  created: string,
): Buffer {
  const signed = signature === undefined ? [] : [{ path: SIGNATURE, bytes: Buffer.from(signature) }];
  return writeTar([manifest, ...signed, ...files], Date.parse(created) / 1000);
}

export function digestOf({ path, bytes }: TarEntry): FileDigest {
  const hex = (algorithm: string) => createHash(algorithm).update(bytes).digest("hex");
  return { path, bytes: bytes.length, sha256: hex("sha256"), sha3_256: hex("sha3-256") };
}

/** Takes an archive apart; each byte of it is accounted for. Nothing is said of who made it. @throws SignatureError */
export function parsePackage(archive: Uint8Array): RulePackage {
  const { entries, time } = readTar(archive);
  const [first, second] = entries;
  if (first?.path !== MANIFEST) throw new SignatureError(`it does not begin with ${MANIFEST}`);
  const manifest = parseManifest(Buffer.from(first.bytes).toString());
  if (time * 1000 !== Date.parse(manifest.created))
    throw new SignatureError("its times are not those of its manifest");
  const signature = second?.path === SIGNATURE ? second.bytes : undefined;
  const files = entries.slice(signature ? 2 : 1);
  for (const [i, { path }] of manifest.files.entries()) {
    if (files[i]?.path !== path)
      throw new SignatureError(`it lacks the file ${path}, or holds another in its place`);
  }
  if (files.length > manifest.files.length) {
    throw new SignatureError(
      `it holds a file ${files[manifest.files.length]!.path}, which its manifest does not name`,
    );
  }
  for (const [i, stated] of manifest.files.entries()) {
    const { bytes, sha256, sha3_256 } = digestOf(files[i]!);
    if (bytes !== stated.bytes || sha256 !== stated.sha256 || sha3_256 !== stated.sha3_256) {
      throw new SignatureError(`${stated.path}: was changed`);
    }
  }
  return { manifest, own: digestOf(first), ...(signature && { signature }), entries };
}

export interface VerifiedPackage {
  readonly verification: Verification;
  /** Undefined where it could not be read. */
  readonly content?: RulePackage;
}

/** Reads a package, and asks whether it may be used. @throws InputError where it cannot be read */
export function verifyPackage(
  path: string,
  trust: Trust,
  seen: SeenVersions,
  now = new Date(),
): VerifiedPackage {
  return verifyArchive(readSmallBytes(path, MAX_PACKAGE_BYTES).bytes, trust, seen, now);
}

/** Asks whether a package may be used that has been read. */
export function verifyArchive(
  bytes: Uint8Array,
  trust: Trust,
  seen: SeenVersions,
  now = new Date(),
): VerifiedPackage {
  const content = collecting(() => parsePackage(bytes));
  if ("faults" in content) {
    return { verification: { kind: "ruleset", faults: content.faults, taken: [], facts: {} } };
  }
  return { content, verification: verifyContent(content, trust, seen, now) };
}

/** Asks whether a package may be used that has been taken apart: time and other versions change the answer. */
export function verifyContent(
  content: RulePackage,
  trust: Trust,
  seen: SeenVersions,
  now = new Date(),
): Verification {
  const { manifest, own } = content;
  const read = content.signature && readSigned(content.signature, trust);
  const signer = read && "signed" in read ? read.signed : undefined;
  const doubts = [
    { fault: read ? undefined : "it is not signed", isTaken: trust.unsigned },
    { fault: expiry(manifest, now), isTaken: trust.expired },
    { fault: signer && age(manifest, own, seen.newest(signer.root, manifest.name)), isTaken: trust.older },
  ].filter(({ fault }) => fault !== undefined);
  const words = (isTaken: boolean) =>
    doubts.filter((doubt) => doubt.isTaken === isTaken).map(({ fault }) => fault!);
  const { name, version, created, expires, digest, rules, files } = manifest;
  const bytesOfFiles = files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    kind: "ruleset",
    ...(signer && { signed: signer }),
    faults: [...(read ? signatureFaults(read, own) : []), ...words(false)],
    taken: words(true),
    facts: { name, version, created, expires, digest, rules, files: files.length, bytes: bytesOfFiles },
  };
}

function signatureFaults(
  { block, faults }: SignedBlock | { readonly block?: undefined; readonly faults: readonly string[] },
  own: FileDigest,
): readonly string[] {
  if (!block || faults.length > 0) return faults;
  const stated = collecting(() => readFiles(block));
  if ("faults" in stated) return stated.faults;
  if (stated.purpose !== PURPOSE) return [`it was signed as "${stated.purpose}", and is no rule set by that`];
  const [file, ...more] = stated.files;
  const isOwn = more.length === 0 && JSON.stringify(file) === JSON.stringify(own);
  return isOwn ? [] : [`${MANIFEST} is not the one that was signed`];
}

function expiry({ expires }: Manifest, now: Date): string | undefined {
  return expires !== null && timeText(now) >= expires ? `it has expired at ${expires}` : undefined;
}

function age(
  { name, version }: Manifest,
  { sha256 }: FileDigest,
  newest: ReturnType<SeenVersions["newest"]>,
): string | undefined {
  if (!newest || version > newest.version) return undefined;
  if (version < newest.version)
    return `it is version ${version} of ${name}, and version ${newest.version} was used here`;
  return sha256 === newest.manifest
    ? undefined
    : `it is another version ${version} of ${name} than the one that was used here`;
}

/** Ways to take what was refused, by words of the fault. */
const WAYS: readonly (readonly [RegExp, string])[] = [
  [/is not signed/, "--accept unsigned takes it all the same"],
  [/has expired/, "--accept expired takes it all the same"],
  [/was used here/, "--accept older takes it all the same"],
  [/which is not trusted/, "keys add trusts a key from now on, --key FILE for this time"],
];

/** @throws SignatureError for a package that is not to be used */
export function refuseFaults(path: string, { faults }: Verification): void {
  if (faults.length === 0) return;
  const hints = WAYS.filter(([words]) => faults.some((fault) => words.test(fault))).map(([, way]) => way);
  throw new SignatureError(`the rule set ${visible(path)} is not used: ${visible(faults.join("; "))}`, {
    hints,
  });
}
