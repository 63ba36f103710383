/** Makes keys, certificates and signatures for the tests. The layout follows RFC 5280, RFC 2315 (PKCS #7), RFC 3161 and Authenticode. */
import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from "node:crypto";
import {
  algorithm,
  bits,
  type Der,
  element,
  explicit,
  flag,
  generalizedTime,
  implicit,
  integer,
  octets,
  oid,
  printable,
  sequence,
  set,
  time,
  utf8,
} from "./der.ts";

export type DigestName = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

export const DIGEST_OIDS: Record<DigestName, string> = {
  md5: "1.2.840.113549.2.5",
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
};

const RSA_OIDS: Record<DigestName, string> = {
  md5: "1.2.840.113549.1.1.4",
  sha1: "1.2.840.113549.1.1.5",
  sha256: "1.2.840.113549.1.1.11",
  sha384: "1.2.840.113549.1.1.12",
  sha512: "1.2.840.113549.1.1.13",
};

export const OIDS = {
  signedData: "1.2.840.113549.1.7.2",
  rsa: "1.2.840.113549.1.1.1",
  ecdsaSha256: "1.2.840.10045.4.3.2",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingTime: "1.2.840.113549.1.9.5",
  countersignature: "1.2.840.113549.1.9.6",
  timeStampInfo: "1.2.840.113549.1.9.16.1.4",
  indirectData: "1.3.6.1.4.1.311.2.1.4",
  peImageData: "1.3.6.1.4.1.311.2.1.15",
  programInfo: "1.3.6.1.4.1.311.2.1.12",
  nestedSignature: "1.3.6.1.4.1.311.2.4.1",
  microsoftCountersignature: "1.3.6.1.4.1.311.3.3.1",
} as const;

export const digestOf = (name: DigestName, bytes: Uint8Array): Buffer =>
  createHash(name).update(bytes).digest();

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Short keys, made once: these tests want no secrecy. */
export const RSA_KEYS: readonly KeyPair[] = Array.from({ length: 4 }, () =>
  generateKeyPairSync("rsa", { modulusLength: 1024 }),
);
export const EC_KEY: KeyPair = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** A relative name: identifier of its type, and its value. */
export type NameEntry = readonly [type: string, value: Der];

export const NAME_TYPES = { CN: "2.5.4.3", C: "2.5.4.6", O: "2.5.4.10", OU: "2.5.4.11" } as const;

export const makeName = (...entries: readonly NameEntry[]): Der =>
  sequence(...entries.map(([type, value]) => set(sequence(oid(type), value))));

export const plainName = (commonName: string): Der =>
  makeName(
    [NAME_TYPES.C, printable("DE")],
    [NAME_TYPES.O, utf8("Example")],
    [NAME_TYPES.CN, utf8(commonName)],
  );

export interface Identity {
  readonly certificate: Der;
  readonly key: KeyPair;
  readonly issuer: Der;
  readonly subject: Der;
  readonly serial: Der;
}

export interface CertificateOptions {
  readonly subject?: Der;
  readonly issuer?: Identity;
  readonly key?: KeyPair;
  readonly serial?: Der;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly digest?: DigestName;
  /** In place of those with the identifiers of the keys. */
  readonly extensions?: readonly Der[];
  /** In place of the key's own. */
  readonly publicKeyInfo?: Der;
}

export const extension = (type: string, value: Der, critical = false): Der =>
  sequence(oid(type), ...(critical ? [flag(true)] : []), octets(value));

const keyId = ({ publicKey }: KeyPair): Buffer =>
  digestOf("sha1", publicKey.export({ type: "spki", format: "der" }));

export const subjectKeyExtension = (key: KeyPair): Der => extension("2.5.29.14", octets(keyId(key)));

let serials = 0x1000;

/** Makes a certificate, self-signed where no issuer is given. */
export function makeIdentity(options: CertificateOptions = {}): Identity {
  const key = options.key ?? RSA_KEYS[0]!;
  const subject = options.subject ?? plainName("Signer");
  const serial = options.serial ?? integer(serials++);
  const issuer = options.issuer?.subject ?? subject;
  const issuerKey = options.issuer?.key ?? key;
  const signatureAlgorithm = signatureAlgorithmOf(issuerKey, options.digest ?? "sha256");
  const extensions = options.extensions ?? [
    subjectKeyExtension(key),
    extension("2.5.29.35", sequence(implicit(0, octets(keyId(issuerKey))))),
  ];
  const body = sequence(
    explicit(0, integer(2)),
    serial,
    signatureAlgorithm,
    issuer,
    sequence(
      time(options.notBefore ?? new Date("2020-01-02T03:04:05Z")),
      time(options.notAfter ?? new Date("2040-06-07T08:09:10Z")),
    ),
    subject,
    options.publicKeyInfo ?? key.publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [explicit(3, sequence(...extensions))] : []),
  );
  const signature = sign(options.digest ?? "sha256", body, issuerKey.privateKey);
  return { certificate: sequence(body, signatureAlgorithm, bits(signature)), key, issuer, subject, serial };
}

function signatureAlgorithmOf({ privateKey }: KeyPair, digest: DigestName): Der {
  return privateKey.asymmetricKeyType === "ec"
    ? algorithm(OIDS.ecdsaSha256, undefined)
    : algorithm(RSA_OIDS[digest]);
}

export const attribute = (type: string, ...values: readonly Der[]): Der =>
  sequence(oid(type), set(...values));

export interface SignerOptions {
  readonly digest?: DigestName;
  readonly signedAttributes?: readonly Der[];
  readonly unsignedAttributes?: readonly Der[];
  /** In place of the digest of the content. */
  readonly messageDigest?: Uint8Array;
  /** Breaks the signature itself. */
  readonly forged?: boolean;
  /** In place of issuer and serial number: what CMS allows besides. */
  readonly reference?: Der;
}

/** Signs a content. `unsigned` gets the signature, for countersignatures to sign it. */
export function makeSignerInfo(
  identity: Identity,
  content: Uint8Array,
  options: SignerOptions,
  unsigned: (signature: Uint8Array) => readonly Der[] = () => [],
): Der {
  const digest = options.digest ?? "sha256";
  const attributes = set(
    ...(options.signedAttributes ?? []),
    attribute(OIDS.messageDigest, octets(options.messageDigest ?? digestOf(digest, content))),
  );
  const signature = sign(digest, attributes, identity.key.privateKey);
  if (options.forged) signature[signature.length - 1]! ^= 1;
  const unsignedAttributes = [...(options.unsignedAttributes ?? []), ...unsigned(signature)];
  const isEc = identity.key.privateKey.asymmetricKeyType === "ec";
  return sequence(
    integer(options.reference ? 3 : 1),
    options.reference ?? sequence(identity.issuer, identity.serial),
    algorithm(DIGEST_OIDS[digest]),
    implicit(0, attributes),
    isEc ? algorithm(OIDS.ecdsaSha256, undefined) : algorithm(OIDS.rsa),
    octets(signature),
    ...(unsignedAttributes.length > 0 ? [implicit(1, set(...unsignedAttributes))] : []),
  );
}

export interface MessageParts {
  readonly version?: number;
  readonly digest?: DigestName;
  readonly contentType?: string;
  readonly content?: Der;
  /** Undefined leaves the field out. */
  readonly certificates: readonly Der[] | undefined;
  readonly signers: readonly Der[];
}

export const signedData = (parts: MessageParts): Der =>
  sequence(
    oid(OIDS.signedData),
    explicit(
      0,
      sequence(
        integer(parts.version ?? 1),
        set(algorithm(DIGEST_OIDS[parts.digest ?? "sha256"])),
        sequence(
          oid(parts.contentType ?? OIDS.indirectData),
          ...(parts.content ? [explicit(0, parts.content)] : []),
        ),
        ...(parts.certificates ? [element(0xa0, ...parts.certificates)] : []),
        element(0x31, ...parts.signers),
      ),
    ),
  );

/** SpcIndirectDataContent. */
export const indirectData = (digest: DigestName, fileDigest: Uint8Array): Der =>
  sequence(
    sequence(
      oid(OIDS.peImageData),
      sequence(bits(new Uint8Array()), explicit(0, explicit(2, implicit(0, element(0x1e))))),
    ),
    sequence(algorithm(DIGEST_OIDS[digest]), octets(fileDigest)),
  );

/** SpcSpOpusInfo with a program's name. */
export const programInfo = (programName: Der): Der =>
  attribute(OIDS.programInfo, sequence(explicit(0, programName)));

/** A PKCS #9 countersignature over a signature. */
export function pkcs9(identity: Identity, signed: Uint8Array, when: Date, options: SignerOptions = {}): Der {
  const signedAttributes = [attribute(OIDS.signingTime, time(when)), ...(options.signedAttributes ?? [])];
  return makeSignerInfo(identity, signed, { ...options, signedAttributes });
}

/** A PKCS #9 countersignature whose RSA signature holds the bare digest, without DigestInfo, as some signers write it. */
export function barePkcs9(identity: Identity, signed: Uint8Array, when: Date): Der {
  const attributes = set(
    attribute(OIDS.signingTime, time(when)),
    attribute(OIDS.messageDigest, octets(digestOf("sha1", signed))),
  );
  const signature = privateEncrypt(
    { key: identity.key.privateKey, padding: constants.RSA_PKCS1_PADDING },
    digestOf("sha1", attributes),
  );
  return sequence(
    integer(1),
    sequence(identity.issuer, identity.serial),
    algorithm(DIGEST_OIDS.sha1),
    implicit(0, attributes),
    algorithm(OIDS.rsa),
    octets(signature),
  );
}

export interface StampOptions extends SignerOptions {
  readonly version?: number;
  readonly certificates?: readonly Der[] | undefined;
  readonly imprint?: Uint8Array;
}

/** An RFC 3161 time stamp of a signature, as Microsoft puts it into an attribute. */
export function timeStamp(
  identity: Identity,
  signed: Uint8Array,
  when: Date,
  options: StampOptions = {},
): Der {
  const digest = options.digest ?? "sha256";
  const info = sequence(
    integer(options.version ?? 1),
    oid("1.2.3.4"),
    sequence(algorithm(DIGEST_OIDS[digest]), octets(options.imprint ?? digestOf(digest, signed))),
    integer(42),
    generalizedTime(when),
    sequence(integer(1), implicit(0, integer(500))),
    explicit(0, explicit(4, identity.subject)),
  );
  return signedData({
    version: 3,
    digest,
    contentType: OIDS.timeStampInfo,
    content: octets(info),
    certificates: "certificates" in options ? options.certificates : [identity.certificate],
    signers: [makeSignerInfo(identity, info, options)],
  });
}
