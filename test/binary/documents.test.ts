/** Runs every `sh` block of the documents as it stands, in an empty folder. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { examplesIn } from "../support/documented.ts";
import { runProcess } from "../support/run-process.ts";

const DOCUMENTS = ["README.md", "docs/INTEGRATION.md", "docs/DEVICE.md", "docs/NAMED-SOURCES.md"];

/** Every word of a block that is a program somebody may lack. */
const PROGRAMS = ["openssl", "jq", "shuf", "curl"];

for (const document of DOCUMENTS) {
  describe(document, () => {
    for (const { place, text } of examplesIn(document, "sh")) {
      const lacking = PROGRAMS.filter((name) => new RegExp(`\\b${name}\\b`).test(text) && !Bun.which(name));
      if (lacking.length > 0) console.warn(`skipped: ${place}: this machine has no ${lacking.join(", ")}`);
      test.skipIf(lacking.length > 0)(place, () => runExample(text));
    }
  });
}

async function runExample(text: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ee-example-"));
  try {
    const bin = join(folder, "bin");
    await Bun.$`mkdir ${bin}`.quiet();
    symlinkSync(requireBuiltProgram(), join(bin, "esoteric-entropy"));
    const { exitCode, stdout, stderr } = await runProcess(["bash", "-euo", "pipefail", "-c", text], {
      cwd: folder,
      env: {
        ...process.env,
        HOME: folder,
        PATH: `${bin}:${dirname(process.execPath)}:${process.env["PATH"]}`,
      },
    });
    // Of many good samples a report finds fault with some: that is what its significance level means.
    const good = text.includes("esoteric-entropy report") ? [0, 4] : [0];
    expect(good, stderr + stdout).toContain(exitCode);
    expect(stdout).not.toMatch(/error[":]/); // as the program and the server say it; random text cannot
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
