/**
 * The chain of a certificate among those of its signature, as OpenSSL's X509_verify_cert builds it without any trusted certificate.
 * Names and key identifiers make the chain, no signature of a certificate is verified, and its end is not trusted: upstream wants only
 * the order.
 */

import { type Certificate, keyTypeOf } from "./certificates.ts";
import { equalBytes } from "./encoding.ts";
import { keyIdentifiersOf } from "./extensions.ts";

/** OpenSSL's default depth of 100 and one more, after which it stops. */
const MAX_CHAIN = 102;

/**
 * @param certificates those of the signature, in their order
 * @param nowSeconds of several issuers the one that is valid now comes first
 */
export function buildChain(
  first: Certificate,
  certificates: readonly Certificate[],
  nowSeconds: number,
): readonly Certificate[] {
  const chain = [first];
  const left = [...certificates];
  while (chain.length < MAX_CHAIN) {
    const current = chain.at(-1)!;
    if (isSelfSigned(current)) break;
    const issuer = findIssuer(current, left, chain, nowSeconds);
    if (issuer === undefined) break;
    left.splice(left.indexOf(issuer), 1);
    chain.push(issuer);
  }
  return chain;
}

/** Finds the first issuer that is valid now, else the one that was valid last. */
function findIssuer(
  current: Certificate,
  candidates: readonly Certificate[],
  chain: readonly Certificate[],
  nowSeconds: number,
): Certificate | undefined {
  const mayRepeat = chain.length === 1 && isSelfIssued(current);
  let latest: Certificate | undefined;
  for (const candidate of candidates) {
    if (!mayHaveIssued(candidate, current)) continue;
    if (!mayRepeat && chain.some((each) => equalBytes(each.thumbprint, candidate.thumbprint))) continue;
    const { validity } = candidate;
    if (validity !== undefined && validity.from <= nowSeconds && nowSeconds < validity.to) return candidate;
    if (latest === undefined || (validity?.to ?? -Infinity) > (latest.validity?.to ?? Infinity))
      latest = candidate;
  }
  return latest;
}

function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return subject.canonical === issuer.canonical;
}

function isSelfSigned(certificate: Certificate): boolean {
  return mayHaveIssued(certificate, certificate);
}

/** Compares as ossl_x509_likely_issued: names, key identifiers, and the type of the key. */
function mayHaveIssued(issuer: Certificate, subject: Certificate): boolean {
  if (issuer.subject.canonical !== subject.issuer.canonical) return false;
  const [ofIssuer, ofSubject] = [keyIdentifiersOf(issuer), keyIdentifiersOf(subject)];
  if (ofIssuer === undefined || ofSubject === undefined) return false;
  const { keyId, issuer: name, serial } = ofSubject.authorityKey ?? {};
  if (keyId !== undefined && ofIssuer.subjectKey !== undefined && !equalBytes(keyId, ofIssuer.subjectKey))
    return false;
  if (serial !== undefined && !equalBytes(serial, issuer.serial)) return false;
  if (name !== undefined && name.canonical !== issuer.issuer.canonical) return false;
  const [keyType, wanted] = [keyTypeOf(issuer), subject.signatureKeyType];
  return keyType !== undefined && (keyType === wanted || (keyType === "RSA" && wanted === "RSA-PSS"));
}
