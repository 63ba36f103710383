/** Keys and folders for tests of signatures. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { OwnKey } from "#kit/signing/keyring.ts";
import { type SecretKey, secretKey } from "#kit/signing/keys.ts";
import { type Lineage, lineageOf } from "#kit/signing/lineage.ts";
import { parseBlocks } from "#kit/signing/statement.ts";

/** A key that is always the same for a name, as the vectors have them. */
export function keyOf(name: string): SecretKey {
  return secretKey(createHash("sha512").update(name).digest());
}

/** A lineage of which the first key is given. @param statements texts */
export function lineageFrom(first: SecretKey, ...statements: readonly string[]): Lineage {
  return lineageOf(
    "house",
    first.public,
    statements.flatMap((text) => parseBlocks(Buffer.from(text))),
  );
}

export function ownKey(secret: SecretKey, ...statements: readonly string[]): OwnKey {
  return { secret, lineage: lineageFrom(secret, ...statements) };
}

export const NEVER = new AbortController().signal;

/** A folder that goes when the block ends that it was made in. */
export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "kit-signing-"));

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  write(name: string, content: string | Uint8Array): string {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), content);
    return this.at(name);
  }

  at(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
