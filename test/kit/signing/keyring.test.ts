import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Keyring, readLineage } from "#kit/signing/keyring.ts";
import { secretKey } from "#kit/signing/keys.ts";
import { extended, lineageOf, lineageText, signRotation } from "#kit/signing/lineage.ts";
import { isProtected, readSecret, secretText } from "#kit/signing/secret-file.ts";
import { drawSeeds } from "#kit/signing/seeds.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { parseBlocks } from "#kit/signing/statement.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { keyOf, NEVER, TestFolder } from "./keys.ts";

const nobody = () => Promise.reject(new Error("asked for a passphrase"));
const saying = (words: string) => () => Promise.resolve(words);

async function ringWith(folder: TestFolder, name: string, passphrase?: string) {
  const ring = new Keyring(folder.at("keys"));
  const seeds = drawSeeds();
  const lineage = lineageOf(name, secretKey(seeds).public, []);
  ring.add(lineage, await secretText(seeds, passphrase, NEVER));
  return { ring, lineage };
}

describe("a secret", () => {
  const seeds = new Uint8Array(64).fill(7);

  test("is read as it was written, protected or not", async () => {
    const open = await secretText(seeds, undefined, NEVER);
    expect(isProtected(open)).toBe(false);
    expect(Buffer.from(await readSecret(open, nobody, NEVER)).equals(seeds)).toBe(true);
    const sealed = await secretText(seeds, "words", NEVER);
    expect(isProtected(sealed)).toBe(true);
    expect(sealed).not.toContain(Buffer.from(seeds).toString("base64").slice(0, 20));
    expect(Buffer.from(await readSecret(sealed, saying("words"), NEVER)).equals(seeds)).toBe(true);
    expect((await rejectionOf(readSecret(sealed, saying("Words"), NEVER))).message).toContain(
      "passphrase is wrong",
    );
  });

  test("two of one passphrase have nothing in common", async () => {
    const [one, other] = await Promise.all([
      secretText(seeds, "words", NEVER),
      secretText(seeds, "words", NEVER),
    ]);
    const parts = (text: string) => JSON.parse(text) as { data: string; nonce: string; salt: string };
    for (const part of ["data", "nonce", "salt"] as const)
      expect(parts(one)[part]).not.toBe(parts(other)[part]);
  });

  test("no part of a protected one can be changed", async () => {
    const object = JSON.parse(await secretText(seeds, "words", NEVER)) as Record<string, unknown>;
    const data = Buffer.from(object["data"] as string, "base64");
    data[3]! ^= 1;
    for (const change of [
      { data: data.toString("base64") },
      { nonce: Buffer.alloc(12).toString("base64") },
      { salt: Buffer.alloc(16).toString("base64") },
      { n: 2 ** 16 },
    ]) {
      const text = `${JSON.stringify(Object.fromEntries(Object.entries({ ...object, ...change }).sort()))}\n`;
      expect((await rejectionOf(readSecret(text, saying("words"), NEVER))).message).toContain(
        "or the secret key is damaged",
      );
    }
  });

  test("one that would cost too much or too little to open is refused before", async () => {
    const object = JSON.parse(await secretText(seeds, "words", NEVER)) as Record<string, unknown>;
    for (const change of [
      { n: 2 ** 30 },
      { n: 2 ** 10 },
      { n: 100_000 },
      { r: 1 },
      { p: 16 },
      { kdf: "pbkdf2" },
    ]) {
      const text = `${JSON.stringify(Object.fromEntries(Object.entries({ ...object, ...change }).sort()))}\n`;
      expect((await rejectionOf(readSecret(text, nobody, NEVER))).message).toContain(
        "in a way that is not known",
      );
    }
  });

  test.each([
    "",
    "\n",
    "{}\n",
    "[]\n",
    "x",
    '{"type":"twin-secret/1"}\n',
    '{"seeds":"AA==","type":"twin-secret/1"}\n',
  ])("%j is none", async (text) => {
    expect(await rejectionOf(readSecret(text, nobody, NEVER))).toBeInstanceOf(SignatureError);
  });
});

describe("a keyring", () => {
  test("keeps keys for their owner alone, and gives them back", async () => {
    using folder = new TestFolder();
    const { ring, lineage } = await ringWith(folder, "house");
    expect(ring.names()).toEqual(["house"]);
    const files = readdirSync(folder.at("keys/house"));
    expect(files.sort()).toEqual([`${lineage.keys[0]!.key.id.slice(0, 16)}.secret`, "public"]);
    const mode = (path: string) => statSync(folder.at(path)).mode & 0o777;
    expect([mode("keys"), mode("keys/house"), mode(`keys/house/${files[0]}`)]).toEqual([0o700, 0o700, 0o600]);
    const own = await ring.own("house", nobody, NEVER);
    expect(own.secret.public.id).toBe(lineage.keys[0]!.key.id);
    expect(own.exposed).toBeUndefined();
    expect(ring.secrecy(lineage)).toBe("open");
    chmodSync(folder.at(`keys/house/${files[0]}`), 0o640);
    expect((await ring.own("house", nobody, NEVER)).exposed).toContain(files[0]!);
  });

  test("asks for the passphrase of a protected key, and not before", async () => {
    using folder = new TestFolder();
    const { ring, lineage } = await ringWith(folder, "house", "words");
    expect(ring.secrecy(ring.lineage("house"))).toBe("protected");
    expect((await ring.own("house", saying("words"), NEVER)).secret.public.id).toBe(lineage.keys[0]!.key.id);
    expect((await rejectionOf(ring.own("house", saying("other"), NEVER))).message).toContain(
      "passphrase is wrong",
    );
  });

  test("never replaces a key by another of the name", async () => {
    using folder = new TestFolder();
    const { ring, lineage } = await ringWith(folder, "house");
    const other = lineageOf("house", keyOf("other").public, []);
    expect(() => ring.add(other)).toThrow("there is a key house already");
    expect(ring.lineage("house").keys[0]!.key.id).toBe(lineage.keys[0]!.key.id);
    expect(readdirSync(folder.at("keys"))).toEqual(["house"]);
  });

  test.each(["", ".", "..", "a/b", "../a", "a\\b", "-a", "a b", "a\0", "é", "x".repeat(65), "a.b"])(
    "name %j is refused",
    (name) => {
      using folder = new TestFolder();
      const ring = new Keyring(folder.at("keys"));
      expect(() => ring.add(lineageOf(name, keyOf("a").public, []))).toThrow("cannot name a key");
      expect(ring.has(name)).toBe(false);
      expect(() => ring.lineage(name)).toThrow("there is no key");
      expect(existsSync(folder.at("keys"))).toBe(false);
    },
  );

  test("passes over what is no key, and names a key that is damaged", async () => {
    using folder = new TestFolder({ "keys/file": "x" });
    mkdirSync(folder.at("keys/.new.part"));
    const { ring } = await ringWith(folder, "house");
    expect(ring.names()).toEqual(["house"]);
    writeFileSync(folder.at("keys/house/public"), "twin-key/1 AAAA house\n");
    expect(() => ring.all()).toThrow(`${join(ring.folder, "house/public")}: a public key has 1984 bytes`);
  });

  test("does not sign with a secret that belongs to another key, or is not there", async () => {
    using folder = new TestFolder();
    const { ring, lineage } = await ringWith(folder, "house");
    const path = folder.at(`keys/house/${lineage.keys[0]!.key.id.slice(0, 16)}.secret`);
    writeFileSync(path, await secretText(new Uint8Array(64), undefined, NEVER));
    expect((await rejectionOf(ring.own("house", nobody, NEVER))).message).toContain(
      "is the secret of another key",
    );
    ring.add(lineageOf("theirs", keyOf("theirs").public, []));
    expect((await rejectionOf(ring.own("theirs", nobody, NEVER))).message).toContain(
      "cannot sign: its secret is not in",
    );
  });

  test("a rotation that is cut off anywhere leaves a key that signs", async () => {
    using folder = new TestFolder();
    const { ring, lineage } = await ringWith(folder, "house");
    const { secret } = await ring.own("house", nobody, NEVER);
    const seeds = drawSeeds();
    const next = extended(lineage, parseBlocks(Buffer.from(signRotation(secret, secretKey(seeds).public))));
    ring.putSecret(next, await secretText(seeds, undefined, NEVER));
    expect((await ring.own("house", nobody, NEVER)).secret.public.id).toBe(secret.public.id);
    await ring.update("house", NEVER, () => next);
    expect((await ring.own("house", nobody, NEVER)).secret.public.id).toBe(next.keys[1]!.key.id);
    ring.dropOldSecrets(next);
    expect((await ring.own("house", nobody, NEVER)).secret.public.id).toBe(next.keys[1]!.key.id);
    expect(readdirSync(folder.at("keys/house")).filter((name) => name.endsWith(".secret")).length).toBe(1);
  });

  test("changes wait for each other, and one that fails changes nothing", async () => {
    using folder = new TestFolder();
    const { ring, lineage } = await ringWith(folder, "house");
    const before = readFileSync(folder.at("keys/house/public"), "utf8");
    const error = await rejectionOf(
      ring.update("house", NEVER, () => {
        throw new Error("no");
      }),
    );
    expect(error.message).toBe("no");
    expect(readFileSync(folder.at("keys/house/public"), "utf8")).toBe(before);
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 5 }, () =>
        ring.update("house", NEVER, (now) => {
          most = Math.max(most, ++inside);
          inside--;
          return now;
        }),
      ),
    );
    expect(most).toBe(1);
    expect(lineageText(readLineage(folder.at("keys/house/public")))).toBe(lineageText(lineage));
  });
});
