/** The commands `keys …`, as they are typed. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { WorkFolder } from "../support/program.ts";
import { must, run } from "./signed-folder.ts";

const ID = /^[0-9a-f]{64}$/;

function secretsIn(folder: WorkFolder, name: string): string[] {
  return readdirSync(folder.at(`keys/${name}`)).filter((file) => file.endsWith(".secret"));
}

test("a key is made, listed and shown, and its secret is nowhere in what is printed", async () => {
  using folder = new WorkFolder();
  const made = await run(folder, "keys", "new", "house");
  expect([made.exitCode, made.stdout.trimEnd()]).toEqual([0, expect.stringMatching(ID)]);
  const id = made.stdout.trimEnd();
  const [secret] = secretsIn(folder, "house");
  expect(statSync(folder.at(`keys/house/${secret}`)).mode & 0o777).toBe(0o600);
  const { seeds } = JSON.parse(readFileSync(folder.at(`keys/house/${secret}`), "utf8")) as { seeds: string };
  const said = [
    made.stdout + made.stderr,
    await must(folder, "keys", "list"),
    await must(folder, "keys", "show", "house"),
    await must(folder, "keys", "show", "house", "--public"),
    await must(folder, "keys", "list", "--json"),
  ];
  for (const text of said) expect(text).not.toContain(seeds.slice(0, 16));
  expect(said[1]).toContain(`house  ${id.slice(0, 16)}  here    present`);
  expect(said[2]).toContain(id);
  expect(said[3]).toMatch(/^twin-key\/1 \S{2646,2648} house$/);
  expect(JSON.parse(said[4]!)).toEqual([
    {
      ...{ name: "house", key: id, secret: "open", standing: "present" },
      keys: [{ id, made_at: null, replaced_at: null, orphaned: false, revocations: [] }],
    },
  ]);
});

test("two keys have nothing in common, and none replaces another", async () => {
  using folder = new WorkFolder();
  const one = await must(folder, "keys", "new", "one");
  expect(await must(folder, "keys", "new", "two")).not.toBe(one);
  const again = await run(folder, "keys", "new", "one");
  expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining("there is a key one already")]);
  expect(await must(folder, "keys", "show", "one")).toContain(one);
});

test.each(["../up", "a/b", ".", "-x", "a\x1b[31m"])(
  "the name %j is refused, and nothing is written",
  async (name) => {
    using folder = new WorkFolder();
    const { exitCode, stderr } = await run(folder, "keys", "new", "--", name).catch(() => ({
      exitCode: 2,
      stderr: "",
    }));
    expect(exitCode).not.toBe(0);
    expect(stderr).not.toContain("\x1b[31m");
    expect(readdirSync(folder.path).filter((file) => file !== "home")).toEqual([]);
  },
);

test("with a passphrase the secret is encrypted, and signs with it alone", async () => {
  using folder = new WorkFolder({ report: "x", words: "correct horse\n", wrong: "battery\n", empty: "\n" });
  await must(folder, "keys", "new", "house", "--passphrase-file", "words");
  const secret = readFileSync(folder.at(`keys/house/${secretsIn(folder, "house")[0]}`), "utf8");
  expect(JSON.parse(secret)).toMatchObject({
    type: "twin-secret-protected/1",
    kdf: "scrypt",
    cipher: "aes-256-gcm",
  });
  expect(await must(folder, "keys", "list")).toContain("here, protected");
  const none = await run(folder, "sign", "report");
  expect([none.exitCode, none.stderr]).toEqual([
    2,
    expect.stringContaining("there is no terminal to ask for it"),
  ]);
  const wrong = await run(folder, "sign", "report", "--passphrase-file", "wrong");
  expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining("the passphrase is wrong")]);
  const empty = await run(folder, "sign", "report", "--passphrase-file", "empty");
  expect([empty.exitCode, empty.stderr]).toEqual([
    2,
    expect.stringContaining("there is no passphrase in empty"),
  ]);
  await must(folder, "sign", "report", "--passphrase-file", "words");
  await must(folder, "verify", "report");
  await must(folder, "keys", "rotate", "house", "--passphrase-file", "words");
  expect(await must(folder, "keys", "list")).toContain("here, protected");
});

describe("a rotation", () => {
  test("is followed by who trusts the first key, and keeps what was signed before", async () => {
    using folder = new WorkFolder({ before: "1", after: "2" });
    const first = await must(folder, "keys", "new", "house");
    writeFileSync(folder.at("first.pub"), `${await must(folder, "keys", "show", "house", "--public")}\n`);
    await must(folder, "sign", "before");
    const second = await must(folder, "keys", "rotate", "house");
    expect(second).not.toBe(first);
    expect(secretsIn(folder, "house")).toEqual([`${second.slice(0, 16)}.secret`]);
    await must(folder, "sign", "after");
    for (const path of ["before", "after"]) {
      await must(folder, "verify", path, "--key", "./first.pub");
      await must(folder, "verify", path);
    }
    expect(await must(folder, "keys", "show", "house")).toMatch(/present, made at .*\n.*replaced at/);
  });

  test("that comes with a signature teaches the folder of keys nothing: keys add does", async () => {
    using folder = new WorkFolder({ report: "x" });
    await must(folder, "keys", "new", "house");
    writeFileSync(folder.at("first.pub"), `${await must(folder, "keys", "show", "house", "--public")}\n`);
    await must(folder, "keys", "add", "theirs", "first.pub", "--keys", "keys");
    const second = await must(folder, "keys", "rotate", "house");
    writeFileSync(folder.at("second.pub"), `${await must(folder, "keys", "show", "house", "--public")}\n`);
    expect(await must(folder, "keys", "show", "theirs")).not.toContain(second);
    expect(await must(folder, "keys", "add", "theirs", "second.pub")).toBe(second);
    expect(await must(folder, "keys", "show", "theirs")).toContain(second);
    expect(await must(folder, "keys", "add", "theirs", "first.pub")).toBe(second); // what is known stays
  });
});

describe("a revocation", () => {
  test("is obeyed here at once, and elsewhere when it is heard of", async () => {
    using folder = new WorkFolder({ report: "x" });
    await must(folder, "keys", "new", "house");
    writeFileSync(folder.at("house.pub"), `${await must(folder, "keys", "show", "house", "--public")}\n`);
    await must(folder, "sign", "report");
    const id = await must(folder, "keys", "revoke", "house", "--reason", "laptop \x1b[31mstolen");
    expect(id).toMatch(ID);
    const here = await run(folder, "verify", "report");
    expect([here.exitCode, here.stdout]).toEqual([
      1,
      expect.stringContaining("is revoked: laptop \\x1B[31mstolen"),
    ]);
    expect((await run(folder, "verify", "report", "--key", "./house.pub")).exitCode).toBe(0);
    writeFileSync(folder.at("house.pub"), `${await must(folder, "keys", "show", "house", "--public")}\n`);
    expect((await run(folder, "verify", "report", "--key", "./house.pub")).exitCode).toBe(1);
    const sign = await run(folder, "sign", "report");
    expect([sign.exitCode, sign.stderr]).toEqual([2, expect.stringContaining("the key house is revoked")]);
    expect((await run(folder, "keys", "rotate", "house")).exitCode).toBe(2);
  });

  test("of an earlier key leaves the present one", async () => {
    using folder = new WorkFolder({ before: "1", after: "2" });
    const first = await must(folder, "keys", "new", "house");
    await must(folder, "sign", "before");
    await must(folder, "keys", "rotate", "house");
    await must(folder, "sign", "after");
    expect(await must(folder, "keys", "revoke", "house", "--id", first.slice(0, 10))).toBe(first);
    expect((await run(folder, "verify", "before")).exitCode).toBe(1);
    expect((await run(folder, "verify", "after")).exitCode).toBe(0);
    await must(folder, "sign", "after");
    const none = await run(folder, "keys", "revoke", "house", "--id", "zz");
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining("no key of house has an id")]);
  });
});

test("a key that others may read is used with a warning", async () => {
  using folder = new WorkFolder({ report: "x" });
  await must(folder, "keys", "new", "house");
  const secret = folder.at(`keys/house/${secretsIn(folder, "house")[0]}`);
  (await import("node:fs")).chmodSync(secret, 0o644);
  const { exitCode, stderr } = await run(folder, "sign", "report");
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining("can be read by other users")]);
});

test("another key of a name is not taken in", async () => {
  using folder = new WorkFolder();
  await must(folder, "keys", "new", "house");
  await must(folder, "keys", "new", "other");
  writeFileSync(folder.at("other.pub"), `${await must(folder, "keys", "show", "other", "--public")}\n`);
  const { exitCode, stderr } = await run(folder, "keys", "add", "house", "other.pub");
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("the key house is another one")]);
  writeFileSync(folder.at("broken.pub"), "twin-key/1 AAAA\n");
  const broken = await run(folder, "keys", "add", "third", "broken.pub");
  expect([broken.exitCode, broken.stderr]).toEqual([
    1,
    expect.stringContaining("a public key has 1984 bytes"),
  ]);
});
