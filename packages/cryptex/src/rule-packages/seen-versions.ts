/**
 * The newest version of each packed rule set that was used here, so that nobody can bring back an older one. It is kept beside the keys, by the
 * first key of the signer's line and the name of the set: signers do not get into each other's way.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { InputError, writeRefusal } from "#kit/errors.ts";
import { lockFile } from "#kit/files/file-lock.ts";
import { replaceFile } from "#kit/files/replace-file.ts";
import { readSmallFile } from "#kit/files/small-file.ts";
import {
  canonicalJson,
  countOf,
  hexOf,
  type JsonObject,
  membersOf,
  parseCanonical,
} from "#kit/signing/canonical-json.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";

export interface SeenVersion {
  readonly version: number;
  /** SHA-256 of its manifest, hex. */
  readonly manifest: string;
}

/** Some 10,000 sets. */
const MAX_BYTES = 4 * 2 ** 20;

export class SeenVersions {
  readonly #path: string;

  /** @param folder that of the keys */
  constructor(private readonly folder: string) {
    this.#path = join(folder, "ruleset-versions.json");
  }

  /** @param root id of the first key of the signer's line @throws InputError where the record cannot be read */
  newest(root: string, name: string): SeenVersion | undefined {
    return this.#read().get(keyOf(root, name));
  }

  /** Keeps a version, unless a newer one was used. @throws InputError; the signal's reason */
  async keep(root: string, name: string, seen: SeenVersion, signal: AbortSignal): Promise<void> {
    const before = this.newest(root, name);
    if (before && before.version >= seen.version) return;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      using _ = await lockFile(`${this.#path}.lock`, signal);
      const all = this.#read();
      const now = all.get(keyOf(root, name));
      if (now && now.version >= seen.version) return;
      all.set(keyOf(root, name), seen);
      const object = Object.fromEntries([...all].map(([key, each]) => [key, { ...each }]));
      replaceFile(this.#path, `${canonicalJson(object)}\n`, 0o600);
    } catch (cause) {
      if (signal.aborted || cause instanceof InputError) throw cause;
      throw new InputError(`cannot write ${this.#path}: ${writeRefusal(cause)}`, { cause });
    }
  }

  /** A record that cannot be read is no empty one: an attacker may have made it so. */
  #read(): Map<string, SeenVersion> {
    let text: string;
    try {
      ({ text } = readSmallFile(this.#path, MAX_BYTES));
    } catch (error) {
      const { code } = (error as Error).cause as NodeJS.ErrnoException;
      if (code === "ENOENT") return new Map();
      throw error;
    }
    try {
      const entries = Object.entries(parseCanonical(text.trimEnd())).map(([key, value]) => {
        const { version, manifest } = membersOf(value as JsonObject, ["version", "manifest"]);
        return [
          key,
          { version: countOf(version, "version"), manifest: hexOf(manifest, "manifest") },
        ] as const;
      });
      return new Map(entries);
    } catch (cause) {
      if (!(cause instanceof SignatureError || cause instanceof TypeError)) throw cause;
      throw new InputError(`${this.#path} is damaged: which versions of rule sets were used is not known`, {
        cause,
        hints: ["remove it to begin anew: older versions are then taken, once"],
      });
    }
  }
}

function keyOf(root: string, name: string): string {
  return `${root}/${name}`;
}
