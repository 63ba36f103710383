/** `ruleset pack`, `ruleset unpack`, and `--rules` with a packed set, as they are typed. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { optionsFor } from "../../../../test/support/options.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { SERVICE_FLAGS, serviceSettings } from "../../src/commands/service-flags.ts";
import { openServices } from "../../src/gateway/services.ts";
import { must, run } from "../signing/signed-folder.ts";
import { WorkFolder } from "../support/program.ts";

const FILES = {
  "rules/a.yar": 'rule hello : greeting { strings: $a = "hello" condition: $a and wanted }',
  "rules/bad.yar": "rule bad { condition: and }",
  "files/a": "hello",
  "files/b": "other",
};

const PACK = ["ruleset", "pack", "--rules", "rules", "--define", "wanted=true"];

/** A folder with a key and a packed set `house.cxr`. */
async function packedFolder(...args: readonly string[]): Promise<WorkFolder> {
  const folder = new WorkFolder(FILES);
  await must(folder, "keys", "new", "house");
  await must(folder, ...PACK, "--name", "house", "-o", "house.cxr", ...args);
  return folder;
}

test("a packed set gives the lines that its files give, and its name", async () => {
  using folder = await packedFolder();
  const plain = await run(folder, "scan", "files", "--rules", "rules", "--define", "wanted=true");
  const packed = await run(folder, "scan", "files", "--rules", "house.cxr");
  expect([plain.exitCode, packed.exitCode]).toEqual([3, 3]);
  const lines = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ ruleset, file, ...rest }) => ({
        ...rest,
        ...(ruleset && { digest: ruleset.digest }),
        ...(file && { file: file.split("/").at(-1) }),
      }));
  expect(lines(packed.stdout)).toEqual(lines(plain.stdout));
  expect(JSON.parse(packed.stdout.split("\n")[0]!).ruleset.alias).toBe("house");
  expect(packed.stderr).toBe("");
});

test("other commands take it, too, and so do cryptex.toml and CRYPTEX_RULES", async () => {
  using folder = await packedFolder();
  expect(await must(folder, "explain", "hello", "files/a", "--rules", "house.cxr")).toContain(
    "matches files/a",
  );
  expect((await run(folder, "rules", "find", "hello", "--rules", "house.cxr")).stdout).toContain("hello");
  expect((await run(folder, "rules", "deps", "hello", "--rules", "house.cxr")).stdout).toContain("hello");
  writeFileSync(folder.at("cryptex.toml"), '[rules]\ndefault = ["house.cxr"]\n');
  expect((await run(folder, "scan", "files/a")).stdout).toContain('"rule":"hello"');
});

test("a set that is packed under a name of its own by cryptex.toml has it", async () => {
  using folder = new WorkFolder({
    "rules/a.yar": "rule a { condition: true }",
    "cryptex.toml": '[rulesets.mine]\npaths = ["rules"]\n',
  });
  await must(folder, "keys", "new", "house");
  const packed = JSON.parse(
    await must(folder, "ruleset", "pack", "--rules", "mine", "-o", "mine.cxr", "--json"),
  );
  expect(packed).toMatchObject({
    name: "mine",
    rules: 1,
    files: 1,
    key: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(packed.version).toBeGreaterThan(1_700_000_000);
});

test("the gateway serves it, with the externals and folders that it brings", async () => {
  using folder = await packedFolder();
  const options = optionsFor(
    { flags: SERVICE_FLAGS },
    { rules: folder.at("house.cxr"), keys: folder.at("keys") },
  );
  const env = { XDG_CACHE_HOME: folder.at("cache"), CRYPTEX_STORE: folder.at("store.db") };
  const settings = await serviceSettings(options, fakeIo(), env);
  await using services = openServices(settings);
  const [set] = await services.ruleSets.list();
  const manifest = JSON.parse((await run(folder, "verify", "house.cxr", "--json")).stdout);
  expect(set).toMatchObject({ name: "default", digest: manifest.digest, rules: 1 });
  expect(set!.quarantined[0]!.file).toBe("rules/bad.yar");
  const stranger = optionsFor(
    { flags: SERVICE_FLAGS },
    { rules: folder.at("house.cxr"), keys: folder.at("none") },
  );
  expect((await rejectionOf(serviceSettings(stranger, fakeIo(), env))).message).toContain(
    "which is not trusted",
  );
});

describe("nothing is scanned", () => {
  const refused = async (folder: WorkFolder, ...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await run(folder, "scan", "files", "--rules", "house.cxr", ...args);
    expect([exitCode, stdout]).toEqual([1, ""]);
    return stderr;
  };

  test("with a set that nobody who is trusted has signed", async () => {
    using folder = await packedFolder();
    await must(folder, "keys", "new", "other");
    expect(await refused(folder, "--key", "other")).toMatch(/which is not trusted[\s\S]*hint: keys add/);
  });

  test("with one that is not signed, unless that is taken", async () => {
    using folder = await packedFolder("--unsigned");
    expect(await refused(folder)).toMatch(/it is not signed\nhint: --accept unsigned/);
    const taken = await run(folder, "scan", "files", "--rules", "house.cxr", "--accept", "unsigned");
    expect([taken.exitCode, taken.stderr]).toEqual([
      3,
      "[warn] house.cxr: it is not signed; taken as asked\n",
    ]);
  });

  test("with one that was changed, or that is something else", async () => {
    using folder = await packedFolder();
    const bytes = readFileSync(folder.at("house.cxr"));
    const at = bytes.indexOf("hello");
    bytes[at]! ^= 1;
    writeFileSync(folder.at("house.cxr"), bytes);
    expect(await refused(folder)).toContain("rules/a.yar: was changed");
    writeFileSync(folder.at("house.cxr"), "rule a { condition: true }");
    expect(await refused(folder, "--accept", "unsigned")).toContain(
      "the archive is damaged, or was not written by this program",
    );
  });

  test("with an older version than the last one, unless that is taken", async () => {
    using folder = await packedFolder("--version", "5");
    expect((await run(folder, "scan", "files", "--rules", "house.cxr")).exitCode).toBe(3);
    await must(
      folder,
      "ruleset",
      "pack",
      "--rules",
      "rules/a.yar",
      "--define",
      "wanted=true",
      "--name",
      "house",
      "--version",
      "4",
      "-o",
      "house.cxr",
    );
    expect(await refused(folder)).toMatch(
      /it is version 4 of house, and version 5 was used here\nhint: --accept older/,
    );
    expect((await run(folder, "verify", "house.cxr")).exitCode).toBe(1);
    expect((await run(folder, "scan", "files", "--rules", "house.cxr", "--accept", "older")).exitCode).toBe(
      0,
    );
  });
});

test("a set is known by its content, whatever it is called", async () => {
  using folder = await packedFolder();
  writeFileSync(folder.at("update.bin"), readFileSync(folder.at("house.cxr")));
  expect((await run(folder, "scan", "files/a", "--rules", "update.bin")).stdout).toContain('"rule":"hello"');
  expect((await run(folder, "verify", "update.bin")).exitCode).toBe(0);
});

test("another --define, and so another set, is said", async () => {
  using folder = await packedFolder();
  const { stderr } = await run(folder, "scan", "files", "--rules", "house.cxr", "--define", "wanted=false");
  expect(stderr).toContain("house was packed as sha256:");
});

test("unpack writes what was packed, into a folder that was not there, once it is verified", async () => {
  using folder = await packedFolder();
  await must(folder, "ruleset", "unpack", "house.cxr", "-o", "out");
  expect(readdirSync(folder.at("out")).sort()).toEqual(["manifest.json", "manifest.json.sig", "rules"]);
  expect(readFileSync(folder.at("out/rules/a.yar"), "utf8")).toBe(FILES["rules/a.yar"]);
  const again = await run(folder, "ruleset", "unpack", "house.cxr", "-o", "out");
  expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining("out is there already")]);
  await must(folder, "keys", "new", "other");
  const refused = await run(folder, "ruleset", "unpack", "house.cxr", "-o", "other", "--key", "other");
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("which is not trusted")]);
  expect(readdirSync(folder.path)).not.toContain("other");
});

test("wrong use is said before anything is done", async () => {
  using folder = await packedFolder();
  const wrong = async (...args: readonly string[]) => {
    const { exitCode, stderr } = await run(
      folder,
      "ruleset",
      "pack",
      "--rules",
      "rules",
      "-o",
      "new.cxr",
      ...args,
    );
    expect(exitCode).toBe(2);
    return stderr;
  };
  expect(await wrong()).toContain("the set has no name");
  expect(await wrong("--name", "../x")).toContain("the set has no name");
  expect(await wrong("--name", "x", "--expires", "2020-01-01")).toContain("is not in the future");
  expect(await wrong("--name", "x", "--unsigned", "--key", "house")).toContain("contradict each other");
  expect(await wrong("--name", "x", "--version", "-1")).toContain("--version");
  const own = await run(folder, ...PACK, "--name", "x", "-o", "rules/a.yar");
  expect([own.exitCode, own.stderr]).toEqual([2, expect.stringContaining("the result would replace")]);
  expect(readFileSync(folder.at("rules/a.yar"), "utf8")).toBe(FILES["rules/a.yar"]);
  expect(readdirSync(folder.path)).not.toContain("new.cxr");
});
