/**
 * Signed messages: PKCS #7 as OpenSSL's d2i_PKCS7 reads it (crypto/pkcs7/pk7_asn1.c), CMS as its d2i_CMS_ContentInfo does
 * (crypto/cms/cms_asn1.c), and what Authenticode and RFC 3161 put into them.
 */
import { type AnyValue, type Ber, type ReadingLimits, tryDecode } from "./ber.ts";
import {
  type Certificate,
  readAlgorithm,
  readCertificate,
  readExtension,
  readRevocationList,
  smallInteger,
} from "./certificates.ts";
import { dottedOid, encodeElement, Malformed, TAG } from "./encoding.ts";
import { readGeneralName } from "./extensions.ts";
import { type Name, readName, readText } from "./names.ts";
import { OID } from "./object-identifiers.ts";
import type { EncodedTime } from "./times.ts";

export interface SignedMessage {
  readonly form: "PKCS #7" | "CMS";
  readonly version: number;
  /** Identifiers of the digests that were made of the content. */
  readonly digestAlgorithms: readonly string[];
  readonly contentType: string;
  readonly content: AnyValue | undefined;
  /** Undefined where the field is missing, as opposed to empty. */
  readonly certificates: readonly Certificate[] | undefined;
  readonly signers: readonly SignerInfo[];
}

export interface SignerInfo {
  readonly certificate: CertificateReference;
  readonly digestAlgorithm: string;
  readonly signedAttributes: readonly Attribute[] | undefined;
  readonly signature: Uint8Array;
  readonly unsignedAttributes: readonly Attribute[];
}

/** A certificate is named by its issuer and serial number, or, in CMS, by the identifier of its key. */
export type CertificateReference =
  | { readonly issuer: Name; readonly serial: Uint8Array }
  | { readonly subjectKey: Uint8Array };

export interface Attribute {
  readonly oid: string;
  readonly oidDer: Uint8Array;
  readonly values: readonly AnyValue[];
}

/** Reads a PKCS #7 message that is SignedData. Undefined for what is malformed or of another type. */
export function readPkcs7(bytes: Uint8Array, limits: ReadingLimits): SignedMessage | undefined {
  return tryDecode(bytes, limits, (elements) =>
    readContentInfo(elements, (content) =>
      content.sequence((fields) => ({
        form: "PKCS #7" as const,
        version: smallInteger(fields.primitive(TAG.integer)),
        digestAlgorithms: readDigestAlgorithms(fields),
        ...fields.sequence(readPkcs7Content),
        certificates: fields.follows(0) ? fields.list(readCertificate, TAG.set, 0) : undefined,
        lists: fields.follows(1) && fields.list(readRevocationList, TAG.set, 1),
        signers: fields.list(
          (infos) => infos.sequence((info) => readSignerInfo(info, readReference)),
          TAG.set,
        ),
      })),
    ),
  );
}

/** Reads a CMS message that is SignedData (RFC 5652, 5.1): more kinds of certificates, lists and references than PKCS #7 has. */
export function readCms(bytes: Uint8Array, limits: ReadingLimits): SignedMessage | undefined {
  return tryDecode(bytes, limits, (elements) =>
    readContentInfo(elements, (content) =>
      content.sequence((fields) => ({
        form: "CMS" as const,
        version: readInt32(fields),
        digestAlgorithms: readDigestAlgorithms(fields),
        ...fields.sequence(readCmsContent),
        certificates: fields.follows(0)
          ? fields.list(readCertificateChoice, TAG.set, 0).filter((choice) => choice !== undefined)
          : undefined,
        lists: fields.follows(1) && fields.list(readRevocationChoice, TAG.set, 1),
        signers: fields.list((infos) => infos.sequence(readCmsSignerInfo), TAG.set),
      })),
    ),
  );
}

function readContentInfo<T>(elements: Ber, read: (content: Ber) => T): T {
  return elements.sequence((fields) => {
    if (fields.oid() !== OID.signedData) throw new Malformed("not SignedData");
    return fields.explicit(0, read);
  });
}

function readDigestAlgorithms(fields: Ber): readonly string[] {
  return fields.list(readAlgorithm, TAG.set).map(({ oid }) => oid);
}

/** Looks into content of the type "data" and no other that PKCS #7 defines itself: no signature of a program has one of those. */
function readPkcs7Content(fields: Ber) {
  const contentType = fields.oid();
  const read = contentType === OID.data ? readOctets : (inner: Ber): AnyValue => inner.any();
  return { contentType, content: fields.more ? fields.explicit(0, read) : undefined };
}

function readCmsContent(fields: Ber) {
  const contentType = fields.oid();
  return { contentType, content: fields.more ? fields.explicit(0, readOctets) : undefined };
}

function readOctets(inner: Ber): AnyValue {
  const value = inner.primitive(TAG.octetString);
  return { tag: TAG.octetString, value, der: encodeElement(TAG.octetString, value) };
}

function readCertificateChoice(choices: Ber): Certificate | undefined {
  if (choices.follows(TAG.sequence, 0)) return readCertificate(choices);
  if (choices.follows(3)) choices.sequence(readOtherFormat, 3);
  else choices.skipConstructed([0, 1, 2].find((kind) => choices.follows(kind)) ?? 0);
  return undefined;
}

function readRevocationChoice(choices: Ber): void {
  if (choices.follows(1)) choices.sequence(readOtherFormat, 1);
  else readRevocationList(choices);
}

function readOtherFormat(fields: Ber): void {
  fields.oid();
  if (fields.more) fields.any();
}

function readReference(fields: Ber): CertificateReference {
  return fields.sequence((reference) => ({
    issuer: readName(reference),
    serial: reference.primitive(TAG.integer),
  }));
}

function readCmsSignerInfo(info: Ber): SignerInfo {
  return readSignerInfo(info, (fields) =>
    fields.follows(0) ? { subjectKey: fields.primitive(TAG.octetString, 0) } : readReference(fields),
  );
}

export function readSignerInfo(fields: Ber, readSigner: (fields: Ber) => CertificateReference): SignerInfo {
  fields.primitive(TAG.integer);
  const certificate = readSigner(fields);
  const { oid: digestAlgorithm } = readAlgorithm(fields);
  const signedAttributes = fields.follows(0) ? fields.list(readAttribute, TAG.set, 0) : undefined;
  readAlgorithm(fields);
  const signature = fields.primitive(TAG.octetString);
  const unsignedAttributes = fields.follows(1) ? fields.list(readAttribute, TAG.set, 1) : [];
  return { certificate, digestAlgorithm, signedAttributes, signature, unsignedAttributes };
}

/** Reads a PKCS #9 countersignature: a SignerInfo whose certificate is among those of the signature. */
export function readCountersigner(bytes: Uint8Array, limits: ReadingLimits): SignerInfo | undefined {
  return tryDecode(bytes, limits, (elements) =>
    elements.sequence((fields) => readSignerInfo(fields, readReference)),
  );
}

function readAttribute(attributes: Ber): Attribute {
  return attributes.sequence((fields) => {
    const oid = fields.primitive(TAG.oid);
    return {
      oid: dottedOid(oid),
      oidDer: encodeElement(TAG.oid, oid),
      values: fields.list((values) => values.any(), TAG.set),
    };
  });
}

/** Returns the values of the first attribute of a kind. */
export function valuesOf(attributes: readonly Attribute[] | undefined, oid: string): readonly AnyValue[] {
  return attributes?.find((attribute) => attribute.oid === oid)?.values ?? [];
}

/** Types of values that OpenSSL does not keep as a string of bytes. */
const WITHOUT_BYTES: ReadonlySet<number | undefined> = new Set([TAG.boolean, TAG.null, TAG.oid]);

/** Bytes that upstream takes a value for, which never asks for the type; undefined where it would read wild memory. */
export function bytesOf(value: AnyValue | undefined): Uint8Array | undefined {
  return value === undefined || WITHOUT_BYTES.has(value.tag) ? undefined : value.value;
}

/** Writes signed attributes in the form that is signed: a SET in the order received, each value set sorted (X.690, 11.6). */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const encoded = attributes.map(({ oidDer, values }) => {
    const sorted = values.map(({ der }) => der).sort(Buffer.compare);
    return encodeElement(0x30, oidDer, encodeElement(0x31, ...sorted));
  });
  return encodeElement(0x31, ...encoded);
}

/** The digest of a file, which is all that Authenticode signs. */
export interface IndirectData {
  readonly digestAlgorithm: string;
  readonly digest: Uint8Array;
}

export function readIndirectData(bytes: Uint8Array, limits: ReadingLimits): IndirectData | undefined {
  return tryDecode(bytes, limits, (elements) =>
    elements.sequence((fields) => {
      fields.sequence((data) => {
        data.oid();
        if (data.more) data.any();
      });
      return fields.sequence(readDigestInfo);
    }),
  );
}

function readDigestInfo(fields: Ber): IndirectData {
  return { digestAlgorithm: readAlgorithm(fields).oid, digest: fields.primitive(TAG.octetString) };
}

/** Reads DigestInfo (PKCS #1), which an RSA signature holds. */
export function readSignedDigest(bytes: Uint8Array, limits: ReadingLimits): Uint8Array | undefined {
  return tryDecode(bytes, limits, (elements) => elements.sequence(readDigestInfo))?.digest;
}

/** Reads the program's name of SpcSpOpusInfo. Undefined where there is none, or none that upstream takes. */
export function readProgramName(bytes: Uint8Array, limits: ReadingLimits): string | undefined {
  const name = tryDecode(bytes, limits, (elements) =>
    elements.sequence((fields) => {
      const programName = fields.follows(0) ? fields.explicit(0, readSpcString) : undefined;
      if (fields.more) fields.explicit(1, readSpcLink);
      return programName;
    }),
  );
  const text = name && readText(name.tag, name.value);
  // Upstream takes no name that is longer in UTF-8 than the structure that holds it, and a zero ends it as a text in C.
  return text !== undefined && Buffer.byteLength(text) < bytes.length ? text.split("\0", 1)[0] : undefined;
}

function readSpcString(choice: Ber): { readonly tag: number; readonly value: Uint8Array } {
  const isBmp = choice.follows(0);
  const tag = isBmp ? TAG.bmpString : TAG.ia5String;
  return { tag, value: choice.primitive(tag, isBmp ? 0 : 1) };
}

function readSpcLink(choice: Ber): void {
  if (choice.follows(0)) choice.primitive(TAG.ia5String, 0);
  else if (choice.follows(2)) choice.explicit(2, readSpcString);
  else
    choice.sequence((fields) => {
      fields.primitive(TAG.octetString);
      fields.primitive(TAG.octetString);
    }, 1);
}

/** TSTInfo of RFC 3161. */
export interface TimeStamp {
  readonly version: number;
  readonly digestAlgorithm: string;
  readonly digest: Uint8Array;
  readonly time: EncodedTime;
}

export function readTimeStamp(bytes: Uint8Array, limits: ReadingLimits): TimeStamp | undefined {
  return tryDecode(bytes, limits, (elements) =>
    elements.sequence((fields) => {
      const version = smallInteger(fields.primitive(TAG.integer));
      fields.oid();
      const imprint = fields.sequence(readDigestInfo);
      fields.primitive(TAG.integer);
      const time = { tag: TAG.generalizedTime, value: fields.primitive(TAG.generalizedTime) };
      if (fields.follows(TAG.sequence, 0)) fields.sequence(readAccuracy);
      if (fields.follows(TAG.boolean, 0)) fields.primitive(TAG.boolean);
      if (fields.follows(TAG.integer, 0)) fields.primitive(TAG.integer);
      if (fields.follows(0)) fields.explicit(0, readGeneralName);
      if (fields.more) fields.list(readExtension, TAG.sequence, 1);
      return { version, ...imprint, time };
    }),
  );
}

function readAccuracy(fields: Ber): void {
  if (fields.follows(TAG.integer, 0)) fields.primitive(TAG.integer);
  for (const part of [0, 1]) if (fields.follows(part)) fields.primitive(TAG.integer, part);
}

function readInt32(fields: Ber): number {
  const content = fields.primitive(TAG.integer);
  if (content.length > 4) throw new Malformed("a version of more than 32 bits");
  return smallInteger(content);
}
