import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARTIFACT, digestArtifact, signFiles } from "#kit/signing/artifact.ts";
import { evidenceKeygen } from "../../src/commands/evidence-keygen.ts";
import { evidenceVerify } from "../../src/commands/evidence-verify.ts";
import { InputError } from "../../src/errors.ts";
import { readSigningKey } from "../../src/evidence/package/keys.ts";
import { fakeIo } from "../support/fake-io.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";
import { filesBelow, makeFake, noisy } from "./fake-package.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-verify-"));
const signed = join(folder, "signed");
const key = join(folder, "lab.key");
const other = join(folder, "other.key");
const NEVER = new AbortController().signal;

async function keygen(file: string, args: Record<string, unknown> = {}): Promise<string> {
  const io = fakeIo();
  await evidenceKeygen.run(optionsFor(evidenceKeygen, { file, ...args }), io, {} as never);
  return io.written().toString().trim();
}

async function verify(path: string, args: Record<string, unknown> = {}) {
  const io = fakeIo();
  const code = await evidenceVerify.run(
    optionsFor(evidenceVerify, { folder: path, ...args }),
    io,
    {} as never,
  );
  return { code, said: io.written().toString() };
}

const held = (path: string) => verify(path, { key: `${key}.pub` });

/** A copy that may be damaged. */
function copied(name: string): string {
  const copy = join(folder, name.replaceAll("/", "-"));
  cpSync(signed, copy, { recursive: true });
  return copy;
}

beforeAll(async () => {
  await keygen(key);
  await keygen(other);
  await makeFake(signed, [noisy("alpha", 1)], { key });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a package that was signed", () => {
  test("is what was signed, wherever it lies", async () => {
    const { code, said } = await held(copied("elsewhere"));
    expect(code).toBe(0);
    expect(said).toMatch(/: 15 files as they were, signed by [0-9a-f]{16} at .*Ed25519 and ML-DSA-65/);
  });

  test("each flipped byte is named, whichever file it is in", async () => {
    const copy = copied("flipped");
    for (const name of filesBelow(copy)) {
      const path = join(copy, name);
      const bytes = readFileSync(path);
      const at = Math.floor(bytes.length / 2);
      bytes[at]! ^= 1;
      writeFileSync(path, bytes);
      const outcome = await held(copy);
      expect(outcome.code, name).toBe(4);
      expect(outcome.said).toContain(name);
      bytes[at]! ^= 1;
      writeFileSync(path, bytes);
    }
    expect((await held(copy)).code).toBe(0);
  });

  test("missing and extra files, links and cut ones are named, all of them", async () => {
    const copy = copied("torn");
    rmSync(join(copy, "sources/alpha/alpha.samples.u64"));
    rmSync(join(copy, "SHA256SUMS"));
    symlinkSync("/etc/hostname", join(copy, "link"));
    writeFileSync(join(copy, "sources/alpha/alpha.symbols.u8"), "");
    for (let i = 0; i < 30; i++) writeFileSync(join(copy, `extra-${i}`), "");
    const { code, said } = await held(copy);
    expect(code).toBe(4);
    expect(said).toContain("alpha.samples.u64: is missing");
    expect(said).toContain("SHA256SUMS: is missing");
    expect(said).toContain("link: it is a symbolic link");
    expect(said).toContain("alpha.symbols.u8: has 0 bytes, not 4000");
    for (let i = 0; i < 30; i++) expect(said).toContain(`extra-${i}: is not in the list`);
    expect(said).toContain("34 differences");
  });

  test("another key, or the signature of something else, is not taken", async () => {
    const wrong = await verify(signed, { key: `${other}.pub` });
    expect(wrong.code).toBe(4);
    expect(wrong.said).toContain("not trusted");
    const copy = copied("purpose");
    const own = await readSigningKey(
      key,
      () => Promise.reject(),
      () => {},
      NEVER,
    );
    const files = await digestArtifact(copy, { signal: NEVER, apart: ["evidence.sig"] });
    writeFileSync(join(copy, "evidence.sig"), signFiles({ purpose: ARTIFACT, files }, own));
    expect((await held(copy)).said).toContain('it was signed as "artifact"');
    writeFileSync(join(copy, "evidence.sig"), "");
    expect((await held(copy)).code).toBe(4);
  });

  test("without a key it is held against its own hashes, and that is said", async () => {
    const copy = copied("hashes");
    expect((await verify(copy)).said).toContain("--key holds against a key");
    rmSync(join(copy, "evidence.sig"));
    const bare = await verify(copy);
    expect(bare.code).toBe(0);
    expect(bare.said).toContain("NOT SIGNED");
    expect((await held(copy)).said).toContain("it is not signed");
    writeFileSync(join(copy, "README.md"), "changed");
    writeFileSync(join(copy, "more"), "");
    const { code, said } = await verify(copy);
    expect(code).toBe(4);
    expect(said).toContain("README.md: was changed: another SHA-256");
    expect(said).toContain("more: is not in the list");
    rmSync(join(copy, "plan.json"));
    expect((await verify(copy)).said).toContain("plan.json: is missing");
    writeFileSync(join(copy, "SHA256SUMS"), `${"0".repeat(64)}  ../../etc/passwd\n`);
    expect(await rejectionOf(verify(copy))).toBeInstanceOf(InputError);
  });

  test("--json says the same", async () => {
    const { said } = await verify(signed, { key: `${key}.pub`, json: true });
    expect(JSON.parse(said)).toMatchObject({ schema: 1, isSigned: true, files: 15, faults: [] });
  });

  test("making it again without a key keeps the signature; a change takes it away", async () => {
    const copy = copied("again");
    await makeFake(copy, [noisy("alpha", 1)]);
    expect((await held(copy)).code).toBe(0);
    rmSync(join(copy, "sources/alpha/assessment.json"));
    await makeFake(copy, [noisy("alpha", 1)]);
    expect((await held(copy)).said).toContain("it is not signed");
    await makeFake(copy, [noisy("alpha", 1)], { key });
    expect((await held(copy)).code).toBe(0);
  });

  test("what is no package, or none that is finished, is refused", async () => {
    expect((await rejectionOf(verify(join(folder, "nowhere")))).message).toContain("no package of evidence");
    const copy = copied("unfinished");
    rmSync(join(copy, "SHA256SUMS"));
    rmSync(join(copy, "evidence.sig"));
    expect((await rejectionOf(verify(copy))).message).toContain("not finished");
  });
});

describe("keys", () => {
  test("a secret is for its owner alone, and never replaced", async () => {
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect((await rejectionOf(keygen(key))).message).toContain("never replaced");
    rmSync(`${other}.pub`, { force: true });
    expect((await rejectionOf(keygen(other))).message).toContain("never replaced");
    await keygen(join(folder, "spare.key"));
  });

  test("neither half of a key stays without the other", async () => {
    const secret = join(folder, "half.key");
    symlinkSync("/nowhere/else", `${secret}.pub`);
    expect((await rejectionOf(keygen(secret))).message).toContain("half.key.pub");
    expect(existsSync(secret)).toBe(false);
  });

  test("a protected one takes its passphrase", async () => {
    const [secret, words, wrong] = ["safe.key", "words", "wrong"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(words, "correct horse\n", { mode: 0o600 });
    writeFileSync(wrong, "battery\n", { mode: 0o600 });
    const id = await keygen(secret, { "passphrase-file": words });
    expect(readFileSync(secret, "utf8")).not.toContain("seeds");
    const out = join(folder, "protected");
    await makeFake(out, [noisy("alpha", 1)], { key: secret, "passphrase-file": words });
    expect((await verify(out, { key: `${secret}.pub` })).said).toContain(id.slice(0, 16));
    const error = await rejectionOf(
      makeFake(join(folder, "no"), [noisy("alpha", 1)], { key: secret, "passphrase-file": wrong }),
    );
    expect(error.message).toContain(secret);
    expect(error.message).toContain("passphrase is wrong");
  });
});
