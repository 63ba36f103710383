/**
 * Authenticode signatures of a PE file, for the module pe: everything that `pe.signatures` shows, worked out as the authenticode-parser in
 * YARA 4.5.5 (libyara/modules/pe/authenticode-parser) works it out with OpenSSL. Where a fault ends the work there, it ends it here, so
 * that rules see the same.
 */
import { createHash } from "node:crypto";
import { TooMuch, tryDecode } from "./signatures/ber.ts";
import type { Certificate } from "./signatures/certificates.ts";
import { buildChain } from "./signatures/chain.ts";
import {
  type Countersignature,
  examineMicrosoft,
  examinePkcs9,
  signerCertificateOf,
  verifyMessage,
} from "./signatures/countersignatures.ts";
import { equalBytes } from "./signatures/encoding.ts";
import {
  bytesOf,
  readIndirectData,
  readPkcs7,
  readProgramName,
  type SignedMessage,
  valuesOf,
} from "./signatures/messages.ts";
import { algorithmOf, OID } from "./signatures/object-identifiers.ts";
import { Examination } from "./signatures/verification.ts";

/** AUTHENTICODE_VFY_… of YARA's authenticode.h. The module leaves out those that are unreadable, without signer, or internal errors. */
export const SIGNATURE = {
  valid: 0,
  unreadable: 1,
  noSignerCertificate: 2,
  digestMissing: 3,
  internalError: 4,
  noSignerInfo: 5,
  badContent: 7,
  invalid: 8,
  wrongFileDigest: 9,
  unknownAlgorithm: 10,
} as const;

export interface Signature {
  /** One of SIGNATURE: the first fault. */
  verifyFlags: number;
  digestAlgorithm: string | undefined;
  /** Identifier of that algorithm. */
  digestOid: string | undefined;
  /** Digest of the file as the signature states it, and as it is. */
  digest: Uint8Array | undefined;
  fileDigest: Uint8Array | undefined;
  /** All certificates, those of time stamps included. */
  certificates: Certificate[];
  signer: Signer | undefined;
  countersignatures: Countersignature[];
}

export interface Signer {
  programName: string | undefined;
  digest: Uint8Array | undefined;
  digestAlgorithm: string | undefined;
  /** The signer's own certificate first. */
  chain: readonly Certificate[];
}

export interface FileSignatures {
  /** In the order of `pe.signatures`. Undefined where they could not be worked out. */
  readonly signatures: readonly Signature[] | undefined;
  /** Why something in them may be wrong or missing, a phrase each. */
  readonly notEvaluated: readonly string[];
}

/** Upstream looks at so many values of an attribute. */
const MAX_ATTRIBUTE_VALUES = 16;
/** Upstream has no such limit, but its stack has. */
const MAX_NESTING = 16;

/** Reads the signatures of a PE file. Never throws for what is in the file. */
export function readFileSignatures(file: Uint8Array, nowSeconds = Date.now() / 1000): FileSignatures {
  const examination = new Examination(nowSeconds);
  try {
    const signatures = examineFile(file, examination);
    return { signatures, notEvaluated: [...examination.notEvaluated] };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return { signatures: undefined, notEvaluated: [...examination.notEvaluated, error.message] };
  }
}

/** Goes the way of parse_authenticode, and completes the signatures with the digests of the file. */
function examineFile(file: Uint8Array, examination: Examination): readonly Signature[] {
  const table = findTable(file);
  if (table === undefined) return [];
  const signatures: Signature[] = [];
  examineSignature(table.signature, signatures, examination, 0);
  const digests = new Map<string, Uint8Array | undefined>();
  for (const signature of signatures) {
    const { digest, digestOid } = signature;
    const name = digestOid === undefined ? undefined : examination.digestOf(digestOid);
    if (name === undefined || digest === undefined) {
      signature.verifyFlags ||= SIGNATURE.unknownAlgorithm;
      continue;
    }
    if (!digests.has(name)) digests.set(name, digestFile(name, file, table));
    signature.fileDigest = digests.get(name);
    if (signature.fileDigest === undefined) {
      signature.verifyFlags ||= SIGNATURE.internalError;
      // The others stay as they are: upstream ends here, too.
      break;
    }
    if (!equalBytes(signature.fileDigest, digest)) signature.verifyFlags = SIGNATURE.wrongFileDigest;
  }
  return signatures;
}

interface CertificateTable {
  /** Content of the first WIN_CERTIFICATE, the only one that upstream reads. */
  readonly signature: Uint8Array;
  /** Offsets of the checksum, of the directory's entry for the table, and of the table. */
  readonly checksum: number;
  readonly directoryEntry: number;
  readonly start: number;
}

/** Offsets by the PE format: in the DOS header, and from the PE header on, where PE32+ adds 16 to those behind the checksum. */
const PE_OFFSET_AT = 0x3c;
const DOS_HEADER_BYTES = 0x40;
const MAGIC_AT = 0x18;
const PE32_PLUS = 0x20b;
const CHECKSUM_AT = 0x58;
const DIRECTORY_ENTRY_AT = 0x98;
const PE32_PLUS_EXTRA = 16;
/** Length, revision and type before the content of a WIN_CERTIFICATE. */
const CERTIFICATE_HEADER_BYTES = 8;

/** Finds the table. All offsets wrap at 32 bits, as upstream's do. Undefined where it is not within the file, or is empty. */
function findTable(file: Uint8Array): CertificateTable | undefined {
  if (file.length < DOS_HEADER_BYTES || file[0] !== 0x4d || file[1] !== 0x5a) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const peOffset = view.getUint32(PE_OFFSET_AT, true);
  const magicAt = (peOffset + MAGIC_AT) >>> 0;
  if (file.length < magicAt + 2) return undefined;
  const extra = view.getUint16(magicAt, true) === PE32_PLUS ? PE32_PLUS_EXTRA : 0;
  const directoryEntry = (peOffset + extra + DIRECTORY_ENTRY_AT) >>> 0;
  if (file.length < directoryEntry + 8) return undefined;
  const start = view.getUint32(directoryEntry, true);
  const tableBytes = view.getUint32(directoryEntry + 4, true);
  if (tableBytes < CERTIFICATE_HEADER_BYTES || file.length < start + CERTIFICATE_HEADER_BYTES)
    return undefined;
  const length = view.getUint32(start, true);
  if (length <= CERTIFICATE_HEADER_BYTES || file.length < start + length) return undefined;
  const signature = file.subarray(start + CERTIFICATE_HEADER_BYTES, start + length);
  return { signature, checksum: (peOffset + CHECKSUM_AT) >>> 0, directoryEntry, start };
}

/**
 * Computes the digest of a file up to its table, without the checksum and the directory's entry for the table. Undefined where the table
 * begins before the end of that entry's first byte: upstream gives up there.
 */
function digestFile(name: string, file: Uint8Array, { checksum, directoryEntry, start }: CertificateTable) {
  if (start <= directoryEntry || directoryEntry < checksum) return undefined;
  const hash = createHash(name);
  hash.update(file.subarray(0, checksum));
  hash.update(file.subarray(checksum + 4, directoryEntry));
  hash.update(file.subarray(Math.min(directoryEntry + 8, start), start));
  return new Uint8Array(hash.digest());
}

/** Goes the way of authenticode_new. Adds the signature to those found, and then those that are nested in it. */
function examineSignature(
  bytes: Uint8Array,
  found: Signature[],
  examination: Examination,
  depth: number,
): void {
  const signature: Signature = {
    verifyFlags: SIGNATURE.unreadable,
    digestAlgorithm: undefined,
    digestOid: undefined,
    digest: undefined,
    fileDigest: undefined,
    certificates: [],
    signer: undefined,
    countersignatures: [],
  };
  found.push(signature);
  const message = readPkcs7(bytes, examination.limits);
  if (message !== undefined)
    signature.verifyFlags = examineMessage(message, signature, found, examination, depth);
}

/** Fills in a signature as far as it can be read. Returns its flags, but for the digest of the file. */
function examineMessage(
  message: SignedMessage,
  signature: Signature,
  found: Signature[],
  examination: Examination,
  depth: number,
): number {
  const { limits, nowSeconds } = examination;
  // Upstream cannot make an array for certificates that are not even an empty set.
  if (message.certificates === undefined) return SIGNATURE.internalError;
  signature.certificates = [...message.certificates];

  const content = message.contentType === OID.indirectData ? bytesOf(message.content) : undefined;
  const indirectData = content && readIndirectData(content, limits);
  if (content === undefined || indirectData === undefined) return SIGNATURE.badContent;
  signature.digestOid = indirectData.digestAlgorithm;
  signature.digestAlgorithm = algorithmOf(indirectData.digestAlgorithm).name;
  signature.digest = unlessEmpty(indirectData.digest);

  const signer: Signer = { programName: undefined, digest: undefined, digestAlgorithm: undefined, chain: [] };
  signature.signer = signer;
  const [info] = message.signers;
  if (info === undefined) return SIGNATURE.noSignerInfo;
  const unsigned = (oid: string): readonly Uint8Array[] =>
    valuesOf(info.unsignedAttributes, oid)
      .slice(0, MAX_ATTRIBUTE_VALUES)
      .map(bytesOf)
      .filter((bytes) => bytes !== undefined);

  for (const bytes of unsigned(OID.nestedSignature)) {
    if (depth < MAX_NESTING) examineSignature(bytes, found, examination, depth + 1);
    else examination.notEvaluated.add(`signatures nested deeper than ${MAX_NESTING}`);
  }
  for (const bytes of unsigned(OID.countersignature))
    signature.countersignatures.push(examinePkcs9(bytes, message.certificates, info.signature, examination));
  for (const bytes of unsigned(OID.microsoftCountersignature)) {
    const countersignature = examineMicrosoft(bytes, info.signature, examination);
    signature.countersignatures.push(countersignature);
    signature.certificates.push(...countersignature.certificates);
  }

  const certificate = signerCertificateOf(message);
  if (certificate === undefined) return SIGNATURE.noSignerCertificate;
  signer.chain = buildChain(certificate, message.certificates, nowSeconds);
  const stated = bytesOf(valuesOf(info.signedAttributes, OID.messageDigest)[0]);
  if (stated === undefined) return SIGNATURE.digestMissing;
  signer.digestAlgorithm = algorithmOf(info.digestAlgorithm).name;
  signer.digest = unlessEmpty(stated);
  const programInfo = bytesOf(valuesOf(info.signedAttributes, OID.programInfo)[0]);
  signer.programName = programInfo && readProgramName(programInfo, limits);

  const signed = message.version === 1 ? contentOfElement(content, examination) : content;
  const verified = signed !== undefined && verifyMessage(message, signed, certificate, examination);
  return verified ? SIGNATURE.valid : SIGNATURE.invalid;
}

/** Steps over the header of the content of a message of version 1, where it has a definite length. */
function contentOfElement(content: Uint8Array, { limits }: Examination): Uint8Array | undefined {
  const element = tryDecode(content, limits, (elements) => elements.next());
  if (element === undefined) return undefined;
  return element.indefinite ? new Uint8Array() : content.subarray(element.content, element.contentEnd);
}

function unlessEmpty(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length === 0 ? undefined : bytes;
}
