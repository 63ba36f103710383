/**
 * Sound signatures and what is shown of them. Digests, thumbprints and serial numbers are held against node:crypto and its own reader of
 * certificates; flags and names against YARA 4.5.5 built with OpenSSL, which gave the same for files that these functions had made.
 */
import { describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { readFileSignatures, SIGNATURE, type Signature } from "../../../src/engine/authenticode.ts";
import { COUNTERSIGNATURE } from "../../../src/engine/signatures/countersignatures.ts";
import { bmp, type Der, ia5, implicit, integer, printable, utf8 } from "./der.ts";
import { authentihash, makePe, makeSignature, nested, type SignatureOptions, signPe } from "./signed-pe.ts";
import {
  attribute,
  barePkcs9,
  type DigestName,
  digestOf,
  EC_KEY,
  makeIdentity,
  makeName,
  NAME_TYPES,
  type NameEntry,
  OIDS,
  pkcs9,
  plainName,
  programInfo,
  RSA_KEYS,
  subjectKeyExtension,
  timeStamp,
} from "./signer.ts";

const WHEN = new Date("2024-05-06T07:08:09Z");
const WHEN_SECONDS = WHEN.getTime() / 1000;

/** Reads the signatures of a file that leaves no doubt. */
function read(file: Uint8Array): readonly Signature[] {
  const { signatures, notEvaluated } = readFileSignatures(file);
  expect(notEvaluated).toEqual([]);
  return signatures!;
}

function readOne(options: SignatureOptions): Signature {
  const signatures = read(signPe(options));
  expect(signatures).toHaveLength(1);
  return signatures[0]!;
}

const subjects = (certificates: readonly { readonly subject: { readonly line: string } }[]): string[] =>
  certificates.map(({ subject }) => subject.line.replace(/.*CN=/, ""));

describe("one signer", () => {
  test.each([
    [32, "sha256", "sha256"],
    [64, "sha256", "sha256"],
    [64, "sha1", "sha1"],
    [64, "md5", "md5"],
    [32, "sha384", "sha384"],
    [64, "sha512", "sha512"],
  ] as const)("of a %d-bit file with %s", (bits, digest: DigestName, shown) => {
    const signature = readOne({ bits, digest });
    const fileDigest = Buffer.from(authentihash(makePe(bits), digest));
    expect(signature.verifyFlags).toBe(SIGNATURE.valid);
    expect(signature.digestAlgorithm).toBe(shown);
    expect(Buffer.from(signature.digest!)).toEqual(fileDigest);
    expect(Buffer.from(signature.fileDigest!)).toEqual(fileDigest);
    expect(signature.signer?.digestAlgorithm).toBe(shown);
    expect(signature.countersignatures).toEqual([]);
  });

  test("with an elliptic curve", () => {
    const signature = readOne({ identity: makeIdentity({ key: EC_KEY }) });
    expect(signature.verifyFlags).toBe(SIGNATURE.valid);
    expect(signature.certificates[0]).toMatchObject({
      algorithm: "ecdsa-with-SHA256",
      algorithmOid: "1.2.840.10045.4.3.2",
    });
  });

  test("has its certificate's facts", () => {
    const identity = makeIdentity({
      subject: plainName("Facts"),
      serial: integer(Buffer.from("00c0ffee", "hex")),
    });
    const own = new X509Certificate(identity.certificate);
    const [certificate] = readOne({ identity }).signer!.chain;
    expect(Buffer.from(certificate!.thumbprint).toString("hex")).toBe(
      own.fingerprint.replaceAll(":", "").toLowerCase(),
    );
    expect(Buffer.from(certificate!.serial).toString("hex")).toBe(`00${own.serialNumber.toLowerCase()}`);
    expect(certificate).toMatchObject({
      version: 2,
      algorithm: "sha256WithRSAEncryption",
      algorithmOid: "1.2.840.113549.1.1.11",
      notBefore: Date.parse(own.validFrom) / 1000,
      notAfter: Date.parse(own.validTo) / 1000,
    });
    expect(certificate!.subject.line).toBe("/C=DE/O=Example/CN=Facts");
  });

  test("whose certificate has expired, or is not valid yet, is verified all the same: upstream asks for no date", () => {
    for (const [notBefore, notAfter] of [
      ["1998-01-01T00:00:00Z", "1999-12-31T23:59:59Z"],
      ["2060-01-01T00:00:00Z", "2061-01-01T00:00:00Z"],
    ] as const) {
      const identity = makeIdentity({ notBefore: new Date(notBefore), notAfter: new Date(notAfter) });
      const signature = readOne({ identity });
      expect(signature.verifyFlags).toBe(SIGNATURE.valid);
      expect(signature.certificates[0]).toMatchObject({
        notBefore: Date.parse(notBefore) / 1000,
        notAfter: Date.parse(notAfter) / 1000,
      });
    }
  });

  test.each([
    ["BMPString", implicit(0, bmp("Größe 東京")), "Größe 東京"],
    ["IA5String, whose bytes are characters", implicit(1, ia5("Gr\xf6\xdfe")), "Größe"],
    ["text with a zero, which ends it", implicit(0, bmp("Setup\0hidden")), "Setup"],
    ["half a surrogate pair, which OpenSSL refuses", implicit(0, bmp("a\ud800b")), undefined],
  ])("names its program: %s", (_, programName: Der, shown) => {
    const signature = readOne({ signedAttributes: [programInfo(programName)] });
    expect(signature.verifyFlags).toBe(SIGNATURE.valid);
    expect(signature.signer?.programName).toBe(shown as string);
  });
});

describe("names are written as X509_NAME_oneline of OpenSSL writes them", () => {
  const subjectOf = (...entries: readonly NameEntry[]): string =>
    readOne({ identity: makeIdentity({ subject: makeName(...entries) }) }).signer!.chain[0]!.subject.line;

  test.each([
    ["UTF-8", utf8("Müller"), "/CN=M\\xC3\\xBCller"],
    ["UTF-16", bmp("Ω1"), "/CN=\\x03\\xA9\\x001"],
    ["control characters", utf8("a\tb\x7f"), "/CN=a\\x09b\\x7F"],
    [
      "slashes, plus signs and backslashes, none of them escaped",
      utf8("Notepad++ a/b\\c"),
      "/CN=Notepad++ a/b\\c",
    ],
  ])("%s", (_, value: Der, shown) => {
    expect(subjectOf([NAME_TYPES.CN, value])).toBe(shown);
  });

  test("types have OpenSSL's short names, or else their identifiers", () => {
    expect(
      subjectOf(
        ["2.5.4.15", utf8("Private Organization")],
        ["1.3.6.1.4.1.311.60.2.1.3", printable("US")],
        ["2.5.4.5", printable("123")],
        ["1.2.840.113549.1.9.1", ia5("a@example.org")],
        ["1.2.3.4.5", utf8("x")],
      ),
    ).toBe(
      "/businessCategory=Private Organization/jurisdictionC=US/serialNumber=123/emailAddress=a@example.org/1.2.3.4.5=x",
    );
  });

  test("an entry that takes the line over 255 bytes ends it, wherever it stands", () => {
    const fits = "x".repeat(255 - "/C=DE/CN=".length);
    expect(subjectOf([NAME_TYPES.C, printable("DE")], [NAME_TYPES.CN, utf8(fits)])).toBe(`/C=DE/CN=${fits}`);
    const entries = [
      [NAME_TYPES.C, printable("DE")],
      [NAME_TYPES.CN, utf8(`${fits}x`)],
      [NAME_TYPES.O, utf8("never written")],
    ] as const;
    expect(subjectOf(...entries)).toBe("/C=DE");
    expect(subjectOf([NAME_TYPES.CN, utf8("x".repeat(300))], entries[0])).toBe("");
  });
});

describe("chains", () => {
  const root = makeIdentity({ subject: plainName("Root"), key: RSA_KEYS[1]! });
  const middle = makeIdentity({ subject: plainName("Middle"), issuer: root, key: RSA_KEYS[2]! });
  const signer = makeIdentity({ subject: plainName("Signer"), issuer: middle });
  const stranger = makeIdentity({ subject: plainName("Stranger"), key: RSA_KEYS[3]! });

  test("of three, whatever their order in the signature", () => {
    const signature = readOne({ identity: signer, chain: [stranger, root, middle] });
    expect(subjects(signature.signer!.chain)).toEqual(["Signer", "Middle", "Root"]);
    expect(subjects(signature.certificates)).toEqual(["Signer", "Stranger", "Root", "Middle"]);
  });

  test("end where the issuer is not there", () => {
    expect(subjects(readOne({ identity: signer, chain: [root] }).signer!.chain)).toEqual(["Signer"]);
  });

  test("do not go over a certificate with another key identifier", () => {
    const other = makeIdentity({ subject: plainName("Middle"), issuer: root, key: RSA_KEYS[3]! });
    const signature = readOne({ identity: signer, chain: [other, root] });
    expect(subjects(signature.signer!.chain)).toEqual(["Signer"]);
  });

  test("take the issuer that is valid now before one that has expired, and else the one that was valid last", () => {
    const at = (notAfter: string) =>
      makeIdentity({
        subject: plainName("Middle"),
        issuer: root,
        key: RSA_KEYS[2]!,
        notAfter: new Date(notAfter),
      });
    const [early, late, valid] = [
      at("2021-01-01T00:00:00Z"),
      at("2022-01-01T00:00:00Z"),
      at("2040-01-01T00:00:00Z"),
    ];
    const second = (...middles: readonly (typeof early)[]) =>
      readOne({ identity: signer, chain: [...middles, root] }).signer!.chain[1]!.notAfter * 1000;
    expect(new Date(second(early, late, valid)).getUTCFullYear()).toBe(2040);
    expect(new Date(second(early, late)).getUTCFullYear()).toBe(2022);
    expect(new Date(second(late, early)).getUTCFullYear()).toBe(2022);
  });

  test("compare names without case and repeated spaces, and never go round in a circle", () => {
    const one = makeIdentity({ subject: plainName("One  Authority"), key: RSA_KEYS[1]!, extensions: [] });
    const two = makeIdentity({
      subject: plainName("Two"),
      issuer: { ...one, subject: plainName(" one authority") },
      key: RSA_KEYS[2]!,
      extensions: [],
    });
    const back = makeIdentity({
      subject: plainName("One Authority"),
      issuer: two,
      key: RSA_KEYS[1]!,
      extensions: [],
    });
    const leaf = makeIdentity({ issuer: two, extensions: [] });
    expect(subjects(readOne({ identity: leaf, chain: [two, back] }).signer!.chain)).toEqual([
      "Signer",
      "Two",
      "One Authority",
    ]);
  });
});

test("nested signatures follow the outer one", () => {
  const pe = makePe();
  const inner = makeSignature(pe, { identity: makeIdentity({ subject: plainName("Inner") }) });
  const middle = makeSignature(pe, {
    identity: makeIdentity({ subject: plainName("Middle") }),
    unsignedAttributes: [nested(inner)],
  });
  const other = makeSignature(pe, {
    digest: "sha512",
    identity: makeIdentity({ subject: plainName("Z other") }),
  });
  const signatures = read(signPe({ digest: "sha1", unsignedAttributes: [nested(middle, other)] }));
  expect(signatures.map(({ verifyFlags }) => verifyFlags)).toEqual([0, 0, 0, 0]);
  const [first, ...rest] = signatures.map(({ signer }) => subjects(signer!.chain)[0]!);
  expect(first).toBe("Signer");
  expect(rest.toSorted()).toEqual(["Inner", "Middle", "Z other"]);
  expect(rest.indexOf("Inner")).toBe(rest.indexOf("Middle") + 1);
});

describe("countersignatures", () => {
  const authority = makeIdentity({ subject: plainName("Authority"), key: RSA_KEYS[1]! });
  const stamper = makeIdentity({ subject: plainName("Stamper"), issuer: authority, key: RSA_KEYS[2]! });

  test("of PKCS #9, with DigestInfo and without", () => {
    const signature = readOne({
      chain: [stamper, authority],
      unsigned: (signed) => [
        attribute(OIDS.countersignature, pkcs9(stamper, signed, WHEN), barePkcs9(stamper, signed, WHEN)),
      ],
    });
    expect(signature.countersignatures).toHaveLength(2);
    for (const countersignature of signature.countersignatures) {
      expect(countersignature).toMatchObject({ verifyFlags: COUNTERSIGNATURE.valid, signTime: WHEN_SECONDS });
      expect(subjects(countersignature.chain)).toEqual(["Stamper", "Authority"]);
    }
    expect(signature.countersignatures.map(({ digestAlgorithm }) => digestAlgorithm).toSorted()).toEqual([
      "sha1",
      "sha256",
    ]);
    expect(signature.certificates).toHaveLength(3);
  });

  test("of Microsoft: a time stamp with certificates of its own, which count among the signature's", () => {
    let signed = new Uint8Array();
    const signature = readOne({
      unsigned: (bytes) => {
        signed = Uint8Array.from(bytes);
        const certificates = [stamper.certificate, authority.certificate];
        const stamp = timeStamp(stamper, bytes, WHEN, { digest: "sha512", certificates });
        return [attribute(OIDS.microsoftCountersignature, stamp)];
      },
    });
    const [countersignature] = signature.countersignatures;
    expect(countersignature).toMatchObject({
      verifyFlags: COUNTERSIGNATURE.valid,
      signTime: WHEN_SECONDS,
      digestAlgorithm: "sha512",
    });
    expect(Buffer.from(countersignature!.digest!).equals(digestOf("sha512", signed))).toBe(true);
    expect(subjects(countersignature!.chain)).toEqual(["Stamper", "Authority"]);
    expect(subjects(signature.certificates).toSorted()).toEqual(["Authority", "Signer", "Stamper"]);
  });

  test("of Microsoft in CMS: the signer is named by a key, and upstream compares its digest alone", () => {
    const key = RSA_KEYS[3]!;
    const keyed = makeIdentity({ subject: plainName("Keyed"), key, extensions: [subjectKeyExtension(key)] });
    const keyId = digestOf("sha1", key.publicKey.export({ type: "spki", format: "der" }));
    const reference = implicit(0, Uint8Array.of(0x04, keyId.length, ...keyId));
    for (const forged of [false, true]) {
      const signature = readOne({
        unsigned: (signed) => [
          attribute(OIDS.microsoftCountersignature, timeStamp(keyed, signed, WHEN, { reference, forged })),
        ],
      });
      expect(signature.countersignatures[0]).toMatchObject({
        verifyFlags: COUNTERSIGNATURE.valid,
        signTime: WHEN_SECONDS,
      });
      expect(subjects(signature.countersignatures[0]!.chain)).toEqual(["Keyed"]);
    }
  });
});
