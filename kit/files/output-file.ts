/** A result's file, opened before the work whose result it will hold: a path that cannot be written is refused at once. */
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { orAborted } from "../abort.ts";
import { InputError, writeRefusal } from "../errors.ts";
import { Replacement } from "./replace-file.ts";

/** Tells a file from all others. */
export interface FileNumbers {
  readonly dev: number;
  readonly ino: number;
}

export class OutputFile implements AsyncDisposable {
  private constructor(
    readonly path: string,
    /** Pipes and devices cannot be replaced: they are written to. */
    private readonly file: Replacement | FileHandle,
    /** The file that will be replaced, if there is one. */
    readonly replaced: FileNumbers | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Follows links and keeps the mode of a file that is there.
   * @param signal ends the wait for somebody who reads a pipe
   * @throws InputError if it may not be written; the signal's reason
   */
  static async create(path: string, signal?: AbortSignal): Promise<OutputFile> {
    try {
      const existing = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      if (existing?.isDirectory()) throw new InputError(`${path} is a folder`);
      // Its path is not resolved: that of a pipe without a name would be taken for one in the working folder.
      if (existing && !existing.isFile()) {
        const opened = open(path, "w");
        // Who no longer waits for it will not close it either.
        opened.then((file) => (signal?.aborted ? file.close() : undefined)).catch(() => {});
        return new OutputFile(path, await orAborted(opened, signal), undefined, signal);
      }
      const target = existing ? await realpath(path) : await endOfLinks(path);
      if (existing) await (await open(target, "r+")).close(); // replacing it takes the right to write it
      const file = new Replacement(target, existing && existing.mode & 0o777);
      return new OutputFile(target, file, existing, signal);
    } catch (error) {
      throw error === signal?.reason || error instanceof InputError ? error : cannotWrite(path, error);
    }
  }

  /** The file that takes the result until it is complete; undefined for pipes and devices. */
  get unfinished(): FileNumbers | undefined {
    return this.file instanceof Replacement ? this.file.numbers : undefined;
  }

  /** Writes all of the result; can be called once. @throws InputError; the signal's reason */
  async write(content: Uint8Array | string): Promise<void> {
    await this.append(content);
    this.publish();
  }

  /** Writes a piece of the result. @throws InputError; the signal's reason */
  async append(content: Uint8Array | string): Promise<void> {
    try {
      if (this.file instanceof Replacement) this.file.write(content);
      else await orAborted(this.file.writeFile(content), this.signal);
    } catch (error) {
      throw this.signal?.aborted ? this.signal.reason : cannotWrite(this.path, error);
    }
  }

  /** Puts the result into its place; until then the file is what it was. @throws InputError */
  publish(): void {
    try {
      if (this.file instanceof Replacement) this.file.publish();
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.file instanceof Replacement) return this.file[Symbol.dispose]();
    const closed = this.file.close();
    // It waits for what is being written, which nobody may ever read.
    if (this.signal?.aborted) closed.catch(() => {});
    else await closed;
  }
}

/** More links in a row than that lead nowhere, for Linux. */
const MOST_LINKS = 40;

/** Follows links whose end is not there yet. */
async function endOfLinks(path: string): Promise<string> {
  let end = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const next = await readlink(end).catch(() => undefined);
    if (next === undefined) return end;
    end = resolve(dirname(end), next);
  }
  return path;
}

function cannotWrite(path: string, cause: unknown): InputError {
  return new InputError(`cannot write ${path}: ${writeRefusal(cause)}`, { cause });
}
