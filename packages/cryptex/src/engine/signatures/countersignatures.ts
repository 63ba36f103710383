/**
 * Countersignatures, which say when a file was signed: PKCS #9 ones and Microsoft's, which hold an RFC 3161 time stamp. Follows
 * authenticode-parser/countersignature.c of YARA 4.5.5 step by step, for each step that fails leaves less to show.
 */

import type { Certificate } from "./certificates.ts";
import { buildChain } from "./chain.ts";
import { equalBytes, TAG } from "./encoding.ts";
import { keyIdentifiersOf } from "./extensions.ts";
import {
  bytesOf,
  type CertificateReference,
  encodeAttributes,
  readCms,
  readCountersigner,
  readPkcs7,
  readSignedDigest,
  readTimeStamp,
  type SignedMessage,
  type SignerInfo,
  type TimeStamp,
  valuesOf,
} from "./messages.ts";
import { algorithmOf, OID } from "./object-identifiers.ts";
import { shownSeconds } from "./times.ts";
import { digestBytes, type Examination } from "./verification.ts";

/** COUNTERSIGNATURE_VFY_… of YARA's authenticode.h. */
export const COUNTERSIGNATURE = {
  valid: 0,
  unreadable: 1,
  noSignerCertificate: 2,
  unknownAlgorithm: 3,
  invalid: 4,
  cannotRecoverDigest: 5,
  digestMissing: 6,
  otherSignature: 7,
  timeMissing: 9,
} as const;

export interface Countersignature {
  /** One of COUNTERSIGNATURE. */
  verifyFlags: number;
  /** Seconds since 1970; 0 where it is not known. */
  signTime: number;
  digestAlgorithm: string | undefined;
  digest: Uint8Array | undefined;
  chain: readonly Certificate[];
  /** Those that the countersignature brings itself. */
  certificates: readonly Certificate[];
}

function unread(verifyFlags: number): Countersignature {
  return {
    verifyFlags,
    signTime: 0,
    digestAlgorithm: undefined,
    digest: undefined,
    chain: [],
    certificates: [],
  };
}

/**
 * @param certificates those of the signature that is countersigned
 * @param signature the bytes that are countersigned
 */
export function examinePkcs9(
  bytes: Uint8Array,
  certificates: readonly Certificate[],
  signature: Uint8Array,
  examination: Examination,
): Countersignature {
  const signer = readCountersigner(bytes, examination.limits);
  if (signer === undefined) return unread(COUNTERSIGNATURE.unreadable);
  const result = unread(COUNTERSIGNATURE.valid);
  result.digestAlgorithm = algorithmOf(signer.digestAlgorithm).name;
  result.verifyFlags = verifyPkcs9(result, signer, certificates, signature, examination);
  return result;
}

function verifyPkcs9(
  result: Countersignature,
  signer: SignerInfo,
  certificates: readonly Certificate[],
  signature: Uint8Array,
  examination: Examination,
): number {
  const [time] = valuesOf(signer.signedAttributes, OID.signingTime);
  if (time === undefined) return COUNTERSIGNATURE.timeMissing;
  result.signTime = shownSeconds(time);

  const certificate = certificates.find((each) => isReferred(each, signer.certificate));
  if (certificate === undefined) return COUNTERSIGNATURE.noSignerCertificate;
  result.chain = buildChain(certificate, certificates, examination.nowSeconds);

  const stated = bytesOf(valuesOf(signer.signedAttributes, OID.messageDigest)[0]);
  if (stated === undefined || stated.length === 0) return COUNTERSIGNATURE.digestMissing;
  const digest = examination.digestOf(signer.digestAlgorithm);
  if (digest === undefined) return COUNTERSIGNATURE.unknownAlgorithm;
  result.digest = stated;

  const recovered = examination.recover(certificate, signer.signature);
  if (recovered === undefined) return COUNTERSIGNATURE.cannotRecoverDigest;
  const calculated = digestBytes(digest, encodeAttributes(signer.signedAttributes ?? []));
  // Some signers encrypt the bare digest, others a DigestInfo, as PKCS #1 says. Upstream compares as many bytes as the digest has.
  const signed =
    recovered.length === calculated.length ? recovered : readSignedDigest(recovered, examination.limits);
  if (signed === undefined || !equalBytes(signed.subarray(0, calculated.length), calculated))
    return COUNTERSIGNATURE.invalid;

  const isThisOne = equalBytes(stated, digestBytes(digest, signature));
  return isThisOne ? COUNTERSIGNATURE.valid : COUNTERSIGNATURE.otherSignature;
}

/** @param signature the bytes that are countersigned */
export function examineMicrosoft(
  bytes: Uint8Array,
  signature: Uint8Array,
  examination: Examination,
): Countersignature {
  const { limits } = examination;
  const message = readPkcs7(bytes, limits) ?? readCms(bytes, limits);
  const isStamp = message?.contentType === OID.timeStampInfo && message.content?.tag === TAG.octetString;
  const stamp = isStamp ? readTimeStamp(message.content!.value, limits) : undefined;
  if (message === undefined || stamp === undefined) return unread(COUNTERSIGNATURE.unreadable);
  const result = unread(COUNTERSIGNATURE.valid);
  result.signTime = shownSeconds(stamp.time);
  result.verifyFlags = verifyMicrosoft(result, message, stamp, signature, examination);
  return result;
}

function verifyMicrosoft(
  result: Countersignature,
  message: SignedMessage,
  stamp: TimeStamp,
  signature: Uint8Array,
  examination: Examination,
): number {
  const certificate = signerCertificateOf(message);
  if (certificate === undefined) return COUNTERSIGNATURE.noSignerCertificate;
  result.certificates = message.certificates ?? [];
  result.chain = buildChain(certificate, result.certificates, examination.nowSeconds);
  result.digestAlgorithm = algorithmOf(stamp.digestAlgorithm).name;
  if (stamp.digest.length === 0) return COUNTERSIGNATURE.digestMissing;
  result.digest = stamp.digest;

  const digest = examination.digestOf(stamp.digestAlgorithm);
  if (digest === undefined) return COUNTERSIGNATURE.unknownAlgorithm;
  if (!equalBytes(stamp.digest, digestBytes(digest, signature))) return COUNTERSIGNATURE.otherSignature;
  if (stamp.version !== 1) return COUNTERSIGNATURE.invalid;
  const verified = verifyMessage(message, message.content!.value, certificate, examination);
  return verified ? COUNTERSIGNATURE.valid : COUNTERSIGNATURE.invalid;
}

/** Finds the first signer's certificate. In PKCS #7 each signer must have one; in CMS, as upstream reads it, one of them. */
export function signerCertificateOf({ form, signers, certificates }: SignedMessage): Certificate | undefined {
  const found = signers.map((signer) => certificates?.find((each) => isReferred(each, signer.certificate)));
  return form === "CMS"
    ? found.find((each) => each !== undefined)
    : found.includes(undefined)
      ? undefined
      : found[0];
}

function isReferred(certificate: Certificate, reference: CertificateReference): boolean {
  if ("issuer" in reference)
    return (
      equalBytes(certificate.serial, reference.serial) &&
      certificate.issuer.canonical === reference.issuer.canonical
    );
  const key = keyIdentifiersOf(certificate)?.subjectKey;
  return key !== undefined && equalBytes(key, reference.subjectKey);
}

/**
 * Tells whether the first signer signed this content. Of a message in CMS upstream compares the digest alone and does not look at the
 * signature; and neither does this, so that the same rules match.
 */
export function verifyMessage(
  { form, digestAlgorithms, signers }: SignedMessage,
  content: Uint8Array,
  certificate: Certificate,
  examination: Examination,
): boolean {
  const { digestAlgorithm, signedAttributes, signature } = signers[0]!;
  const digest = examination.digestOf(digestAlgorithm);
  const listed = digestAlgorithms.map((oid) => examination.digestOf(oid));
  if (digest === undefined || listed.includes(undefined) || !listed.includes(digest)) return false;
  const [stated, another] = valuesOf(signedAttributes, OID.messageDigest);
  if (signedAttributes === undefined || stated === undefined) return false;
  if (form === "CMS" && (another !== undefined || stated.tag !== TAG.octetString)) return false;
  if (!equalBytes(stated.value, digestBytes(digest, content))) return false;
  if (form === "CMS") return true;
  return examination.verifies(certificate, digest, encodeAttributes(signedAttributes), signature);
}
