/** One commit, one program: where it was built must not show. */
import { expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { buildLibrary, COMPILE_TIMEOUT_MS, host } from "../support/native-builds.ts";
import { runProcess } from "../support/run-process.ts";

/** What is not source: packages and the native library stay where they are, or every copy would fetch them anew. */
const SHARED = ["node_modules", "build"];
const LEFT_OUT = [...SHARED, "dist", ".git"];

/** Builds the program in a copy of the project, in a process of its own. */
async function buildIn(folder: string, target: string): Promise<Buffer> {
  const command = [process.execPath, "build.ts", "binary", `--target=${target}`];
  const { exitCode, stderr } = await runProcess(command, { cwd: folder });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining("dist/esoteric-entropy")]);
  return readFileSync(join(folder, stderr.trim()));
}

function copyProject(folder: string): void {
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (path) => !LEFT_OUT.includes(relative(ROOT, path)),
  });
  for (const name of SHARED) symlinkSync(join(ROOT, name), join(folder, name));
}

for (const target of new Set([host(), "darwin-arm64"] as const)) {
  test(
    `${target}: built in two folders, the same bytes, with the path of neither`,
    async () => {
      await buildLibrary({ target });
      const scratch = mkdtempSync(join(tmpdir(), "ee-reproducible-"));
      try {
        const folders = [join(scratch, "here"), join(scratch, "there", "and", "deeper")] as const;
        for (const folder of folders) copyProject(folder);
        const [here, there] = [await buildIn(folders[0], target), await buildIn(folders[1], target)];
        expect(there.equals(here)).toBe(true);
        for (const path of [scratch, ROOT]) expect(here.includes(path)).toBe(false);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
    COMPILE_TIMEOUT_MS,
  );
}
