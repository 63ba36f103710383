/** The forms of keys, signatures and logs, as another program computed them after docs/SIGNING.md of cryptex. */
import { expect, test } from "bun:test";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";
import { differences, readFiles, signFiles } from "#kit/signing/artifact.ts";
import { canonicalJson, type Json, parseCanonical } from "#kit/signing/canonical-json.ts";
import { checkChain, readHead } from "#kit/signing/chain-check.ts";
import { keyLine, parseKeyLine, publicKey, secretKey } from "#kit/signing/keys.ts";
import { distrust, lineageOf, lineageText, parseLineage } from "#kit/signing/lineage.ts";
import { readSecret } from "#kit/signing/secret-file.ts";
import { drawSeeds } from "#kit/signing/seeds.ts";
import { parseBlocks } from "#kit/signing/statement.ts";
import { judge } from "#kit/signing/trust.ts";
import { runProcess, stdoutOf } from "../../support/run-process.ts";
import vectors from "../../vectors/signing.json" with { type: "json" };
import { keyOf, NEVER, ownKey, TestFolder } from "./keys.ts";

const [first, second] = vectors.keys;
const house = lineageOf("house", publicKey(Buffer.from(first!.public, "base64")), []);
const signature = Buffer.from(vectors.signature);

test("canonical JSON is written and read", () => {
  for (const { value, text } of vectors.canonical) {
    expect(canonicalJson(value as unknown as Json)).toBe(text);
    expect(parseCanonical(text)).toEqual(value as never);
  }
});

test("seeds give the same public keys, ids and lines", () => {
  for (const { seeds, public: bytes, id, line } of vectors.keys) {
    const key = secretKey(Buffer.from(seeds, "hex"));
    expect(Buffer.from(key.public.bytes).toString("base64")).toBe(bytes);
    expect(key.public.id).toBe(id);
    const { name } = parseKeyLine(line);
    expect(keyLine(key.public, name)).toBe(line);
  }
});

test("seeds of a new key are mixed as documented", () => {
  const { own, more, alone, mixed } = vectors.seeds;
  const hex = (text: string) => Buffer.from(text, "hex");
  expect(Buffer.from(drawSeeds(undefined, hex(own))).toString("hex")).toBe(alone);
  expect(Buffer.from(drawSeeds(hex(more), hex(own))).toString("hex")).toBe(mixed);
});

test("a protected secret opens with its passphrase, in whatever form that is typed", async () => {
  const { passphrase, text } = vectors.protected;
  for (const form of ["NFC", "NFD", "NFKC"]) {
    const seeds = await readSecret(text, async () => passphrase.normalize(form), NEVER);
    expect(seeds.toHex()).toBe(first!.seeds);
  }
});

test("a signature holds, and the files are those that it names", async () => {
  const [block, ...rest] = parseBlocks(signature);
  expect(rest).toEqual([]);
  expect(judge(block!, [], [house]).faults).toEqual([]);
  using folder = new TestFolder(vectors.files);
  const { purpose, files } = readFiles(block!);
  expect(purpose).toBe("artifact");
  expect(await differences(folder.path, files, { signal: NEVER })).toEqual([]);
});

test("what is signed here is the same, but for the randomness of ML-DSA", () => {
  const [block] = parseBlocks(signature);
  const time = new Date(block!.statement.time);
  const text = signFiles(readFiles(block!), ownKey(keyOf("first")), time);
  expect(text.split("\n").slice(0, 3)).toEqual(vectors.signature.split("\n").slice(0, 3));
});

test("a rotation that comes with a signature leads from the trusted key to the one that signed", () => {
  const [block, ...rotations] = parseBlocks(Buffer.from(vectors.rotated));
  expect(rotations.length).toBe(1);
  expect(judge(block!, rotations, [house]).faults).toEqual([]);
  expect(judge(block!, [], [house]).faults).toEqual([
    `it is signed by key ${second!.id}, which is not trusted`,
  ]);
});

test("a lineage with a rotation and a revocation is read, and written the same", () => {
  const lineage = parseLineage(Buffer.from(vectors.lineage));
  expect(lineageText(lineage)).toBe(vectors.lineage);
  expect(lineage.keys.map(({ key }) => key.id)).toEqual([first!.id, second!.id]);
  const [old, present] = lineage.keys;
  expect(distrust(old!, "2026-02-14T23:59:59Z")).toBeUndefined();
  expect(distrust(old!, "2026-02-15T00:00:00Z")).toContain("is revoked for all that claims a time from");
  expect(distrust(present!, "2026-05-02T00:00:00Z")).toBeUndefined();
});

test("a log follows from its first line to its signed head", async () => {
  using folder = new TestFolder({ log: vectors.log });
  const [block] = parseBlocks(Buffer.from(vectors.head));
  expect(judge(block!, [], [house]).faults).toEqual([]);
  const head = readHead(block!);
  const { faults, log, records, hash, found } = await checkChain(
    folder.at("log"),
    new Set([head.hash]),
    NEVER,
  );
  expect(faults).toEqual([]);
  expect({ log, records, hash }).toEqual(head);
  expect(found.get(head.hash)).toBe(3);
});

test("a second implementation has the same keys, and each accepts the other's signatures", () => {
  const seed = Buffer.from(first!.seeds, "hex").subarray(32);
  const { publicKey: bytes, secretKey: secret } = ml_dsa65.keygen(new Uint8Array(seed));
  expect(Buffer.from(bytes).equals(Buffer.from(first!.public, "base64").subarray(32))).toBe(true);
  const own = parseBlocks(
    Buffer.from(signFiles(readFiles(parseBlocks(signature)[0]!), ownKey(keyOf("first")))),
  )[0]!;
  expect(ml_dsa65.verify(own.signatures["ml-dsa-65"], own.message, bytes)).toBe(true);
  const theirs = ml_dsa65.sign(own.message, secret, { extraEntropy: false });
  const block = { ...own, signatures: { ...own.signatures, "ml-dsa-65": theirs } };
  expect(judge(block, [], [house]).faults).toEqual([]);
});

/** Parts of a signature for a stranger with `openssl`: the first two lines, and each signature as bytes. */
async function opensslAccepts(algorithm: "ed25519" | "ml-dsa-65", message: Uint8Array): Promise<boolean> {
  const { public: key } = keyOf("first");
  const { signatures } = parseBlocks(signature)[0]!;
  const part = algorithm === "ed25519" ? key.ed25519 : key.mlDsa65;
  using folder = new TestFolder({
    message,
    signature: signatures[algorithm],
    "key.pem": part.export({ type: "spki", format: "pem" }).toString(),
  });
  const files = ["-in", folder.at("message"), "-sigfile", folder.at("signature")];
  const { exitCode } = await runProcess([
    ...["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", folder.at("key.pem")],
    ...files,
  ]);
  return exitCode === 0;
}

for (const [algorithm, since] of [
  ["ed25519", 3],
  ["ml-dsa-65", 3.5],
] as const) {
  test(`openssl accepts the ${algorithm} signature of the first two lines, and of no others`, async () => {
    const version = Bun.which("openssl") ? await stdoutOf(["openssl", "version"]) : "none";
    if (!(Number(/^OpenSSL (\d+\.\d+)/.exec(version)?.[1] ?? 0) >= since)) {
      return console.warn(`skipped: needs OpenSSL ${since}, and there is ${version.trim()}`);
    }
    const { message } = parseBlocks(signature)[0]!;
    expect(await opensslAccepts(algorithm, message)).toBe(true);
    expect(await opensslAccepts(algorithm, message.subarray(0, -1))).toBe(false);
  });
}
