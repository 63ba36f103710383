/**
 * The folder of a package while it is being made:
 *
 *     plan.json             the plan; it appears first, and says what the folder is
 *     sources/<id>/         a recording as `record` makes it, and beside it what follows from it
 *     README.md, evidence.json
 *     SHA256SUMS            hashes of all files; it appears last, and says that the package is complete
 *     SHA256SUMS.part       before that: hashes of what was written, so that nothing else is taken for it
 *     evidence.sig          two signatures of the same, where there was a key
 *     package.lock          while a program makes it
 *
 * Hashes and signature say what the others are: before anything is changed the one becomes unfinished, and the other is removed.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { holdFile } from "#kit/files/file-lock.ts";
import { naming } from "#kit/files/part-file.ts";
import { replaceFile } from "#kit/files/replace-file.ts";
import { readSmallFile } from "#kit/files/small-file.ts";
import { visible } from "#kit/format/visible.ts";
import { digestArtifact, signFiles } from "#kit/signing/artifact.ts";
import type { OwnKey } from "#kit/signing/keyring.ts";
import { digestFile } from "#kit/signing/tree.ts";
import { InputError } from "../../errors.ts";
import { understood } from "../../recording/manifest-file.ts";
import {
  HASHES,
  hashText,
  readHashes,
  readUnfinishedHashes,
  refuseChanged,
  UNFINISHED_HASHES,
} from "./hashes.ts";
import { type PackagePlan, packageDifferences, parsePackagePlan } from "./plan.ts";

export const PLAN = "plan.json";
export const SIGNATURE = "evidence.sig";
const LOCK = "package.lock";
const SOURCES = "sources";

/** Keeps a package's signature from being taken for that of other files. */
export const PURPOSE = "evidence-package";

const ROOT_FILES: readonly string[] = [
  PLAN,
  HASHES,
  UNFINISHED_HASHES,
  SIGNATURE,
  LOCK,
  "README.md",
  "evidence.json",
];

/** Files beside a recording. */
export const SOURCE_FILES = {
  assessment: "assessment.json",
  restart: "restart.json",
  conditioning: "conditioning.json",
  health: "health-tests.json",
  drill: "drill.json",
  registration: "esv-registration.json",
  report: "REPORT.md",
  checklist: "CHECKLIST.md",
} as const;

/** Matches what `replaceFile` leaves where the program was killed. */
const UNFINISHED = /^\.(.+)\.[0-9a-f]{8}\.part$/;

/** A drill of a source takes 30 KB. */
const MAX_JSON_BYTES = 2 ** 24;

const ROOM = ["make room and give the same command again: it continues where it stopped"];

export class PackageFolder implements Disposable {
  readonly #lock: Disposable;
  #sealed: boolean;
  /** SHA-256 of files as the program wrote them. */
  #written = new Map<string, string>();
  /** SHA-256 of files as they were read when the folder was opened. */
  #read = new Map<string, string>();

  #plan: PackagePlan;

  private constructor(
    readonly path: string,
    plan: PackagePlan,
    lock: Disposable,
  ) {
    this.#lock = lock;
    this.#plan = plan;
    this.#sealed = this.#has(HASHES) || this.#has(SIGNATURE);
  }

  /**
   * Begins a package in a folder that is new or empty, or continues the one in it.
   * @throws InputError where the folder holds anything else, a package of another plan, one that another program makes, or one in
   *   which somebody has changed a file; the signal's reason
   */
  static async open(path: string, plan: PackagePlan, signal: AbortSignal): Promise<PackageFolder> {
    naming(path, () => mkdirSync(path, { recursive: true }), ROOM);
    refuseStrangers(path); // before the lock puts a file into it
    const lock = holdFile(join(path, LOCK));
    if (!lock) {
      throw new InputError(`another program makes the package in ${visible(path)}`, {
        hints: ["wait for it to end, or choose another folder with --out"],
      });
    }
    let folder: PackageFolder | undefined;
    try {
      const begun = new PackageFolder(path, plan, lock);
      for (const file of refuseStrangers(path)) rmSync(file, { force: true });
      begun.#plan = begun.#begin(plan);
      if (begun.#has(HASHES)) begun.#read = await refuseChanged(path, isListed, signal);
      begun.#recall();
      folder = begun;
      return folder;
    } finally {
      if (!folder) lock[Symbol.dispose]();
    }
  }

  /** Reads which files were written before, and the unfinished list without what has been replaced in it. @throws InputError */
  #recall(): void {
    const list = join(this.path, UNFINISHED_HASHES);
    const isWhole = this.#has(HASHES);
    const files = isWhole ? readHashes(this.path) : readUnfinishedHashes(this.path);
    this.#written = new Map(files.map(({ path, sha256 }) => [path, sha256]));
    if (isWhole) rmSync(list, { force: true });
    else if (files.length > 0) {
      const now = [...this.#written].map(([path, sha256]) => ({ path, sha256 }));
      naming(list, () => replaceFile(list, hashText(now)), ROOM);
    }
  }

  /** The plan that the package was begun with. */
  get plan(): PackagePlan {
    return this.#plan;
  }

  /** Folder of a source's recording. */
  recordingOf(id: string): string {
    return join(this.path, SOURCES, id);
  }

  /** Says that something is going to be changed: hashes and signature of what was are removed. */
  unseal(): void {
    if (!this.#sealed) return;
    rmSync(join(this.path, SIGNATURE), { force: true });
    const [sums, unfinished] = [HASHES, UNFINISHED_HASHES].map((name) => join(this.path, name));
    if (this.#has(HASHES)) naming(this.path, () => renameSync(sums!, unfinished!), ROOM);
    this.#sealed = false;
  }

  /** Writes a file in one step, unless it holds this already. @param name below the folder @throws InputError */
  write(name: string, content: string): void {
    const path = join(this.path, name);
    const sha256 = sha256Of(content);
    if (!existsSync(path) || readSmallFile(path, MAX_JSON_BYTES).text !== content) {
      this.unseal();
      naming(path, () => mkdirSync(dirname(path), { recursive: true }), ROOM);
      naming(path, () => replaceFile(path, content), ROOM);
    }
    if (this.#written.get(name) === sha256) return;
    const list = join(this.path, UNFINISHED_HASHES);
    naming(list, () => appendFileSync(list, hashText([{ path: name, sha256 }])), ROOM);
    this.#written.set(name, sha256);
  }

  writeJson(name: string, value: unknown): void {
    this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** Returns what a file of an earlier run holds; undefined where there is none, or not the one that was written. */
  kept(name: string): Readonly<Record<string, unknown>> | undefined {
    if (!this.#has(name)) return undefined;
    const { text } = readSmallFile(join(this.path, name), MAX_JSON_BYTES);
    return this.#written.get(name) === sha256Of(text) ? objectIn(text) : undefined;
  }

  /** Removes a file that belongs to what is not there any more. @param name below the folder @throws InputError */
  remove(name: string): void {
    if (!this.#has(name)) return;
    this.unseal();
    naming(this.path, () => rmSync(join(this.path, name)));
    this.#written.delete(name);
  }

  /** Returns the SHA-256 of a file, hex, and reads none twice. @param name below the folder @throws InputError; the signal's reason */
  async sha256Of(name: string, signal: AbortSignal): Promise<string> {
    return this.#read.get(name) ?? (await digestFile(join(this.path, name), name, signal)).sha256;
  }

  /**
   * Hashes all files, and signs them where there is a key. A package that is sealed already keeps its hashes, and without a key
   * its signature.
   * @returns true if it is signed
   * @throws InputError for what cannot be signed; the signal's reason
   */
  async seal(key: OwnKey | undefined, signal: AbortSignal): Promise<boolean> {
    if (this.#sealed && this.#has(HASHES) && key === undefined) return this.#has(SIGNATURE);
    this.unseal();
    const hashed = await digestArtifact(this.path, {
      signal,
      apart: [LOCK, HASHES, UNFINISHED_HASHES, SIGNATURE],
    });
    naming(this.path, () => replaceFile(join(this.path, HASHES), hashText(hashed)), ROOM);
    rmSync(join(this.path, UNFINISHED_HASHES), { force: true });
    if (key) {
      const list = await digestFile(join(this.path, HASHES), HASHES, signal);
      const files = [...hashed, list].sort((a, b) => (a.path < b.path ? -1 : 1));
      const text = signFiles({ purpose: PURPOSE, files }, key);
      naming(this.path, () => replaceFile(join(this.path, SIGNATURE), text), ROOM);
    }
    this.#sealed = true;
    return key !== undefined;
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }

  /** Returns the plan that the package was begun with: figures that are measured may be a little different now. */
  #begin(plan: PackagePlan): PackagePlan {
    if (!this.#has(PLAN)) {
      this.writeJson(PLAN, plan);
      return plan;
    }
    const then = readPlan(join(this.path, PLAN));
    const differences = packageDifferences(then, plan);
    if (differences.length === 0) return then;
    throw new InputError(`${visible(this.path)} holds another package: ${visible(differences.join("; "))}`, {
      hints: [
        "choose another folder with --out, or repeat the command that began this one, on the same machine",
      ],
    });
  }

  #has(name: string): boolean {
    return existsSync(join(this.path, name));
  }
}

/** @throws InputError for a file that is not understood */
function readPlan(path: string): PackagePlan {
  const { text } = readSmallFile(path, MAX_JSON_BYTES);
  return understood(visible(path), "the plan of a package", () => parsePackagePlan(JSON.parse(text)));
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return undefined;
}

/** @throws InputError where the folder holds a file that is no part of a package @returns what a killed program left of files that it wrote */
function refuseStrangers(path: string): string[] {
  const stray: string[] = [];
  const unfinished: string[] = [];
  const look = (folder: string, isKnown: (name: string) => boolean) => {
    for (const entry of naming(folder, () => readdirSync(folder, { withFileTypes: true }))) {
      const { name } = entry;
      const whole = UNFINISHED.exec(name)?.[1];
      if (whole !== undefined && isKnown(whole)) unfinished.push(join(folder, name));
      // A link leads out of the package, and would not be signed.
      else if (!isKnown(name) || entry.isSymbolicLink()) stray.push(join(folder, name));
    }
  };
  look(path, (name) => ROOT_FILES.includes(name) || name === SOURCES);
  const hasPlan = existsSync(join(path, PLAN));
  const folders = join(path, SOURCES);
  if (stray.length === 0 && hasPlan && existsSync(folders)) {
    const { sources } = readPlan(join(path, PLAN));
    look(folders, (id) => sources.includes(id));
    if (stray.length === 0) {
      for (const id of readdirSync(folders)) look(join(folders, id), (name) => isOfSource(name, id));
    }
  }
  if (!hasPlan) stray.push(...readdirSync(path).filter((name) => name !== LOCK && !UNFINISHED.test(name)));
  const [first] = stray;
  if (first === undefined) return unfinished;
  throw new InputError(`${visible(path)} is not a package of evidence: ${visible(first)} is no part of one`, {
    hints: ["choose a folder that is new or empty with --out"],
  });
}

/** The hashes list all files of a finished package but themselves, the signature, and locks, which a killed program may leave. */
function isListed(path: string): boolean {
  return (
    ![HASHES, UNFINISHED_HASHES, SIGNATURE, LOCK].includes(path) && !/^sources\/([^/]+)\/\1\.lock$/.test(path)
  );
}

/** As `record` names its files, finished or not. */
function isOfSource(name: string, id: string): boolean {
  if ((Object.values(SOURCE_FILES) as string[]).includes(name)) return true;
  const ending = name.startsWith(`${id}.`) ? name.slice(id.length + 1) : "";
  return /^(lock|json(\.part|\.ready)?|(samples\.u64|symbols\.u8|restarts\.u8)(\.part)?)$/.test(ending);
}
