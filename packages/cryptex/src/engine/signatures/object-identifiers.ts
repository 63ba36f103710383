/**
 * Object identifiers by the names that OpenSSL gives them: `pe.signatures` shows these names. All attributes and algorithms are there that
 * a certificate or a signature uses for its purpose.
 */
import table from "./object-identifiers.json";

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

export type KeyType = "RSA" | "RSA-PSS" | "EC" | "DSA" | "ED25519" | "ED448" | "SM2";

/** Types of the keys that OpenSSL reads, by the algorithm of the key. */
export const KEY_TYPES: ReadonlyMap<string, KeyType> = new Map([
  ["1.2.840.113549.1.1.1", "RSA"],
  ["2.5.8.1.1", "RSA"],
  ["1.2.840.113549.1.1.10", "RSA-PSS"],
  ["1.2.840.10045.2.1", "EC"],
  ["1.2.840.10040.4.1", "DSA"],
  ["1.3.14.3.2.12", "DSA"],
  ["1.3.101.112", "ED25519"],
  ["1.3.101.113", "ED448"],
  ["1.2.156.10197.1.301", "SM2"],
]);

export interface Algorithm {
  readonly name: string;
  /** Digest that OpenSSL finds under this identifier, by its name in node:crypto. */
  readonly digest?: string;
  /** OpenSSL finds a digest here that node:crypto does not have everywhere. */
  readonly lacksDigest?: boolean;
  /** Type of the key that makes such signatures. */
  readonly keyType?: KeyType;
}

const attributes: ReadonlyMap<string, string> = new Map(Object.entries(table.attributes));
const algorithms: ReadonlyMap<string, Algorithm> = new Map(
  Object.entries(table.algorithms as Readonly<Record<string, Algorithm>>),
);

/** Returns OpenSSL's short name of an attribute, or the identifier in dotted form where it has none. */
export function attributeName(oid: string): string {
  return attributes.get(oid) ?? oid;
}

/** Returns the algorithm with its identifier. An unknown one is called "undefined" and has an empty identifier, as in OpenSSL. */
export function algorithmOf(oid: string): Algorithm & { readonly oid: string } {
  const algorithm = algorithms.get(oid);
  return algorithm === undefined ? { name: "undefined", oid: "" } : { ...algorithm, oid };
}
