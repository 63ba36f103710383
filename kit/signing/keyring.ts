/**
 * A folder of keys. Each has a folder by its name, with `public`, its lineage, and, where it is one's own, `ID.secret` of the present key.
 * All that is there is trusted by who uses the folder. Changes are made in one step, and one at a time.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { InputError, writeRefusal } from "../errors.ts";
import { lockFile } from "../files/file-lock.ts";
import { replaceFile } from "../files/replace-file.ts";
import { readSmallBytes, readSmallFile } from "../files/small-file.ts";
import { type SecretKey, secretKey, shortId } from "./keys.ts";
import { type Lineage, lineageText, parseLineage } from "./lineage.ts";
import { isProtected, type Passphrase, readSecret } from "./secret-file.ts";
import { SignatureError } from "./signature-error.ts";
import { MAX_BYTES } from "./statement.ts";

/** Names of keys: file names on every system. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const PUBLIC = "public";
/** A protected secret has some 400 characters. */
const MAX_SECRET_BYTES = 4096;

/** A key of the ring that may sign. */
export interface OwnKey {
  readonly secret: SecretKey;
  readonly lineage: Lineage;
  /** Path of the secret where users other than its owner have a permission on it. */
  readonly exposed?: string;
}

export class Keyring {
  /** @param folder made when something is put into it */
  constructor(readonly folder: string) {}

  /** Lists names, sorted. */
  names(): string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isKeyName(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  has(name: string): boolean {
    return isKeyName(name) && existsSync(this.#place(name, PUBLIC));
  }

  /** Reads a key that is trusted, under the name that it has here. @throws InputError; SignatureError */
  lineage(name: string): Lineage {
    if (!this.has(name)) throw this.#missing(name);
    return { ...readLineage(this.#place(name, PUBLIC)), name };
  }

  /** Lists the paths of all its files. */
  files(): string[] {
    return this.names().flatMap((name) =>
      readdirSync(join(this.folder, name)).map((file) => this.#place(name, file)),
    );
  }

  /** Reads all keys that are trusted. @throws as `lineage` */
  all(): Lineage[] {
    return this.names().map((name) => this.lineage(name));
  }

  /** Tells how the secret of the present key is kept; "none" for the key of somebody else. */
  secrecy(lineage: Lineage): "none" | "open" | "protected" {
    const path = this.#secretPath(lineage);
    if (!existsSync(path)) return "none";
    return isProtected(readSmallFile(path, MAX_SECRET_BYTES).text) ? "protected" : "open";
  }

  /** Opens a key to sign with. @throws InputError; SignatureError; the signal's reason */
  async own(name: string, passphrase: Passphrase, signal: AbortSignal): Promise<OwnKey> {
    const lineage = this.lineage(name);
    const path = this.#secretPath(lineage);
    if (!existsSync(path)) {
      throw new InputError(`the key ${name} cannot sign: its secret is not in ${this.folder}`);
    }
    const { text, exposed } = readSmallFile(path, MAX_SECRET_BYTES);
    const seeds = await readSecret(text, passphrase, signal);
    const secret = secretKey(seeds);
    seeds.fill(0);
    if (secret.public.id !== lineage.keys.at(-1)!.key.id) {
      throw new SignatureError(`${path} is the secret of another key`);
    }
    return { secret, lineage, ...(exposed && { exposed: path }) };
  }

  /** Puts a new key into the ring. @throws InputError if one is called so */
  add(lineage: Lineage, secret?: string): void {
    const { name } = lineage;
    if (!isKeyName(name)) {
      throw new InputError(`'${name}' cannot name a key`, {
        hints: ["letters, digits, - and _ can, 64 at most"],
      });
    }
    this.#writing(() => {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      const unfinished = join(this.folder, `.${name}.${crypto.randomUUID().slice(0, 8)}.part`);
      try {
        mkdirSync(unfinished, { mode: 0o700 });
        if (secret !== undefined) replaceFile(join(unfinished, secretName(lineage)), secret, 0o600);
        replaceFile(join(unfinished, PUBLIC), lineageText(lineage), 0o644);
        if (existsSync(join(this.folder, name))) throw new InputError(`there is a key ${name} already`);
        renameSync(unfinished, join(this.folder, name)); // fails where there is one with files
      } finally {
        rmSync(unfinished, { recursive: true, force: true });
      }
    });
  }

  /**
   * Changes what is known of a key, while nobody else does.
   * @param change is given what is known now
   * @throws what `change` throws; nothing is changed then
   */
  async update(name: string, signal: AbortSignal, change: (now: Lineage) => Lineage): Promise<Lineage> {
    if (!this.has(name)) throw this.#missing(name);
    using _ = await lockFile(this.#place(name, "lock"), signal);
    const next = change(this.lineage(name));
    this.#writing(() => replaceFile(this.#place(name, PUBLIC), lineageText(next), 0o644));
    return next;
  }

  /** Keeps the secret of a key that is to follow the present one. */
  putSecret(lineage: Pick<Lineage, "name" | "keys">, secret: string): void {
    this.#writing(() => replaceFile(this.#secretPath(lineage), secret, 0o600));
  }

  /** Removes secrets of keys that were replaced. */
  dropOldSecrets(lineage: Lineage): void {
    const keep = secretName(lineage);
    for (const file of readdirSync(join(this.folder, lineage.name))) {
      if (file.endsWith(".secret") && file !== keep) rmSync(this.#place(lineage.name, file), { force: true });
    }
  }

  #place(name: string, file: string): string {
    return join(this.folder, name, file);
  }

  #secretPath(lineage: Pick<Lineage, "name" | "keys">): string {
    return this.#place(lineage.name, secretName(lineage));
  }

  #missing(name: string): InputError {
    return new InputError(`there is no key ${name} in ${this.folder}`);
  }

  #writing(work: () => void): void {
    try {
      work();
    } catch (cause) {
      if (cause instanceof InputError) throw cause;
      const { code } = cause as NodeJS.ErrnoException;
      const words = code === "ENOTEMPTY" || code === "EEXIST" ? "there is one already" : writeRefusal(cause);
      throw new InputError(`cannot write the key into ${this.folder}: ${words}`, { cause });
    }
  }
}

export function isKeyName(name: string): boolean {
  return NAME.test(name);
}

function secretName({ keys }: Pick<Lineage, "keys">): string {
  return `${shortId(keys.at(-1)!.key.id)}.secret`;
}

/** Reads a file with a public key. @throws InputError; SignatureError */
export function readLineage(path: string): Lineage {
  const { bytes } = readSmallBytes(path, MAX_BYTES);
  try {
    return parseLineage(bytes);
  } catch (error) {
    if (error instanceof SignatureError)
      throw new SignatureError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
