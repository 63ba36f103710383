import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../src/errors.ts";
import { isRecipient } from "../../src/seed/answer.ts";
import { makeIdentityFile, openSealedFile, readIdentityFile } from "../../src/seed/identity-file.ts";
import { newIdentity, sealer, unseal } from "../../src/seed/sealing.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/age");
const never = () => {
  throw new Error("unexpected warning");
};

const AGE = Bun.which("age");
const isNew = AGE !== null && /^v?1\.([3-9]|\d\d)/.test(Bun.spawnSync([AGE, "--version"]).stdout.toString());
if (!isNew) console.log("skipped: age 1.3 or newer is not installed");

describe("sealed seeds", () => {
  test("are opened by the identity that they are sealed to, and by no other", async () => {
    const [own, other] = [await newIdentity(), await newIdentity()];
    const seed = crypto.getRandomValues(new Uint8Array(48));
    const sealed = await sealer(own.recipient)(seed);
    expect(await unseal(sealed, own)).toEqual(seed);
    await expect(unseal(sealed, other)).rejects.toThrow(InputError);
    expect(await sealer(own.recipient)(seed)).not.toEqual(sealed);
  });

  test("are not opened where a byte of them is another, or missing", async () => {
    const own = await newIdentity();
    const sealed = await sealer(own.recipient)(new Uint8Array(48));
    for (let at = 0; at < sealed.length; at += 61) {
      const changed = sealed.slice();
      changed[at]! ^= 1;
      await expect(unseal(changed, own)).rejects.toThrow(InputError);
      await expect(unseal(sealed.subarray(0, at), own)).rejects.toThrow(InputError);
    }
    await expect(unseal(sealed.subarray(0, -1), own)).rejects.toThrow(InputError);
  });

  test("of age 1.3.2 are opened, with its identity", async () => {
    using folder = temporaryFolder("age");
    const identity = join(folder.path, "identity"); // a checkout may be readable by everybody
    copyFileSync(join(FIXTURES, "hybrid.identity"), identity);
    chmodSync(identity, 0o600);
    const opened = await openSealedFile(join(FIXTURES, "hybrid.age"), identity, never);
    expect(Buffer.from(opened).toString()).toBe("made by age 1.3.2, opened here\n");
  });

  test.skipIf(!isNew)("are opened by the program age, with the file of an identity", async () => {
    using folder = temporaryFolder("age");
    const [identity, file] = [join(folder.path, "identity"), join(folder.path, "seed.age")];
    const recipient = await makeIdentityFile(identity);
    writeFileSync(file, await sealer(recipient)(Buffer.from("sealed here")));
    const { stdout, exitCode } = Bun.spawnSync([AGE!, "-d", "-i", identity, file]);
    expect([exitCode, stdout.toString()]).toEqual([0, "sealed here"]);
  });
});

describe("recipients and identities", () => {
  test("that are none are refused, and what was given is not repeated", async () => {
    const { recipient, secret } = await newIdentity();
    expect(isRecipient(recipient)).toBe(true);
    const swapped = recipient.slice(0, 100) + (recipient[100] === "q" ? "p" : "q") + recipient.slice(101);
    for (const text of ["", "age1pq1", "age1qqqq", recipient.toUpperCase(), `${recipient}q`, swapped]) {
      expect(() => sealer(text)).toThrow(/^it is no /);
    }
    using folder = temporaryFolder("age");
    const path = join(folder.path, "identity");
    const x25519 = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    for (const text of [
      "",
      x25519,
      secret.toLowerCase(),
      `${secret.slice(0, -1)}B`,
      `${secret}\n${secret}`,
    ]) {
      writeFileSync(path, text, { mode: 0o600 });
      const refusal = await readIdentityFile(path, never).catch((error: Error) => error);
      expect(refusal).toBeInstanceOf(InputError);
      expect((refusal as Error).message).not.toContain("SECRET");
    }
  });

  test("are in a file of its owner's own, which is never replaced; one that others can read is named", async () => {
    using folder = temporaryFolder("age");
    const path = join(folder.path, "identity");
    const recipient = await makeIdentityFile(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, "utf8");
    await expect(makeIdentityFile(path)).rejects.toThrow("there already");
    expect(readFileSync(path, "utf8")).toBe(before);
    expect((await readIdentityFile(path, never)).recipient).toBe(recipient);
    chmodSync(path, 0o644);
    const warnings: string[] = [];
    await readIdentityFile(path, (text) => warnings.push(text));
    expect(warnings).toEqual([`${path} can be read by other users: chmod 600 it`]);
  });
});
