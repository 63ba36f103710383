/** Makes small PE files and puts signatures into them. */
import type { Der } from "./der.ts";
import {
  attribute,
  type DigestName,
  digestOf,
  type Identity,
  indirectData,
  type MessageParts,
  makeIdentity,
  makeSignerInfo,
  OIDS,
  type SignerOptions,
  signedData,
} from "./signer.ts";

const PE_OFFSET = 0x80;
const HEADERS = 0x200;
const SECTION = 0x200;

export interface Pe {
  readonly bytes: Buffer;
  readonly checksumAt: number;
  /** Offset of the entry of the directory for the certificate table. */
  readonly directoryAt: number;
}

/** A PE file with one section and no table. */
export function makePe(bits: 32 | 64 = 64): Pe {
  const bytes = Buffer.alloc(HEADERS + SECTION);
  const extra = bits === 64 ? 16 : 0;
  bytes.write("MZ", 0, "latin1");
  bytes.writeUInt32LE(PE_OFFSET, 0x3c);
  bytes.write("PE\0\0", PE_OFFSET, "latin1");
  const file = PE_OFFSET + 4;
  bytes.writeUInt16LE(bits === 64 ? 0x8664 : 0x14c, file);
  bytes.writeUInt16LE(1, file + 2);
  bytes.writeUInt16LE(0xe0 + extra, file + 16);
  bytes.writeUInt16LE(0x22, file + 18);
  const optional = file + 20;
  bytes.writeUInt16LE(bits === 64 ? 0x20b : 0x10b, optional);
  bytes.writeUInt32LE(0x1000, optional + 16);
  bytes.writeUInt32LE(0x1000, optional + 32);
  bytes.writeUInt32LE(0x200, optional + 36);
  bytes.writeUInt32LE(0x2000, optional + 56);
  bytes.writeUInt32LE(HEADERS, optional + 60);
  bytes.writeUInt32LE(0x12345678, optional + 64);
  bytes.writeUInt16LE(3, optional + 68);
  bytes.writeUInt32LE(16, optional + 92 + extra);
  const section = optional + 0xe0 + extra;
  bytes.write(".text", section, "latin1");
  bytes.writeUInt32LE(SECTION, section + 8);
  bytes.writeUInt32LE(0x1000, section + 12);
  bytes.writeUInt32LE(SECTION, section + 16);
  bytes.writeUInt32LE(HEADERS, section + 20);
  for (let at = HEADERS; at < bytes.length; at++) bytes[at] = at * 7;
  return { bytes, checksumAt: optional + 64, directoryAt: optional + 96 + extra + 4 * 8 };
}

/** Digest of a file without a table, by the rule of the Authenticode document: no checksum, no entry for the table. */
export function authentihash({ bytes, checksumAt, directoryAt }: Pe, digest: DigestName): Buffer {
  const parts = [
    bytes.subarray(0, checksumAt),
    bytes.subarray(checksumAt + 4, directoryAt),
    bytes.subarray(directoryAt + 8),
  ];
  return digestOf(digest, Buffer.concat(parts));
}

/** WIN_CERTIFICATE, padded to a multiple of 8 bytes. */
export function winCertificate(content: Uint8Array, length = 8 + content.length): Buffer {
  const entry = Buffer.alloc(Math.ceil((8 + content.length) / 8) * 8);
  entry.writeUInt32LE(length, 0);
  entry.writeUInt16LE(0x0200, 4);
  entry.writeUInt16LE(2, 6);
  entry.set(content, 8);
  return entry;
}

/** Appends a table and enters it in the directory. */
export function addTable(pe: Pe, table: Uint8Array, start = pe.bytes.length, length = table.length): Buffer {
  const bytes = Buffer.concat([pe.bytes, table]);
  bytes.writeUInt32LE(start, pe.directoryAt);
  bytes.writeUInt32LE(length, pe.directoryAt + 4);
  return bytes;
}

export interface SignatureOptions extends SignerOptions {
  readonly identity?: Identity;
  readonly chain?: readonly Identity[];
  readonly bits?: 32 | 64;
  /** Makes unsigned attributes of the signature. */
  readonly unsigned?: (signature: Uint8Array) => readonly Der[];
  readonly parts?: Partial<MessageParts>;
  readonly fileDigest?: Uint8Array;
}

/** Makes the PKCS #7 message for a PE file. */
export function makeSignature(pe: Pe, options: SignatureOptions = {}): Der {
  const identity = options.identity ?? makeIdentity();
  const digest = options.digest ?? "sha256";
  const content = indirectData(digest, options.fileDigest ?? authentihash(pe, digest));
  // The header of the content is not signed.
  const headerBytes = content[1]! < 0x80 ? 2 : 2 + (content[1]! & 0x7f);
  return signedData({
    digest,
    content,
    certificates: [identity, ...(options.chain ?? [])].map(({ certificate }) => certificate),
    signers: [makeSignerInfo(identity, content.subarray(headerBytes), options, options.unsigned)],
    ...options.parts,
  });
}

export function signPe(options: SignatureOptions = {}): Buffer {
  const pe = makePe(options.bits);
  return addTable(pe, winCertificate(makeSignature(pe, options)));
}

/** A PE file whose table has these bytes for a signature. */
export function peWithTable(content: Uint8Array): Buffer {
  return addTable(makePe(), winCertificate(content));
}

export const nested = (...messages: readonly Der[]): Der => attribute(OIDS.nestedSignature, ...messages);
