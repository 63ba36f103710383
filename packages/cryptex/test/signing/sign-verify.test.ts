/** `sign` and `verify`, as they are typed. What each bit of a signature counts is tried in test/kit/signing. */
import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { signaturePath } from "../../src/signing/verify-artifact.ts";
import { WorkFolder } from "../support/program.ts";
import { must, run } from "./signed-folder.ts";

/** A folder with a key and a signed folder `rules`. */
async function signedFolder(): Promise<WorkFolder> {
  const folder = new WorkFolder({
    "rules/a.yar": "rule a { condition: true }",
    "rules/sub/b.yar": "x",
    report: "good",
  });
  await must(folder, "keys", "new", "house");
  return folder;
}

describe("sign", () => {
  test("writes a text beside what it signs, and verify says who signed it", async () => {
    using folder = await signedFolder();
    expect(await must(folder, "sign", "rules/")).toBe("rules.sig");
    expect(await must(folder, "sign", "report")).toBe("report.sig");
    const [head, json] = readFileSync(folder.at("rules.sig"), "utf8").split("\n");
    expect([head, JSON.parse(json!)]).toMatchObject([
      "twin-signature/1",
      { purpose: "artifact", type: "files" },
    ]);
    const verified = JSON.parse(await must(folder, "verify", "rules", "--json"));
    expect(verified).toMatchObject({
      ...{ path: "rules", good: true, kind: "artifact", faults: [], taken: [] },
      ...{ purpose: "artifact", files: 2, bytes: 27, signed: { by: "house" } },
    });
    expect(await must(folder, "verify", "report")).toMatch(
      /^report: good \(signature\)\n {2}signed by house, key [0-9a-f]{16}, Ed25519 and ML-DSA-65\n/,
    );
  });

  test.each([
    ["a/b", "a/b.sig"],
    ["a/b/", "a/b.sig"],
    ["./a", "a.sig"],
    ["/x/y", "/x/y.sig"],
    [".", `${process.cwd()}.sig`],
    ["..", `${dirname(process.cwd())}.sig`],
  ])("of %j is %j", (path, signature) => {
    expect(signaturePath(path)).toBe(signature);
  });

  test("never writes into what it signs", async () => {
    using folder = await signedFolder();
    for (const output of ["rules/x.sig", "rules/sub/x.sig", "report"]) {
      const { exitCode, stderr } = await run(
        folder,
        "sign",
        output === "report" ? "report" : "rules",
        "-o",
        output,
      );
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining("the signature would be a part of")]);
    }
    symlinkSync("rules", folder.at("link"));
    expect((await run(folder, "sign", "rules", "-o", "link/x.sig")).exitCode).toBe(2);
    expect(readFileSync(folder.at("report"), "utf8")).toBe("good");
  });

  test("refuses links, and leaves no signature", async () => {
    using folder = await signedFolder();
    symlinkSync("a.yar", folder.at("rules/link"));
    const { exitCode, stderr } = await run(folder, "sign", "rules");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("link: it is a symbolic link")]);
    expect(() => readFileSync(folder.at("rules.sig"))).toThrow("ENOENT");
  });

  test("asks which key where there are several, and says where there is none", async () => {
    using folder = await signedFolder();
    await must(folder, "keys", "new", "other");
    const several = await run(folder, "sign", "report");
    expect([several.exitCode, several.stderr]).toEqual([
      2,
      expect.stringContaining("there are several keys: house, other"),
    ]);
    await must(folder, "sign", "report", "--key", "other");
    const none = await run(folder, "sign", "report", "--key", "nobody");
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining("there is no key nobody")]);
    rmSync(folder.at("keys"), { recursive: true });
    const empty = await run(folder, "sign", "report");
    expect([empty.exitCode, empty.stderr]).toEqual([
      2,
      expect.stringContaining("there is no key to sign with"),
    ]);
  });
});

describe("verify names what is wrong, and exits with 1", () => {
  const fails = async (folder: WorkFolder, ...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await run(folder, "verify", ...args);
    expect(exitCode).toBe(1);
    return stdout + stderr;
  };

  test("changed, missing and additional files, and names that would command a terminal", async () => {
    using folder = await signedFolder();
    await must(folder, "sign", "rules");
    appendFileSync(folder.at("rules/a.yar"), " ");
    rmSync(folder.at("rules/sub/b.yar"));
    writeFileSync(folder.at("rules/\x1b[2J"), "");
    expect((await fails(folder, "rules")).split("\n").slice(0, 4)).toEqual([
      "rules: NOT GOOD (signature)",
      "  \\x1B[2J: is not in the list",
      "  a.yar: has 27 bytes, not 26",
      "  sub/b.yar: is missing",
    ]);
  });

  test("another name", async () => {
    using folder = await signedFolder();
    await must(folder, "sign", "report");
    renameSync(folder.at("report"), folder.at("other"));
    expect(await fails(folder, "other", "--signature", "report.sig")).toContain("other: is not in the list");
  });

  test("a signature that is not there, is empty, or is something else", async () => {
    using folder = await signedFolder();
    expect(await fails(folder, "report")).toContain("report.sig");
    writeFileSync(folder.at("report.sig"), "");
    expect(await fails(folder, "report")).toContain("report.sig: it is empty");
    writeFileSync(folder.at("report.sig"), "hello\n");
    expect(await fails(folder, "report")).toContain("it is not made of statements of 4 lines");
    mkdirSync(folder.at("folder"));
    expect(await fails(folder, "report", "--signature", "folder")).toContain("it is not a regular file");
  });

  test("a key that nobody trusts, though all fits together", async () => {
    using folder = await signedFolder();
    await must(folder, "sign", "report");
    await must(folder, "keys", "new", "other");
    await must(folder, "verify", "report", "--key", "house");
    expect(await fails(folder, "report", "--key", "other")).toContain("which is not trusted");
    writeFileSync(folder.at("house.pub"), `${await must(folder, "keys", "show", "house", "--public")}\n`);
    rmSync(folder.at("keys"), { recursive: true });
    expect(await fails(folder, "report")).toContain("which is not trusted");
    await must(folder, "verify", "report", "--key", "house.pub");
    await must(folder, "keys", "add", "theirs", "house.pub");
    expect(await must(folder, "verify", "report")).toContain("signed by theirs");
  });

  test("one signature of the two, unless that is accepted", async () => {
    using folder = await signedFolder();
    await must(folder, "sign", "report");
    const lines = readFileSync(folder.at("report.sig"), "utf8").split("\n");
    lines[3] = `ml-dsa-65 ${"A".repeat(4412)}`;
    writeFileSync(folder.at("report.sig"), lines.join("\n"));
    expect(await fails(folder, "report")).toContain("the signature does not hold: ML-DSA-65");
    expect(await must(folder, "verify", "report", "--accept", "ed25519")).toMatch(/good[\s\S]*, Ed25519\n/);
    expect(await fails(folder, "report", "--accept", "ml-dsa-65")).toContain("ML-DSA-65");
    const both = await run(folder, "verify", "report", "--accept", "ed25519", "--accept", "ml-dsa-65");
    expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining("contradict each other")]);
  });

  test("a statement of another use", async () => {
    using folder = await signedFolder();
    await must(folder, "ruleset", "pack", "--rules", "rules/a.yar", "--name", "house", "-o", "set.cxr");
    await must(folder, "ruleset", "unpack", "set.cxr", "-o", "set");
    expect(await fails(folder, "set/manifest.json")).toContain('it was signed as "cryptex-ruleset"');
  });

  test("another kind than the one that is expected", async () => {
    using folder = await signedFolder();
    await must(folder, "ruleset", "pack", "--rules", "rules/a.yar", "--name", "house", "-o", "report");
    await must(folder, "verify", "report");
    expect(await fails(folder, "report", "--kind", "artifact")).toContain("report.sig");
    expect(await fails(folder, "report", "--kind", "log")).toContain("is no log of this program");
  });
});

test("a key that is a name and a file as well is refused", async () => {
  using folder = await signedFolder();
  writeFileSync(folder.at("house"), "x");
  const { exitCode, stderr } = await run(folder, "verify", "report", "--key", "house");
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("is a key and a file as well")]);
});
