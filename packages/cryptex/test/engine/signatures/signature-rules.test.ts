/** Signatures as rules see them: through libyara, its module pe and the import that asks for them. */
import { describe, expect, test } from "bun:test";
import type { EngineScan } from "../../../src/engine/engine.ts";
import { engineCode } from "../../../src/engine/engine-file.ts";
import { Libyara } from "../../../src/engine/libyara.ts";
import type { MachineOptions } from "../../../src/engine/machine.ts";
import { bmp, element, implicit, integer, sequence } from "./der.ts";
import { makePe, makeSignature, nested, signPe } from "./signed-pe.ts";
import {
  attribute,
  makeIdentity,
  OIDS,
  pkcs9,
  plainName,
  programInfo,
  RSA_KEYS,
  timeStamp,
} from "./signer.ts";

const WHEN = new Date("2024-05-06T07:08:09Z");
const WHEN_SECONDS = WHEN.getTime() / 1000;

/** Scans with a rule of this condition. */
function scan(condition: string, file: Uint8Array, options: MachineOptions = {}): EngineScan {
  const engine = new Libyara(engineCode(), options);
  const source = `import "pe" import "console" rule r { condition: ${condition} }`;
  const { rules, diagnostics } = engine.compile(Buffer.from(source), {});
  if (rules === undefined) throw new Error(JSON.stringify(diagnostics));
  engine.buffer(file.length).set(file);
  return rules.scan(file.length, { timeoutMs: 0, maxMatches: 10 });
}

function matches(condition: string, file: Uint8Array): boolean {
  const result = scan(condition, file);
  expect(result).toMatchObject({ outcome: "done", notEvaluated: [] });
  return result.matches.length === 1;
}

describe("pe.signatures", () => {
  const root = makeIdentity({ subject: plainName("Root"), key: RSA_KEYS[1]! });
  const signer = makeIdentity({
    subject: plainName("Größe"),
    issuer: root,
    serial: integer(Uint8Array.of(0, 0xc0, 0xff)),
  });
  const stamper = makeIdentity({ subject: plainName("Stamper"), key: RSA_KEYS[2]! });
  const file = signPe({
    identity: signer,
    chain: [root, stamper],
    signedAttributes: [programInfo(implicit(0, bmp("Setup")))],
    unsigned: (signed) => [
      attribute(OIDS.countersignature, pkcs9(stamper, signed, WHEN, { digest: "sha1" })),
      attribute(OIDS.microsoftCountersignature, timeStamp(stamper, signed, WHEN)),
      nested(makeSignature(makePe(), { digest: "sha1" })),
    ],
  });

  test.each([
    ["how many there are", "pe.number_of_signatures == 2 and pe.is_signed"],
    ["the signer", String.raw`pe.signatures[0].subject == "/C=DE/O=Example/CN=Gr\\xC3\\xB6\\xC3\\x9Fe"`],
    ["the issuer", 'pe.signatures[0].issuer == "/C=DE/O=Example/CN=Root"'],
    ["the serial number", 'pe.signatures[0].serial == "00:c0:ff"'],
    ["the version", "pe.signatures[0].version == 3"],
    [
      "the algorithm",
      'pe.signatures[0].algorithm == "sha256WithRSAEncryption" and pe.signatures[0].algorithm_oid == "1.2.840.113549.1.1.11"',
    ],
    ["the thumbprint", "for all c in pe.signatures[0].certificates: (c.thumbprint matches /^[0-9a-f]{40}$/)"],
    ["the dates", "pe.signatures[0].not_before == 1577934245 and pe.signatures[0].not_after == 2222669350"],
    ["valid_on", `pe.signatures[0].valid_on(${WHEN_SECONDS}) and not pe.signatures[0].valid_on(1)`],
    [
      "digests",
      'pe.signatures[0].digest_alg == "sha256" and pe.signatures[0].digest == pe.signatures[0].file_digest',
    ],
    ["certificates", "pe.signatures[0].number_of_certificates == 4"],
    ["the program", 'pe.signatures[0].signer_info.program_name == "Setup"'],
    [
      "the chain",
      'pe.signatures[0].signer_info.length_of_chain == 2 and pe.signatures[0].signer_info.chain[1].subject endswith "Root"',
    ],
    [
      "countersignatures",
      `pe.signatures[0].number_of_countersignatures == 2 and for all c in pe.signatures[0].countersignatures: (c.verified and c.sign_time == ${WHEN_SECONDS} and c.chain[0].subject endswith "Stamper")`,
    ],
    [
      "their digests",
      'pe.signatures[0].countersignatures[0].digest_alg == "sha1" and pe.signatures[0].countersignatures[1].digest_alg == "sha256"',
    ],
    ["the nested one", 'pe.signatures[1].verified and pe.signatures[1].digest_alg == "sha1"'],
  ])("shows %s", (_, condition) => {
    expect(matches(condition, file)).toBe(true);
  });

  test("shows a changed file's signature as not verified", () => {
    const changed = Buffer.from(file);
    changed[0x210]! ^= 1;
    expect(
      matches("pe.number_of_signatures == 2 and not pe.is_signed and not pe.signatures[0].verified", changed),
    ).toBe(true);
  });

  test("shows nothing of a file without a table, and of one whose table cannot be read", () => {
    expect(matches("pe.number_of_signatures == 0 and not pe.is_signed", makePe().bytes)).toBe(true);
    const unreadable = signPe({ identity: makeIdentity({ serial: element(0x02) }) });
    expect(matches("pe.number_of_signatures == 0 and not pe.is_signed", unreadable)).toBe(true);
  });

  test("is asked for once a scan, and not at all for files without a table", () => {
    let asked = 0;
    const readSignatures = () => {
      asked++;
      return { block: undefined, notEvaluated: [] };
    };
    scan("pe.number_of_signatures > 0", makePe().bytes, { readSignatures });
    scan("filesize > 0", Buffer.from("no PE file"), { readSignatures });
    expect(asked).toBe(0);
    scan("pe.number_of_signatures > 0 and pe.signatures[0].verified", file, { readSignatures });
    expect(asked).toBe(1);
  });
});

describe("signatures that could not be worked out are said", () => {
  test("as a whole", () => {
    const certificates = Array.from({ length: 1001 }, () => makeIdentity().certificate);
    expect(scan("pe.number_of_signatures > 0", signPe({ parts: { certificates } }))).toMatchObject({
      outcome: "done",
      matches: [],
      notEvaluated: ["pe.signatures: more than 1,000 certificates"],
    });
  });

  test("in part, beside what was found", () => {
    const publicKeyInfo = sequence(
      sequence(element(0x06, Buffer.from("2a8648ce380401", "hex"))),
      element(0x03, Uint8Array.of(0, 5)),
    );
    expect(
      scan("pe.number_of_signatures == 1", signPe({ identity: makeIdentity({ publicKeyInfo }) })),
    ).toMatchObject({
      matches: [{ rule: 0 }],
      notEvaluated: ["pe.signatures: no signatures with keys of type DSA here"],
    });
  });

  test("when the reader fails, or is not there", () => {
    const readSignatures = () => {
      throw new Error("broken");
    };
    expect(scan("pe.is_signed", signPe(), { readSignatures }).notEvaluated).toEqual([
      "pe.signatures: they could not be read",
    ]);
  });

  test("and the next scan begins anew", () => {
    const engine = new Libyara(engineCode());
    const { rules } = engine.compile(Buffer.from('import "pe" rule r { condition: pe.is_signed }'), {});
    const certificates = Array.from({ length: 1001 }, () => makeIdentity().certificate);
    const doubts = [signPe({ parts: { certificates } }), signPe()].map((file) => {
      engine.buffer(file.length).set(file);
      return rules!.scan(file.length, { timeoutMs: 0, maxMatches: 1 }).notEvaluated.length;
    });
    expect(doubts).toEqual([1, 0]);
  });
});
