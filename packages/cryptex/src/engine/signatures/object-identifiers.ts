/**
 * Object identifiers by the names that OpenSSL 3.0 gives them: `pe.signatures` shows these names. Names of attributes and of algorithms are
 * all there that a certificate or a signature uses for its purpose.
 */

/** Identifiers that say what a structure is. */
export const OID = {
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
  timeStampInfo: "1.2.840.113549.1.9.16.1.4",
  messageDigest: "1.2.840.113549.1.9.4",
  signingTime: "1.2.840.113549.1.9.5",
  countersignature: "1.2.840.113549.1.9.6",
  indirectData: "1.3.6.1.4.1.311.2.1.4",
  programInfo: "1.3.6.1.4.1.311.2.1.12",
  nestedSignature: "1.3.6.1.4.1.311.2.4.1",
  microsoftCountersignature: "1.3.6.1.4.1.311.3.3.1",
} as const;

/** Attributes of names: identifier and OpenSSL's short name. */
const ATTRIBUTES = `
0.9.2342.19200300.100.1.1 UID
0.9.2342.19200300.100.1.2 textEncodedORAddress
0.9.2342.19200300.100.1.3 mail
0.9.2342.19200300.100.1.4 info
0.9.2342.19200300.100.1.5 favouriteDrink
0.9.2342.19200300.100.1.6 roomNumber
0.9.2342.19200300.100.1.7 photo
0.9.2342.19200300.100.1.8 userClass
0.9.2342.19200300.100.1.9 host
0.9.2342.19200300.100.1.10 manager
0.9.2342.19200300.100.1.11 documentIdentifier
0.9.2342.19200300.100.1.12 documentTitle
0.9.2342.19200300.100.1.13 documentVersion
0.9.2342.19200300.100.1.14 documentAuthor
0.9.2342.19200300.100.1.15 documentLocation
0.9.2342.19200300.100.1.20 homeTelephoneNumber
0.9.2342.19200300.100.1.21 secretary
0.9.2342.19200300.100.1.22 otherMailbox
0.9.2342.19200300.100.1.23 lastModifiedTime
0.9.2342.19200300.100.1.24 lastModifiedBy
0.9.2342.19200300.100.1.25 DC
0.9.2342.19200300.100.1.26 aRecord
0.9.2342.19200300.100.1.27 pilotAttributeType27
0.9.2342.19200300.100.1.28 mXRecord
0.9.2342.19200300.100.1.29 nSRecord
0.9.2342.19200300.100.1.30 sOARecord
0.9.2342.19200300.100.1.31 cNAMERecord
0.9.2342.19200300.100.1.37 associatedDomain
0.9.2342.19200300.100.1.38 associatedName
0.9.2342.19200300.100.1.39 homePostalAddress
0.9.2342.19200300.100.1.40 personalTitle
0.9.2342.19200300.100.1.41 mobileTelephoneNumber
0.9.2342.19200300.100.1.42 pagerTelephoneNumber
0.9.2342.19200300.100.1.43 friendlyCountryName
0.9.2342.19200300.100.1.44 uid
0.9.2342.19200300.100.1.45 organizationalStatus
0.9.2342.19200300.100.1.46 janetMailbox
0.9.2342.19200300.100.1.47 mailPreferenceOption
0.9.2342.19200300.100.1.48 buildingName
0.9.2342.19200300.100.1.49 dSAQuality
0.9.2342.19200300.100.1.50 singleLevelQuality
0.9.2342.19200300.100.1.51 subtreeMinimumQuality
0.9.2342.19200300.100.1.52 subtreeMaximumQuality
0.9.2342.19200300.100.1.53 personalSignature
0.9.2342.19200300.100.1.54 dITRedirect
0.9.2342.19200300.100.1.55 audio
0.9.2342.19200300.100.1.56 documentPublisher
1.2.643.3.131.1.1 INN
1.2.643.100.1 OGRN
1.2.643.100.3 SNILS
1.2.643.100.5 OGRNIP
1.2.840.113549.1.9.1 emailAddress
1.2.840.113549.1.9.2 unstructuredName
1.2.840.113549.1.9.3 contentType
1.2.840.113549.1.9.4 messageDigest
1.2.840.113549.1.9.5 signingTime
1.2.840.113549.1.9.6 countersignature
1.2.840.113549.1.9.7 challengePassword
1.2.840.113549.1.9.8 unstructuredAddress
1.2.840.113549.1.9.9 extendedCertificateAttributes
1.2.840.113549.1.9.14 extReq
1.2.840.113549.1.9.15 SMIME-CAPS
1.2.840.113549.1.9.20 friendlyName
1.2.840.113549.1.9.21 localKeyID
1.3.6.1.4.1.311.20.2.3 msUPN
1.3.6.1.4.1.311.60.2.1.1 jurisdictionL
1.3.6.1.4.1.311.60.2.1.2 jurisdictionST
1.3.6.1.4.1.311.60.2.1.3 jurisdictionC
2.5.4.3 CN
2.5.4.4 SN
2.5.4.5 serialNumber
2.5.4.6 C
2.5.4.7 L
2.5.4.8 ST
2.5.4.9 street
2.5.4.10 O
2.5.4.11 OU
2.5.4.12 title
2.5.4.13 description
2.5.4.14 searchGuide
2.5.4.15 businessCategory
2.5.4.16 postalAddress
2.5.4.17 postalCode
2.5.4.18 postOfficeBox
2.5.4.19 physicalDeliveryOfficeName
2.5.4.20 telephoneNumber
2.5.4.21 telexNumber
2.5.4.22 teletexTerminalIdentifier
2.5.4.23 facsimileTelephoneNumber
2.5.4.24 x121Address
2.5.4.25 internationaliSDNNumber
2.5.4.26 registeredAddress
2.5.4.27 destinationIndicator
2.5.4.28 preferredDeliveryMethod
2.5.4.29 presentationAddress
2.5.4.30 supportedApplicationContext
2.5.4.31 member
2.5.4.32 owner
2.5.4.33 roleOccupant
2.5.4.34 seeAlso
2.5.4.35 userPassword
2.5.4.36 userCertificate
2.5.4.37 cACertificate
2.5.4.38 authorityRevocationList
2.5.4.39 certificateRevocationList
2.5.4.40 crossCertificatePair
2.5.4.41 name
2.5.4.42 GN
2.5.4.43 initials
2.5.4.44 generationQualifier
2.5.4.45 x500UniqueIdentifier
2.5.4.46 dnQualifier
2.5.4.47 enhancedSearchGuide
2.5.4.48 protocolInformation
2.5.4.49 distinguishedName
2.5.4.50 uniqueMember
2.5.4.51 houseIdentifier
2.5.4.52 supportedAlgorithms
2.5.4.53 deltaRevocationList
2.5.4.54 dmdName
2.5.4.65 pseudonym
2.5.4.72 role
2.5.4.97 organizationIdentifier
2.5.4.98 c3
2.5.4.99 n3
2.5.4.100 dnsName
`;

/**
 * Algorithms: identifier; OpenSSL's long name; the digest, by its name in node:crypto, that OpenSSL finds under that name, with a question
 * mark where node:crypto or BoringSSL has none; the type of the key that makes such signatures.
 */
const ALGORITHMS = `
1.0.10118.3.0.55; whirlpool; whirlpool?
1.2.156.10197.1.301; sm2
1.2.156.10197.1.401; sm3; sm3?
1.2.156.10197.1.501; SM2-with-SM3; ; sm2
1.2.156.10197.1.504; sm3WithRSAEncryption; sm3?; rsa
1.2.643.2.2.3; GOST R 34.11-94 with GOST R 34.10-2001
1.2.643.2.2.4; GOST R 34.11-94 with GOST R 34.10-94
1.2.643.2.2.9; GOST R 34.11-94
1.2.643.7.1.1.2.2; GOST R 34.11-2012 with 256 bit hash
1.2.643.7.1.1.2.3; GOST R 34.11-2012 with 512 bit hash
1.2.643.7.1.1.3.2; GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)
1.2.643.7.1.1.3.3; GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)
1.2.840.10040.4.1; dsaEncryption
1.2.840.10040.4.3; dsaWithSHA1; ; dsa
1.2.840.10045.2.1; id-ecPublicKey
1.2.840.10045.4.1; ecdsa-with-SHA1; ; ec
1.2.840.10045.4.2; ecdsa-with-Recommended; ; ec
1.2.840.10045.4.3; ecdsa-with-Specified; ; ec
1.2.840.10045.4.3.1; ecdsa-with-SHA224; ; ec
1.2.840.10045.4.3.2; ecdsa-with-SHA256; ; ec
1.2.840.10045.4.3.3; ecdsa-with-SHA384; ; ec
1.2.840.10045.4.3.4; ecdsa-with-SHA512; ; ec
1.2.840.113549.1.1.1; rsaEncryption
1.2.840.113549.1.1.2; md2WithRSAEncryption; ; rsa
1.2.840.113549.1.1.3; md4WithRSAEncryption; md4?; rsa
1.2.840.113549.1.1.4; md5WithRSAEncryption; md5; rsa
1.2.840.113549.1.1.5; sha1WithRSAEncryption; sha1; rsa
1.2.840.113549.1.1.6; rsaOAEPEncryptionSET
1.2.840.113549.1.1.7; rsaesOaep
1.2.840.113549.1.1.8; mgf1
1.2.840.113549.1.1.9; pSpecified
1.2.840.113549.1.1.10; rsassaPss; ; rsa-pss
1.2.840.113549.1.1.11; sha256WithRSAEncryption; sha256; rsa
1.2.840.113549.1.1.12; sha384WithRSAEncryption; sha384; rsa
1.2.840.113549.1.1.13; sha512WithRSAEncryption; sha512; rsa
1.2.840.113549.1.1.14; sha224WithRSAEncryption; sha224; rsa
1.2.840.113549.1.1.15; sha512-224WithRSAEncryption; sha512-224; rsa
1.2.840.113549.1.1.16; sha512-256WithRSAEncryption; sha512-256; rsa
1.2.840.113549.2.2; md2
1.2.840.113549.2.4; md4; md4?
1.2.840.113549.2.5; md5; md5
1.3.6.1.4.1.1722.12.2.1.16; blake2b512; blake2b512
1.3.6.1.4.1.1722.12.2.2.8; blake2s256; blake2s256
1.3.14.3.2.3; md5WithRSA; ; rsa
1.3.14.3.2.11; rsaSignature
1.3.14.3.2.12; dsaEncryption-old
1.3.14.3.2.13; dsaWithSHA; ; dsa
1.3.14.3.2.15; shaWithRSAEncryption; ; rsa
1.3.14.3.2.18; sha
1.3.14.3.2.26; sha1; sha1
1.3.14.3.2.27; dsaWithSHA1-old; ; dsa
1.3.14.3.2.29; sha1WithRSA; ; rsa
1.3.36.3.2.1; ripemd160; ripemd160
1.3.36.3.3.1.2; ripemd160WithRSA; ripemd160; rsa
1.3.101.110; X25519
1.3.101.111; X448
1.3.101.112; ED25519; ; ed25519
1.3.101.113; ED448; ; ed448
2.5.8.3.100; mdc2WithRSA; mdc2?; rsa
2.5.8.3.101; mdc2; mdc2?
2.16.840.1.101.3.4.2.1; sha256; sha256
2.16.840.1.101.3.4.2.2; sha384; sha384
2.16.840.1.101.3.4.2.3; sha512; sha512
2.16.840.1.101.3.4.2.4; sha224; sha224
2.16.840.1.101.3.4.2.5; sha512-224; sha512-224
2.16.840.1.101.3.4.2.6; sha512-256; sha512-256
2.16.840.1.101.3.4.2.7; sha3-224; sha3-224
2.16.840.1.101.3.4.2.8; sha3-256; sha3-256
2.16.840.1.101.3.4.2.9; sha3-384; sha3-384
2.16.840.1.101.3.4.2.10; sha3-512; sha3-512
2.16.840.1.101.3.4.2.11; shake128; shake128?
2.16.840.1.101.3.4.2.12; shake256; shake256?
2.16.840.1.101.3.4.3.1; dsa_with_SHA224; ; dsa
2.16.840.1.101.3.4.3.2; dsa_with_SHA256; ; dsa
2.16.840.1.101.3.4.3.3; dsa_with_SHA384; ; dsa
2.16.840.1.101.3.4.3.4; dsa_with_SHA512; ; dsa
2.16.840.1.101.3.4.3.5; dsa_with_SHA3-224
2.16.840.1.101.3.4.3.6; dsa_with_SHA3-256
2.16.840.1.101.3.4.3.7; dsa_with_SHA3-384
2.16.840.1.101.3.4.3.8; dsa_with_SHA3-512
2.16.840.1.101.3.4.3.9; ecdsa_with_SHA3-224; ; ec
2.16.840.1.101.3.4.3.10; ecdsa_with_SHA3-256; ; ec
2.16.840.1.101.3.4.3.11; ecdsa_with_SHA3-384; ; ec
2.16.840.1.101.3.4.3.12; ecdsa_with_SHA3-512; ; ec
2.16.840.1.101.3.4.3.13; RSA-SHA3-224; sha3-224; rsa
2.16.840.1.101.3.4.3.14; RSA-SHA3-256; sha3-256; rsa
2.16.840.1.101.3.4.3.15; RSA-SHA3-384; sha3-384; rsa
2.16.840.1.101.3.4.3.16; RSA-SHA3-512; sha3-512; rsa
`;

export type KeyType = "rsa" | "rsa-pss" | "ec" | "dsa" | "ed25519" | "ed448" | "sm2";

/** Types of the keys that OpenSSL reads, by the algorithm of the key. */
export const KEY_TYPES: ReadonlyMap<string, KeyType> = new Map([
  ["1.2.840.113549.1.1.1", "rsa"],
  ["2.5.8.1.1", "rsa"],
  ["1.2.840.113549.1.1.10", "rsa-pss"],
  ["1.2.840.10045.2.1", "ec"],
  ["1.2.840.10040.4.1", "dsa"],
  ["1.3.14.3.2.12", "dsa"],
  ["1.3.101.112", "ed25519"],
  ["1.3.101.113", "ed448"],
  ["1.2.156.10197.1.301", "sm2"],
]);

export interface Algorithm {
  readonly oid: string;
  readonly name: string;
  /** Name in node:crypto; undefined where OpenSSL has no digest under this identifier or where `lacksDigest`. */
  readonly digest: string | undefined;
  /** OpenSSL has a digest here that node:crypto does not have everywhere. */
  readonly lacksDigest: boolean;
  readonly keyType: KeyType | undefined;
}

const UNDEFINED_ALGORITHM = { name: "undefined", digest: undefined, lacksDigest: false, keyType: undefined };

const lines = (table: string): readonly string[] => table.trim().split("\n");

const attributes: ReadonlyMap<string, string> = new Map(
  lines(ATTRIBUTES).map((line) => line.split(" ") as [string, string]),
);

const algorithms: ReadonlyMap<string, Algorithm> = new Map(
  lines(ALGORITHMS).map((line) => {
    const [oid, name, digest = "", keyType] = line.split("; ") as [string, string, string?, KeyType?];
    const lacksDigest = digest.endsWith("?");
    return [
      oid,
      { oid, name, digest: lacksDigest || digest === "" ? undefined : digest, lacksDigest, keyType },
    ];
  }),
);

/** Returns OpenSSL's short name of an attribute, or the identifier in dotted form where it has none. */
export function attributeName(oid: string): string {
  return attributes.get(oid) ?? oid;
}

/** Returns the algorithm, named "undefined", as OpenSSL does, and with an empty identifier where it is unknown. */
export function algorithmOf(oid: string): Algorithm {
  return algorithms.get(oid) ?? { ...UNDEFINED_ALGORITHM, oid: "" };
}
