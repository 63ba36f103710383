/** X.509 certificates as OpenSSL reads them (RFC 5280; templates of crypto/x509/x_x509.c of OpenSSL 3.0). */
import { createHash } from "node:crypto";
import { type Ber, type ReadingLimits, tryDecode } from "./ber.ts";
import { type Element, encodeElement, TAG } from "./encoding.ts";
import { type Name, readName } from "./names.ts";
import { algorithmOf, KEY_TYPES, type KeyType } from "./object-identifiers.ts";
import { type EncodedTime, secondsOf, shownSeconds } from "./times.ts";

/** A certificate with what `pe.signatures` shows of it. */
export interface Certificate {
  /** SHA-1 of its DER form, 20 bytes. */
  readonly thumbprint: Uint8Array;
  /** As it is encoded: 2 for X.509 v3; -1 for a number that does not fit. */
  readonly version: number;
  readonly subject: Name;
  readonly issuer: Name;
  /** Content of the INTEGER. */
  readonly serial: Uint8Array;
  readonly algorithm: string;
  readonly algorithmOid: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Seconds since 1970 within which it is valid, undefined where one of them cannot be read. */
  readonly validity: { readonly from: number; readonly to: number } | undefined;
  readonly publicKey: PublicKeyInfo;
  /** Type of the key that made its signature, undefined where the algorithm is unknown. */
  readonly signatureKeyType: KeyType | undefined;
  readonly extensions: readonly Extension[];
  readonly limits: ReadingLimits;
}

export interface PublicKeyInfo {
  readonly algorithm: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly der: Uint8Array;
  /** The key itself, without the count of unused bits. */
  readonly key: Uint8Array;
}

export interface Extension {
  readonly oid: string;
  readonly value: Uint8Array;
}

export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly der: Uint8Array;
}

/** UTCTime or GeneralizedTime. */
const TIME_TYPES: ReadonlySet<number> = new Set([TAG.utcTime, TAG.generalizedTime]);
/** Largest version that fits into what the module takes. */
const MAX_VERSION = 0x7fffffff;

export function readAlgorithm(elements: Ber): AlgorithmIdentifier {
  return elements.sequence((fields) => {
    const oid = elementOf(fields, () => fields.oid());
    const parameters = fields.more ? [fields.any().der] : [];
    return { oid: oid.value, der: encodeElement(0x30, oid.der, ...parameters) };
  });
}

export function readCertificate(elements: Ber): Certificate {
  elements.limits.countCertificate();
  return elements.sequence((fields) => {
    const body = elementOf(fields, () => fields.sequence(readBody));
    const algorithm = readAlgorithm(fields);
    const signature = fields.primitive(TAG.bitString);
    const der = encodeElement(0x30, body.der, algorithm.der, encodeElement(TAG.bitString, signature));
    const { name, oid } = algorithmOf(algorithm.oid);
    return {
      ...body.value,
      thumbprint: createHash("sha1").update(der).digest(),
      algorithm: name,
      algorithmOid: oid,
      limits: elements.limits,
    };
  });
}

/** Reads TBSCertificate. */
function readBody(fields: Ber) {
  const version = fields.follows(0)
    ? fields.explicit(0, (content) => content.primitive(TAG.integer))
    : undefined;
  const serial = fields.primitive(TAG.integer);
  const signature = readAlgorithm(fields);
  const issuer = readName(fields);
  const [notBefore, notAfter] = fields.sequence(
    (validity) => [readTime(validity), readTime(validity)] as const,
  );
  const subject = readName(fields);
  const publicKey = readPublicKeyInfo(fields);
  if (fields.follows(1)) fields.primitive(TAG.bitString, 1);
  if (fields.follows(2)) fields.primitive(TAG.bitString, 2);
  const extensions = fields.follows(3) ? fields.explicit(3, (content) => content.list(readExtension)) : [];
  const [from, to] = [secondsOf(notBefore), secondsOf(notAfter)];
  return {
    version: version === undefined ? 0 : smallInteger(version),
    serial,
    issuer,
    subject,
    notBefore: shownSeconds(notBefore),
    notAfter: shownSeconds(notAfter),
    validity: from === undefined || to === undefined ? undefined : { from, to },
    publicKey,
    signatureKeyType: algorithmOf(signature.oid).keyType,
    extensions,
  };
}

function readPublicKeyInfo(elements: Ber): PublicKeyInfo {
  return elements.sequence((fields) => {
    const algorithm = readAlgorithm(fields);
    const bits = fields.primitive(TAG.bitString);
    return {
      algorithm: algorithm.oid,
      der: encodeElement(0x30, algorithm.der, encodeElement(TAG.bitString, bits)),
      key: bits.subarray(1),
    };
  });
}

export function readExtension(elements: Ber): Extension {
  return elements.sequence((fields) => {
    const oid = fields.oid();
    if (fields.follows(TAG.boolean, 0)) fields.primitive(TAG.boolean);
    return { oid, value: fields.primitive(TAG.octetString) };
  });
}

export function readTime(elements: Ber): EncodedTime {
  const { tag, bytes } = elements.oneOf(TIME_TYPES);
  return { tag, value: bytes };
}

/** Reads a CertificateList only to learn that it is one: nothing of it is shown. */
export function readRevocationList(elements: Ber): void {
  elements.sequence((list) => {
    list.sequence((fields) => {
      if (fields.follows(TAG.integer, 0)) fields.primitive(TAG.integer);
      readAlgorithm(fields);
      readName(fields);
      readTime(fields);
      if (fields.follows(TAG.utcTime, 0) || fields.follows(TAG.generalizedTime, 0)) readTime(fields);
      if (fields.follows(TAG.sequence, 0)) fields.list(readRevoked);
      if (fields.follows(0)) fields.explicit(0, (content) => content.list(readExtension));
    });
    readAlgorithm(list);
    list.primitive(TAG.bitString);
  });
}

function readRevoked(elements: Ber): void {
  elements.sequence((fields) => {
    fields.primitive(TAG.integer);
    readTime(fields);
    if (fields.more) fields.list(readExtension);
  });
}

/** Reads something and returns its bytes beside its value. */
function elementOf<T>(fields: Ber, read: () => T): { readonly value: T; readonly der: Uint8Array } {
  const start = fields.offset;
  const value = read();
  return { value, der: fields.bytes.subarray(start, fields.offset) };
}

/** Returns the number that an INTEGER's content says, or -1 where it is too large or too small for the module. */
export function smallInteger(content: Uint8Array): number {
  if (content.length > 6) return -1;
  const value = Buffer.from(content).readIntBE(0, content.length);
  return Math.abs(value) > MAX_VERSION ? -1 : value;
}

/**
 * Type of a certificate's key; undefined where OpenSSL would find no key in it. Only RSA keys are looked into: the others are
 * looked into when they verify something.
 */
export function keyTypeOf({ publicKey, limits }: Certificate): KeyType | undefined {
  const type = KEY_TYPES.get(publicKey.algorithm);
  const isRsa = type === "RSA" || type === "RSA-PSS";
  return isRsa && !isRsaKey(publicKey.key, limits) ? undefined : type;
}

/** Tells whether a key is a SEQUENCE of two INTEGERs. OpenSSL does not ask how these are padded, as it does elsewhere. */
function isRsaKey(key: Uint8Array, limits: ReadingLimits): boolean {
  const isInteger = (element: Element): boolean =>
    element.tagClass === 0 && element.tag === TAG.integer && !element.constructed;
  const areIntegers = tryDecode(key, limits, (elements) =>
    elements.sequence((fields) => [fields.next(), fields.next()].every(isInteger)),
  );
  return areIntegers === true;
}
