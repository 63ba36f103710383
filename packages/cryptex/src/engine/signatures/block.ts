/** Signatures as c/authenticode.c takes them: one block, whose layout that file describes. */
import type { Signature } from "../authenticode.ts";
import type { Certificate } from "./certificates.ts";
import type { Countersignature } from "./countersignatures.ts";
import { joinBytes } from "./encoding.ts";

/** Stands for the length of a text or of bytes that are not there. */
const NONE = 0xffffffff;
/** Content of the INTEGER of a serial number: RFC 5280 allows 20 bytes, and upstream shows no longer one. */
const MAX_SERIAL_BYTES = 20;

class BlockWriter {
  readonly #parts: Uint8Array[] = [];

  word(value: number): void {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value >>> 0);
    this.#parts.push(part);
  }

  long(value: number): void {
    const part = Buffer.alloc(8);
    part.writeBigInt64LE(BigInt(value));
    this.#parts.push(part);
  }

  bytes(bytes: Uint8Array | undefined): void {
    this.word(bytes?.length ?? NONE);
    if (bytes === undefined) return;
    // One zero at least, so that a text in C ends, and then up to a multiple of 4.
    this.#parts.push(bytes, new Uint8Array(4 - (bytes.length % 4)));
  }

  text(text: string | undefined): void {
    this.bytes(text === undefined ? undefined : Buffer.from(text, "utf8"));
  }

  list<T>(items: readonly T[], write: (item: T) => void): void {
    this.word(items.length);
    for (const item of items) write(item);
  }

  /** Joins all that was written, with its own length before it. */
  finish(): Uint8Array {
    const content = joinBytes(this.#parts);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(4 + content.length);
    return joinBytes([length, content]);
  }
}

export function encodeSignatures(signatures: readonly Signature[]): Uint8Array {
  const block = new BlockWriter();
  block.list(signatures, (signature) => writeSignature(block, signature));
  return block.finish();
}

function writeSignature(block: BlockWriter, signature: Signature): void {
  block.word(signature.verifyFlags);
  block.text(signature.digestAlgorithm);
  block.bytes(signature.digest);
  block.bytes(signature.fileDigest);
  block.list(signature.certificates, (certificate) => writeCertificate(block, certificate));
  const { signer } = signature;
  block.word(signer === undefined ? 0 : 1);
  if (signer !== undefined) {
    block.bytes(signer.digest);
    block.text(signer.digestAlgorithm);
    block.text(signer.programName);
    block.list(signer.chain, (certificate) => writeCertificate(block, certificate));
  }
  block.list(signature.countersignatures, (countersignature) =>
    writeCountersignature(block, countersignature),
  );
}

function writeCountersignature(block: BlockWriter, countersignature: Countersignature): void {
  block.word(countersignature.verifyFlags);
  block.long(countersignature.signTime);
  block.text(countersignature.digestAlgorithm);
  block.bytes(countersignature.digest);
  block.list(countersignature.chain, (certificate) => writeCertificate(block, certificate));
}

function writeCertificate(block: BlockWriter, certificate: Certificate): void {
  block.word(certificate.version);
  block.text(certificate.issuer.line);
  block.text(certificate.subject.line);
  block.text(serialText(certificate.serial));
  block.text(certificate.algorithm);
  block.text(certificate.algorithmOid);
  block.bytes(certificate.thumbprint);
  block.long(certificate.notBefore);
  block.long(certificate.notAfter);
}

/** Writes "00:01:ab". Undefined for a number that is too long. */
function serialText(serial: Uint8Array): string | undefined {
  if (serial.length > MAX_SERIAL_BYTES) return undefined;
  return Array.from(serial, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
