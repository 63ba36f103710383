/**
 * Files that other programs have signed, and signatures that another YARA reads. Debian and Ubuntu have them in osslsigncode and yara.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFileSignatures, SIGNATURE } from "../../../src/engine/authenticode.ts";
import type { Certificate } from "../../../src/engine/signatures/certificates.ts";
import { utf8 } from "./der.ts";
import { makePe, makeSignature, nested, type SignatureOptions, signPe } from "./signed-pe.ts";
import {
  attribute,
  EC_KEY,
  makeIdentity,
  makeName,
  NAME_TYPES,
  OIDS,
  pkcs9,
  plainName,
  RSA_KEYS,
  timeStamp,
} from "./signer.ts";

const hasSigner = Bun.which("osslsigncode") !== null;
const hasYara = Bun.which("yara") !== null;
if (!hasSigner) console.warn("skipped: files signed by osslsigncode, which is not installed");
if (!hasYara) console.warn("skipped: signatures as the program yara reads them, which is not installed");

const WHEN = new Date("2024-05-06T07:08:09Z");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "signing-tools-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function run(...command: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { stdout: "pipe", stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stdout}${stderr}`);
  return stdout.toString();
}

describe.skipIf(!hasSigner)("osslsigncode", () => {
  const identity = makeIdentity({ subject: plainName("Signed elsewhere"), key: RSA_KEYS[3]! });

  function signElsewhere(name: string, input: Uint8Array, ...options: string[]): Buffer {
    const pem = (label: string, der: Uint8Array) =>
      `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64").replace(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;
    const certificate = write(`${name}.crt`, pem("CERTIFICATE", identity.certificate));
    const key = write(`${name}.key`, identity.key.privateKey.export({ type: "pkcs8", format: "pem" }));
    const output = join(folder, `${name}.signed.exe`);
    const files = ["-in", write(`${name}.exe`, input), "-out", output];
    run("osslsigncode", "sign", "-certs", certificate, "-key", key, ...options, ...files);
    return readFileSync(output);
  }

  test.each(["sha1", "sha256", "sha384"])("a file signed with %s is verified", (digest) => {
    for (const bits of [32, 64] as const) {
      const file = signElsewhere(`${digest}-${bits}`, makePe(bits).bytes, "-h", digest, "-n", "Setup");
      const { signatures, notEvaluated } = readFileSignatures(file);
      expect(notEvaluated).toEqual([]);
      expect(signatures).toMatchObject([
        { verifyFlags: SIGNATURE.valid, digestAlgorithm: digest, signer: { programName: "Setup" } },
      ]);
      expect(signatures![0]!.signer!.chain[0]!.subject.line).toEndWith("CN=Signed elsewhere");
    }
  });

  test("a file signed twice has a nested signature", () => {
    const once = signElsewhere("once", makePe().bytes, "-h", "sha1");
    const twice = signElsewhere("twice", once, "-nest", "-h", "sha256");
    const { signatures } = readFileSignatures(twice);
    expect(signatures!.map(({ verifyFlags, digestAlgorithm }) => [verifyFlags, digestAlgorithm])).toEqual([
      [SIGNATURE.valid, "sha1"],
      [SIGNATURE.valid, "sha256"],
    ]);
  });
});

/** Fields of a certificate that every YARA since 3.3 shows, one line each. */
const FIELDS: readonly (readonly [string, (certificate: Certificate) => unknown])[] = [
  ["thumbprint", ({ thumbprint }) => Buffer.from(thumbprint).toString("hex")],
  ["issuer", ({ issuer }) => issuer.line],
  ["subject", ({ subject }) => subject.line],
  ["version", ({ version }) => version + 1],
  ["algorithm", ({ algorithm }) => algorithm],
  ["serial", ({ serial }) => (Buffer.from(serial).toString("hex").match(/../g) ?? []).join(":")],
  ["not_before", ({ notBefore }) => notBefore],
  ["not_after", ({ notAfter }) => notAfter],
];

/**
 * YARA 4.2.3 is another program here: its own reader of signatures shows signers alone, escapes slashes in names where its OpenSSL is 3.0,
 * and gets times before 1970 wrong. The cases leave these out.
 */
describe.skipIf(!hasYara)("the program yara", () => {
  const stamper = makeIdentity({ subject: plainName("Stamper"), key: RSA_KEYS[1]! });
  const cases: Record<string, SignatureOptions> = {
    plain: {},
    "32 bits, SHA-1": { bits: 32, digest: "sha1" },
    "an elliptic curve": { identity: makeIdentity({ key: EC_KEY }) },
    "a name beyond ASCII": {
      identity: makeIdentity({ subject: makeName([NAME_TYPES.CN, utf8("Größe 東京")]) }),
    },
    "a long name": {
      identity: makeIdentity({
        subject: makeName([NAME_TYPES.O, utf8("x")], [NAME_TYPES.CN, utf8("y".repeat(300))]),
      }),
    },
    "after 2050": { identity: makeIdentity({ notAfter: new Date("2100-01-01T00:00:00Z") }) },
    nested: { unsignedAttributes: [nested(makeSignature(makePe(), { digest: "sha1", identity: stamper }))] },
    countersigned: {
      chain: [stamper],
      unsigned: (signed) => [
        attribute(OIDS.countersignature, pkcs9(stamper, signed, WHEN)),
        attribute(OIDS.microsoftCountersignature, timeStamp(stamper, signed, WHEN)),
      ],
    },
  };

  test.each(Object.entries(cases))("shows the same signers: %s", (name, options) => {
    const file = signPe(options);
    const { signatures } = readFileSignatures(file);
    const shown = FIELDS.map(([field]) => `(console.log("${field}=", pe.signatures[i].${field}) or true)`);
    const rule = write(
      "signers.yar",
      `import "pe" import "console" rule r { condition: for all i in (0..pe.number_of_signatures - 1): (${shown.join(" and ")}) }`,
    );
    const lines = run("yara", rule, write(`${name.replace(/\W/g, "")}.exe`, file)).split("\n");
    const expected = signatures!.flatMap(({ signer }) =>
      FIELDS.map(([field, read]) => `${field}=${read(signer!.chain[0]!)}`),
    );
    expect(lines.filter((line) => line.includes("="))).toEqual(expected);
  });
});
