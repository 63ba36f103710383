/** Extensions of certificates, as far as OpenSSL looks into them to find the issuer of a certificate (crypto/x509/v3_purp.c of 3.0). */
import { type Ber, tryDecode } from "./ber.ts";
import type { Certificate } from "./certificates.ts";
import { Malformed, TAG } from "./encoding.ts";
import { type Name, readName, readNameEntry } from "./names.ts";

export interface KeyIdentifiers {
  readonly subjectKey: Uint8Array | undefined;
  readonly authorityKey: AuthorityKey | undefined;
}

interface AuthorityKey {
  readonly keyId: Uint8Array | undefined;
  /** Issuer of the issuer's certificate. */
  readonly issuer: Name | undefined;
  readonly serial: Uint8Array | undefined;
}

const SUBJECT_KEY = "2.5.29.14";
const AUTHORITY_KEY = "2.5.29.35";

/** How extensions are written (RFC 5280, 4.2.1); the last one is Netscape's type of certificate. */
const FORMS: readonly (readonly [oid: string, read: (value: Ber) => unknown])[] = [
  [SUBJECT_KEY, (value) => value.primitive(TAG.octetString)],
  [AUTHORITY_KEY, readAuthorityKey],
  ["2.5.29.15", readKeyUsage],
  ["2.5.29.17", (value) => value.list(readGeneralName)],
  ["2.5.29.19", readBasicConstraints],
  ["2.5.29.30", readNameConstraints],
  ["2.5.29.31", (value) => value.list(readDistributionPoint)],
  ["2.5.29.37", (value) => value.list((usages) => usages.oid())],
  ["2.16.840.1.113730.1.1", (value) => value.primitive(TAG.bitString)],
];

const known = new WeakMap<Certificate, KeyIdentifiers | "invalid">();

/**
 * Returns undefined for a certificate that has an extension twice or in another form. OpenSSL takes such a one neither for an issuer nor for
 * issued.
 */
export function keyIdentifiersOf(certificate: Certificate): KeyIdentifiers | undefined {
  let identifiers = known.get(certificate);
  if (identifiers === undefined) {
    identifiers = readKeyIdentifiers(certificate) ?? "invalid";
    known.set(certificate, identifiers);
  }
  return identifiers === "invalid" ? undefined : identifiers;
}

function readKeyIdentifiers({ extensions, limits }: Certificate): KeyIdentifiers | undefined {
  const values = new Map<string, unknown>();
  for (const [oid, read] of FORMS) {
    const [found, another] = extensions.filter((extension) => extension.oid === oid);
    if (found === undefined) continue;
    if (another !== undefined) return undefined;
    const value = tryDecode(found.value, limits, (content) => ({ read: read(content) }));
    if (value === undefined) return undefined;
    values.set(oid, value.read);
  }
  return {
    subjectKey: values.get(SUBJECT_KEY) as Uint8Array | undefined,
    authorityKey: values.get(AUTHORITY_KEY) as AuthorityKey | undefined,
  };
}

function readAuthorityKey(value: Ber): AuthorityKey {
  return value.sequence((fields) => {
    const keyId = fields.follows(0) ? fields.primitive(TAG.octetString, 0) : undefined;
    const names = fields.follows(1) ? fields.list(readGeneralName, TAG.sequence, 1) : [];
    const serial = fields.follows(2) ? fields.primitive(TAG.integer, 2) : undefined;
    return { keyId, issuer: names.find((name) => name !== undefined), serial };
  });
}

function readKeyUsage(value: Ber): void {
  const bits = value.primitive(TAG.bitString);
  if (!bits.subarray(1, 3).some((byte) => byte !== 0)) throw new Malformed("a key for no usage");
}

function readBasicConstraints(value: Ber): void {
  value.sequence((fields) => {
    if (fields.follows(TAG.boolean, 0)) fields.primitive(TAG.boolean);
    if (fields.more && fields.primitive(TAG.integer)[0]! >= 0x80)
      throw new Malformed("a negative length of path");
  });
}

function readNameConstraints(value: Ber): void {
  const readSubtree = (subtrees: Ber): void =>
    subtrees.sequence((fields) => {
      readGeneralName(fields);
      for (const bound of [0, 1]) if (fields.follows(bound)) fields.primitive(TAG.integer, bound);
    });
  value.sequence((fields) => {
    for (const kind of [0, 1]) if (fields.follows(kind)) fields.list(readSubtree, TAG.sequence, kind);
  });
}

function readDistributionPoint(points: Ber): void {
  points.sequence((fields) => {
    const hasPoint = fields.follows(0);
    if (hasPoint)
      fields.explicit(0, (point) => {
        if (point.follows(0)) point.list(readGeneralName, TAG.sequence, 0);
        else point.list(readNameEntry, TAG.set, 1);
      });
    if (fields.follows(1)) fields.primitive(TAG.bitString, 1);
    const issuers = fields.follows(2) ? fields.list(readGeneralName, TAG.sequence, 2) : [];
    if (!hasPoint && issuers.length === 0) throw new Malformed("a distribution point that is nowhere");
  });
}

/** DirectoryString. */
const DIRECTORY_STRINGS: ReadonlySet<number> = new Set([
  TAG.printableString,
  TAG.t61String,
  TAG.bmpString,
  TAG.universalString,
  TAG.utf8String,
]);

/** Reads a GeneralName and returns it where it is a directory's name. */
export function readGeneralName(names: Ber): Name | undefined {
  if (names.follows(4)) return names.explicit(4, readName);
  if (names.follows(0))
    names.sequence((fields) => {
      fields.oid();
      fields.explicit(0, (content) => content.any());
    }, 0);
  else if (names.follows(5))
    names.sequence((fields) => {
      for (const party of [0, 1])
        if (party === 1 || fields.follows(party))
          fields.explicit(party, (content) => content.oneOf(DIRECTORY_STRINGS));
    }, 5);
  else if (names.follows(3)) names.skipConstructed(3);
  else if (names.follows(7)) names.primitive(TAG.octetString, 7);
  else if (names.follows(8)) names.primitive(TAG.oid, 8);
  else names.primitive(TAG.ia5String, [1, 2, 6].find((kind) => names.follows(kind)) ?? 6);
  return undefined;
}
