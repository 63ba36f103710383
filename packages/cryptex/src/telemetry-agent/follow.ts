/**
 * Follows files and folders to which scans write: takes in line by line what comes, each line once. How far a file was read is kept with
 * the lines in one transaction, so a program that is killed loses nothing and takes nothing twice. A line is taken when its end is there.
 */
import { existsSync, lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pause } from "#kit/abort.ts";
import { refusal } from "../scan-runner/paths.ts";
import { FileFollower, type Following } from "./follow-file.ts";
import { isResultName } from "./result-files.ts";

/** Pause between looks. Whoever wants to see matches at once has a gateway. */
const LOOK_MS = 1_000;

/**
 * Looks again and again, until the signal ends it.
 * @param roots absolute paths
 * @param looked is called after each look
 * @throws as `Follower.look`; what `looked` throws
 */
export async function follow(
  roots: readonly string[],
  following: Following,
  looked: () => Promise<void>,
): Promise<never> {
  const follower = new Follower(roots, following);
  for (;;) {
    await follower.look();
    await looked();
    await pause(LOOK_MS, following.signal);
  }
}

/** A folder whose files are looked at: all results, or one file. */
interface Place {
  readonly folder: string;
  readonly isMeant: (name: string) => boolean;
  /** Path of the one file. */
  readonly file?: string;
}

export class Follower {
  readonly #places: readonly Place[];
  readonly #files = new Map<string, FileFollower>();
  /** Paths that could not be read, and why: said once. */
  readonly #faults = new Map<string, string>();

  constructor(
    roots: readonly string[],
    private readonly following: Following,
  ) {
    this.#places = roots.map(placeOf);
    for (const known of following.files.all()) {
      const isOurs = this.#places.some(({ folder }) => folder === dirname(known.path));
      if (isOurs) this.#files.set(keyOf(known), new FileFollower(following, known));
    }
  }

  /** Takes in everything that is there. @throws StoreError; the signal's reason */
  async look(): Promise<void> {
    const seen = new Set<string>();
    for (const place of this.#places) await this.#tried(place.folder, () => this.#lookInto(place, seen));
  }

  async #lookInto(place: Place, seen: Set<string>): Promise<void> {
    const { folder } = place;
    const { dev } = statSync(folder);
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      await this.#tried(path, async () => {
        const stats = lstatSync(path, { throwIfNoEntry: false });
        const file = stats && this.#followed(path, stats, place.isMeant(name));
        if (!file) return;
        seen.add(keyOf(stats));
        if (!file.isAtEnd(stats.size)) await file.read(path, place.isMeant(name));
        if (file.isForgotten) this.#files.delete(keyOf(stats));
      });
    }
    if (place.file !== undefined) await this.#tried(place.file, () => this.#awaitFile(place.file!));
    this.#forget(folder, dev, seen);
  }

  /** @throws NotRead */
  async #awaitFile(path: string): Promise<void> {
    if (!existsSync(path)) throw new NotRead("it is not there, and waited for");
  }

  /** A file that was followed before is read on, whatever it is called now. @throws NotRead */
  #followed(path: string, stats: Stats, isMeant: boolean): FileFollower | undefined {
    const key = keyOf(stats);
    const known = this.#files.get(key);
    if (known || !isMeant) return known;
    if (!stats.isFile()) throw new NotRead("it is no regular file, and not read");
    const file = new FileFollower(this.following, this.following.files.find(stats.dev, stats.ino, path));
    this.#files.set(key, file);
    return file;
  }

  /** Where another file system is in the place of that of a file, the file may come back. */
  #forget(folder: string, dev: number, seen: ReadonlySet<string>): void {
    for (const [key, file] of this.#files) {
      if (seen.has(key) || dirname(file.path) !== folder || file.dev !== dev) continue;
      file.forget();
      this.#files.delete(key);
    }
  }

  /** Says once what is wrong with a path, until it is well again. */
  async #tried(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#faults.delete(path);
    } catch (error) {
      if (!(error instanceof NotRead) && !isOfSystem(error)) throw error;
      const fault = error instanceof NotRead ? error.message : refusal(error);
      if (this.#faults.get(path) === fault) return;
      this.#faults.set(path, fault);
      this.following.say(path, { level: "warn", text: fault });
    }
  }
}

class NotRead extends Error {}

function placeOf(root: string): Place {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory())
    return { folder: root, isMeant: isResultName };
  return { folder: dirname(root), isMeant: (name) => name === basename(root), file: root };
}

function keyOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
