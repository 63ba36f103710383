/**
 * Damaged and hostile signatures. Expected flags are those of YARA 4.5.5 built with OpenSSL 3.0, which was asked about files made by
 * these functions; where it crashes or has no limit, the expectation says so.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readFileSignatures, SIGNATURE, type Signature } from "../../../src/engine/authenticode.ts";
import { COUNTERSIGNATURE } from "../../../src/engine/signatures/countersignatures.ts";
import {
  algorithm,
  bits,
  bmp,
  type Der,
  element,
  explicit,
  implicit,
  indefinite,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  set,
  utf8,
} from "./der.ts";
import {
  addTable,
  authentihash,
  makePe,
  makeSignature,
  nested,
  peWithTable,
  signPe,
  winCertificate,
} from "./signed-pe.ts";
import {
  attribute,
  DIGEST_OIDS,
  EC_KEY,
  extension,
  makeIdentity,
  makeName,
  NAME_TYPES,
  OIDS,
  pkcs9,
  plainName,
  programInfo,
  RSA_KEYS,
  timeStamp,
} from "./signer.ts";

const WHEN = new Date("2024-05-06T07:08:09Z");

function read(file: Uint8Array): readonly Signature[] {
  const { signatures, notEvaluated } = readFileSignatures(file);
  expect(notEvaluated).toEqual([]);
  return signatures!;
}

const flags = (file: Uint8Array): number[] => read(file).map(({ verifyFlags }) => verifyFlags);

describe("a file that was changed after it was signed", () => {
  const signed = signPe();
  const pe = makePe();

  test("has another digest than its signature states", () => {
    const changed = Buffer.from(signed);
    changed[0x210]! ^= 1;
    const [signature] = read(changed);
    expect(signature!.verifyFlags).toBe(SIGNATURE.wrongFileDigest);
    const wanted = authentihash({ ...pe, bytes: changed.subarray(0, pe.bytes.length) }, "sha256");
    expect(wanted.equals(signature!.fileDigest!)).toBe(true);
    expect(authentihash(pe, "sha256").equals(signature!.digest!)).toBe(true);
  });

  test.each([
    ["the checksum", pe.checksumAt],
    ["what follows the signature in its table", signed.length - 1],
  ])("but only in %s is as it was signed", (_, at) => {
    const changed = Buffer.from(signed);
    changed[at]! ^= 1;
    expect(flags(changed)).toEqual([SIGNATURE.valid]);
  });
});

describe("a signature that is not sound", () => {
  const other = makeIdentity({ subject: plainName("Other"), key: RSA_KEYS[1]! });
  const broken = makeIdentity({
    key: RSA_KEYS[0]!,
    publicKeyInfo: sequence(algorithm(OIDS.rsa), bits(nothing)),
  });

  test.each([
    ["was forged", { forged: true }, SIGNATURE.invalid],
    ["is of another content", { messageDigest: new Uint8Array(32) }, SIGNATURE.invalid],
    ["has no signer", { parts: { signers: [] } }, SIGNATURE.noSignerInfo],
    [
      "lacks its certificate",
      { parts: { certificates: [other.certificate] } },
      SIGNATURE.noSignerCertificate,
    ],
    ["has no set of certificates", { parts: { certificates: undefined } }, SIGNATURE.internalError],
    ["has an empty set of certificates", { parts: { certificates: [] } }, SIGNATURE.noSignerCertificate],
    [
      "signs something else than a file",
      { parts: { contentType: OIDS.timeStampInfo } },
      SIGNATURE.badContent,
    ],
    ["signs content that cannot be read", { parts: { content: sequence(nothing) } }, SIGNATURE.badContent],
    // Upstream reads wild memory here.
    ["has no content", { parts: { content: undefined } }, SIGNATURE.badContent],
    ["lists another digest than the signer's", { parts: { digest: "sha1" } }, SIGNATURE.invalid],
    [
      "states the version of CMS, for which upstream forgets to step over a header",
      { parts: { version: 3 } },
      SIGNATURE.invalid,
    ],
    ["has a key that is none", { identity: broken }, SIGNATURE.invalid],
    ["states an empty digest", { fileDigest: new Uint8Array() }, SIGNATURE.unknownAlgorithm],
    ["states a digest that is too short", { fileDigest: new Uint8Array(8) }, SIGNATURE.wrongFileDigest],
  ] as const)("%s", (_, options, expected) => {
    expect(flags(signPe(options))).toEqual([expected]);
  });

  test("has its first fault kept, and the wrong digest of a file put over it", () => {
    const pe = makePe();
    const file = (fileDigest: Uint8Array) => signPe({ forged: true, fileDigest });
    expect(flags(file(authentihash(pe, "sha256")))).toEqual([SIGNATURE.invalid]);
    expect(flags(file(new Uint8Array(32)))).toEqual([SIGNATURE.wrongFileDigest]);
  });

  test("with a digest that nobody knows is shown, and its file has no digest", () => {
    const content = sequence(
      sequence(oid(OIDS.peImageData)),
      sequence(algorithm("1.2.3.4"), octets(new Uint8Array(32))),
    );
    const [signature] = read(signPe({ parts: { content } }));
    // The content is another than was signed, which is found first.
    expect(signature).toMatchObject({
      verifyFlags: SIGNATURE.invalid,
      digestAlgorithm: "undefined",
      fileDigest: undefined,
    });
  });

  test("keeps what could be read before the fault", () => {
    const [signature] = read(signPe({ parts: { content: sequence(nothing) } }));
    expect(signature!.certificates).toHaveLength(1);
    expect(signature).toMatchObject({ digest: undefined, signer: undefined, countersignatures: [] });
  });

  test.each([
    ["invalid UTF-8", element(0x0c, Uint8Array.of(0xc3))],
    ["UTF-16 of an odd length", element(0x1e, Uint8Array.of(0))],
    ["half a surrogate pair", bmp("\ud800")],
    ["a type that is no text", octets(new Uint8Array(1))],
  ])("with a name in %s cannot be read, and shows nothing", (_, value) => {
    const subject = makeName([NAME_TYPES.CN, value]);
    expect(flags(signPe({ identity: makeIdentity({ subject }) }))).toEqual([SIGNATURE.unreadable]);
  });

  test("with a serial number of more than 20 bytes shows all but that", () => {
    const [signature] = read(
      signPe({ identity: makeIdentity({ serial: integer(new Uint8Array(21).fill(1)) }) }),
    );
    expect(signature!.verifyFlags).toBe(SIGNATURE.valid);
  });

  test("takes no extension of its issuer's twice, nor an empty key usage", () => {
    const chainWith = (...extensions: Der[]): number => {
      const root = makeIdentity({ subject: plainName("Root"), key: RSA_KEYS[1]!, extensions });
      const identity = makeIdentity({ issuer: root, extensions: [] });
      return read(signPe({ identity, chain: [root] }))[0]!.signer!.chain.length;
    };
    const usage = (byte: number) => extension("2.5.29.15", bits(Uint8Array.of(byte)));
    expect(chainWith(usage(4))).toBe(2);
    expect(chainWith(usage(4), usage(4))).toBe(1);
    expect(chainWith(usage(0))).toBe(1);
    expect(chainWith(extension("2.5.29.19", octets(new Uint8Array())))).toBe(1);
  });
});

describe("countersignatures that are not sound", () => {
  const stamper = makeIdentity({ subject: plainName("Stamper"), key: RSA_KEYS[1]! });
  const ecStamper = makeIdentity({ subject: plainName("Stamper"), key: EC_KEY });
  const other = new Uint8Array(128);

  const first = (kind: string, make: (signed: Uint8Array) => Der, chain = [stamper]) => {
    const [signature] = read(signPe({ chain, unsigned: (signed) => [attribute(kind, make(signed))] }));
    expect(signature!.verifyFlags).toBe(SIGNATURE.valid);
    expect(signature!.countersignatures).toHaveLength(1);
    return signature!.countersignatures[0]!;
  };

  test.each([
    ["garbage", () => sequence(nothing, octets(other)), COUNTERSIGNATURE.unreadable],
    ["another signature's", () => pkcs9(stamper, other, WHEN), COUNTERSIGNATURE.otherSignature],
    [
      "forged",
      (signed: Uint8Array) => pkcs9(stamper, signed, WHEN, { forged: true }),
      COUNTERSIGNATURE.cannotRecoverDigest,
    ],
    [
      "without its certificate",
      (signed: Uint8Array) => pkcs9(ecStamper, signed, WHEN),
      COUNTERSIGNATURE.noSignerCertificate,
    ],
    [
      "of no digest",
      (signed: Uint8Array) => pkcs9(stamper, signed, WHEN, { messageDigest: new Uint8Array() }),
      COUNTERSIGNATURE.digestMissing,
    ],
  ] as const)("of PKCS #9: %s", (_, make, expected) => {
    expect(first(OIDS.countersignature, make).verifyFlags).toBe(expected);
  });

  test("of PKCS #9: by a key from which upstream recovers nothing, though it signed", () => {
    const { verifyFlags } = first(OIDS.countersignature, (signed) => pkcs9(ecStamper, signed, WHEN), [
      ecStamper,
    ]);
    expect(verifyFlags).toBe(COUNTERSIGNATURE.cannotRecoverDigest);
  });

  test.each([
    ["garbage", () => sequence(nothing, octets(other)), COUNTERSIGNATURE.unreadable],
    ["another signature's", () => timeStamp(stamper, other, WHEN), COUNTERSIGNATURE.otherSignature],
    [
      "forged",
      (signed: Uint8Array) => timeStamp(stamper, signed, WHEN, { forged: true }),
      COUNTERSIGNATURE.invalid,
    ],
    [
      "of a later version",
      (signed: Uint8Array) => timeStamp(stamper, signed, WHEN, { version: 2 }),
      COUNTERSIGNATURE.invalid,
    ],
    [
      "without certificates",
      (signed: Uint8Array) => timeStamp(stamper, signed, WHEN, { certificates: undefined }),
      COUNTERSIGNATURE.noSignerCertificate,
    ],
    [
      "of no digest",
      (signed: Uint8Array) => timeStamp(stamper, signed, WHEN, { imprint: new Uint8Array() }),
      COUNTERSIGNATURE.digestMissing,
    ],
  ] as const)("of Microsoft: %s", (_, make, expected) => {
    expect(first(OIDS.microsoftCountersignature, make).verifyFlags).toBe(expected);
  });

  test("no more than 16 values of an attribute are looked at", () => {
    const many = Array.from({ length: 20 }, (_, i) => sequence(integer(i)));
    const [signature] = read(signPe({ unsigned: () => [attribute(OIDS.countersignature, ...many)] }));
    expect(signature!.countersignatures).toHaveLength(16);
  });
});

describe("what nobody opens may be anything", () => {
  test.each([
    [
      "an unsigned attribute",
      { unsignedAttributes: [attribute("1.2.3.4", element(0x30, Uint8Array.of(0xff, 0xff)))] },
    ],
    ["a signed attribute", { signedAttributes: [attribute("1.2.3.4", element(0x31, Uint8Array.of(0x02)))] }],
    ["a nested signature", { unsignedAttributes: [nested(sequence(element(0x06)))] }],
    ["the program's name", { signedAttributes: [programInfo(utf8("neither BMPString nor IA5String"))] }],
  ])("%s", (_, options) => {
    const [signature] = read(signPe(options));
    expect(signature!.verifyFlags).toBe(SIGNATURE.valid);
    expect(signature!.signer?.programName).toBeUndefined();
  });
});

describe("forms that DER forbids and OpenSSL reads", () => {
  test("an indefinite length around everything", () => {
    const signature = makeSignature(makePe());
    const headerBytes = 2 + (signature[1]! & 0x7f);
    const table = indefinite(0x30, signature.subarray(headerBytes));
    expect(flags(peWithTable(table))).toEqual([SIGNATURE.valid]);
    expect(flags(peWithTable(table.subarray(0, -2)))).toEqual([SIGNATURE.unreadable]);
  });

  test("a length with leading zeros", () => {
    const signature = makeSignature(makePe());
    const headerBytes = 2 + (signature[1]! & 0x7f);
    const length = Buffer.from([0x30, 0x84, 0, 0, ...signature.subarray(2, headerBytes)]);
    expect(flags(peWithTable(Buffer.concat([length, signature.subarray(headerBytes)])))).toEqual([
      SIGNATURE.valid,
    ]);
  });

  test.each([
    ["an INTEGER with a padded zero", integer(Uint8Array.of(0, 1))],
    ["an empty INTEGER", integer(new Uint8Array())],
    ["a constructed INTEGER", element(0x22, integer(1))],
  ])("but not %s", (_, serial) => {
    expect(flags(signPe({ identity: makeIdentity({ serial }) }))).toEqual([SIGNATURE.unreadable]);
  });
});

describe("tables", () => {
  const pe = makePe();
  const entry = winCertificate(makeSignature(pe));

  test("the second entry of a table is not read", () => {
    const second = winCertificate(
      makeSignature(pe, { identity: makeIdentity({ subject: plainName("Second") }) }),
    );
    const signatures = read(addTable(pe, Buffer.concat([entry, second])));
    expect(signatures).toHaveLength(1);
    expect(signatures[0]!.signer!.chain[0]!.subject.line).toEndWith("CN=Signer");
  });

  test.each([
    ["an entry of no length", addTable(pe, winCertificate(new Uint8Array(8), 0))],
    ["an entry that is only a header", addTable(pe, winCertificate(new Uint8Array(8), 8))],
    ["an entry longer than the file", addTable(pe, winCertificate(new Uint8Array(8), 0x7fffffff))],
    ["an entry as long as can be", addTable(pe, winCertificate(new Uint8Array(8), 0xffffffff))],
    ["a table of no length", addTable(pe, entry, pe.bytes.length, 0)],
    ["a table behind the file", addTable(pe, entry, 0x7fffffff)],
    ["no table", makePe().bytes],
    ["no PE file", Buffer.from("MZ")],
    ["a PE header behind the file", Buffer.from(`MZ${"\xff".repeat(0x60)}`, "latin1")],
    ["nothing", Buffer.alloc(0)],
  ])("%s shows nothing", (_, file) => {
    expect(read(file)).toEqual([]);
  });

  test.each([0, 4, pe.checksumAt, pe.directoryAt])(
    "a table at byte %d of the headers has no digest",
    (start) => {
      // The table is the file's own header: what is there is no signature.
      const file = addTable(pe, entry, start);
      for (const { verifyFlags } of read(file)) expect(verifyFlags).toBe(SIGNATURE.unreadable);
    },
  );
});

describe("every cut and every change", () => {
  const stamper = makeIdentity({ subject: plainName("Stamper"), key: RSA_KEYS[1]! });
  const signed = signPe({
    chain: [stamper],
    signedAttributes: [programInfo(implicit(0, bmp("Setup")))],
    unsigned: (bytes) => [
      attribute(OIDS.countersignature, pkcs9(stamper, bytes, WHEN)),
      attribute(OIDS.microsoftCountersignature, timeStamp(stamper, bytes, WHEN)),
      nested(makeSignature(makePe(), { digest: "sha1" })),
    ],
  });
  const known: ReadonlySet<number> = new Set(Object.values(SIGNATURE));

  test("a file that is cut off anywhere shows nothing", () => {
    expect(read(signed)).toHaveLength(2);
    const tableAt = makePe().bytes.length;
    const end = tableAt + signed.readUInt32LE(tableAt);
    for (let length = 0; length < end; length++)
      expect(readFileSignatures(signed.subarray(0, length))).toEqual({ signatures: [], notEvaluated: [] });
  });

  test("changed bytes are read without an error, give a known flag, and stay as they are", () => {
    const change = fc.record({ at: fc.nat(signed.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const file = Buffer.from(signed);
        for (const { at, byte } of changes) file[at] = byte;
        const before = Buffer.from(file);
        const { signatures } = readFileSignatures(file);
        expect(file.equals(before)).toBe(true);
        for (const { verifyFlags } of signatures ?? []) expect(known.has(verifyFlags)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("garbage in the table is read without an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (table) => {
        for (const { verifyFlags } of read(peWithTable(table)))
          expect(verifyFlags).toBe(SIGNATURE.unreadable);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("work has limits, and what is over them is said", () => {
  /** A message with this unsigned attribute in it. */
  const withAttribute = (attributeDer: Der): Buffer => signPe({ unsignedAttributes: [attributeDer] });

  test.each([
    ["SEQUENCEs in SEQUENCEs", Buffer.alloc(200_000, Uint8Array.of(0x30, 0x80))],
    ["strings in strings", Buffer.alloc(200_000, Uint8Array.of(0x24, 0x80))],
    ["lengths that promise more", Buffer.from("3084ffffffff", "hex")],
    ["a tag that never ends", Buffer.alloc(200_000, 0xff)],
  ])("%s are no signature", (_, table) => {
    expect(flags(peWithTable(table))).toEqual([SIGNATURE.unreadable]);
  });

  test("more than 500,000 elements are not read", () => {
    const values = Buffer.alloc(1_200_000, nothing);
    const many = sequence(oid("1.2.3.4"), element(0x31, values));
    expect(readFileSignatures(withAttribute(many))).toEqual({
      signatures: undefined,
      notEvaluated: ["more than 500,000 elements"],
    });
    const searched = sequence(oid("1.2.3.4"), element(0x31, indefinite(0x30, values)));
    expect(readFileSignatures(withAttribute(searched)).signatures).toBeUndefined();
  });

  test("more than 1,000 certificates are not read", () => {
    const { certificate } = makeIdentity();
    const certificates = Array.from({ length: 1001 }, () => certificate);
    expect(readFileSignatures(signPe({ parts: { certificates } }))).toEqual({
      signatures: undefined,
      notEvaluated: ["more than 1,000 certificates"],
    });
  });

  test("signatures nested deeper than 16 are left out", () => {
    let innermost = sequence(nothing);
    for (let depth = 0; depth < 20; depth++)
      innermost = makeSignature(makePe(), { unsignedAttributes: [nested(innermost)] });
    const { signatures, notEvaluated } = readFileSignatures(peWithTable(innermost));
    expect(signatures).toHaveLength(17);
    expect(signatures!.every(({ verifyFlags }) => verifyFlags === SIGNATURE.valid)).toBe(true);
    expect(notEvaluated).toEqual(["signatures nested deeper than 16"]);
  });

  test("names and identifiers of a megabyte are read at once", () => {
    const long = Buffer.alloc(900_000, 0x81);
    long[long.length - 1] = 1;
    const subject = sequence(set(sequence(element(0x06, long), utf8("x".repeat(50_000)))));
    const [signature] = read(signPe({ identity: makeIdentity({ subject }) }));
    expect(signature).toMatchObject({ verifyFlags: SIGNATURE.valid });
    expect(signature!.signer!.chain[0]!.subject.line).toBe("");
    const tooLong = makeName([NAME_TYPES.CN, utf8("x".repeat(2 ** 20))]);
    expect(flags(signPe({ identity: makeIdentity({ subject: tooLong }) }))).toEqual([SIGNATURE.unreadable]);
  });
});

describe("what cannot be computed here is said", () => {
  test("a curve that BoringSSL lacks", () => {
    const secp256k1 = sequence(
      sequence(oid("1.2.840.10045.2.1"), oid("1.3.132.0.10")),
      bits(Buffer.concat([Uint8Array.of(4), new Uint8Array(64).fill(7)])),
    );
    const identity = makeIdentity({ publicKeyInfo: secp256k1 });
    const { signatures, notEvaluated } = readFileSignatures(signPe({ identity }));
    expect(signatures![0]!.verifyFlags).toBe(SIGNATURE.invalid);
    expect(notEvaluated).toEqual(["a public key (id-ecPublicKey) that cannot be used here"]);
  });

  test.each([
    [
      "DSA",
      sequence(algorithm("1.2.840.10040.4.1"), bits(integer(5))),
      "no signatures with keys of type DSA here",
    ],
  ])("a key of %s", (_, publicKeyInfo, reason) => {
    expect(readFileSignatures(signPe({ identity: makeIdentity({ publicKeyInfo }) })).notEvaluated).toEqual([
      reason,
    ]);
  });

  test("a digest that node:crypto lacks", () => {
    const content = sequence(
      sequence(oid(OIDS.peImageData)),
      sequence(algorithm("1.0.10118.3.0.55"), octets(new Uint8Array(64))),
    );
    const { signatures, notEvaluated } = readFileSignatures(signPe({ parts: { content } }));
    expect(signatures![0]).toMatchObject({ digestAlgorithm: "whirlpool", fileDigest: undefined });
    expect(notEvaluated).toEqual(["no digest whirlpool here"]);
  });

  test("but a key or a digest that OpenSSL does not know either is simply not valid", () => {
    const publicKeyInfo = sequence(algorithm("1.2.3.4"), bits(explicit(0, oid(DIGEST_OIDS.sha256))));
    expect(flags(signPe({ identity: makeIdentity({ publicKeyInfo }) }))).toEqual([SIGNATURE.invalid]);
  });
});
