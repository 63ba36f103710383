/** The smoke test that a release goes through, on a release made of the program that was built here. */
import { afterAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import project from "../../package.json" with { type: "json" };
import { requireBuiltProgram } from "../support/built-program.ts";
import { host } from "../support/native-builds.ts";
import { runProcess } from "../support/run-process.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-smoke-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const smokeTest = (version: string) =>
  runProcess(["sh", join(ROOT, "packaging", "smoke-test.sh"), folder, version]);

const hasCurl = Bun.which("curl") !== null;
if (!hasCurl) console.log("skipped: the smoke test takes curl");

test.skipIf(!hasCurl)(
  "a good program passes; one of another version, or that is not what its checksum says, does not",
  async () => {
    const name = `esoteric-entropy-${host()}`;
    copyFileSync(join(ROOT, "install.sh"), join(folder, "install.sh"));
    copyFileSync(requireBuiltProgram(), join(folder, name));
    const hash = createHash("sha256").update(readFileSync(requireBuiltProgram())).digest("hex");
    writeFileSync(join(folder, "SHA256SUMS"), `${hash}  ${name}\n`);
    expect(await smokeTest(project.version)).toMatchObject({
      stdout: `version ${project.version} works\n`,
      exitCode: 0,
    });

    const other = await smokeTest("99.0.0");
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toContain(`the program is version ${project.version}, not 99.0.0`);

    writeFileSync(
      join(folder, "SHA256SUMS"),
      `${hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))}  ${name}\n`,
    );
    expect(await smokeTest(project.version)).toMatchObject({ stdout: "", exitCode: 1 });
  },
);
