/** Programs in PATH, made of shell scripts, in place of those that are installed. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class FakePath implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "cryptex-path-"));
  readonly #before = process.env["PATH"];

  /** @param programs scripts by name; nothing else is found but the shell's own tools */
  constructor(programs: Readonly<Record<string, string>> = {}) {
    for (const [name, script] of Object.entries(programs)) {
      const path = join(this.folder, name);
      writeFileSync(path, `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
    }
    process.env["PATH"] = this.folder;
  }

  [Symbol.dispose](): void {
    process.env["PATH"] = this.#before;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
