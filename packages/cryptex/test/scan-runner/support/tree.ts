/** A folder of a test, removed at the end. Paths are binary strings. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { forFs } from "../../../src/scan-runner/paths.ts";

export class Tree implements Disposable {
  readonly root = mkdtempSync(`${tmpdir()}/cryptex-scan-`);

  /** Writes a file, and the folders above it. Returns its path. */
  file(name: string, content: string | Uint8Array = "x"): string {
    const path = this.path(name);
    mkdirSync(forFs(path.slice(0, path.lastIndexOf("/"))), { recursive: true });
    writeFileSync(forFs(path), content);
    return path;
  }

  folder(name: string): string {
    const path = this.path(name);
    mkdirSync(forFs(path), { recursive: true });
    return path;
  }

  path(name: string): string {
    return `${this.root}/${name}`;
  }

  /** Path below this folder, without it. */
  below(path: string): string {
    return path.startsWith(`${this.root}/`) ? path.slice(this.root.length + 1) : path;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
