/** A result's file, opened before the work whose result it will hold: a path that cannot be written is refused at once. */
import { write } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { orAborted, pause } from "../abort.ts";
import { InputError, UsageError, writeRefusal } from "../errors.ts";
import { descriptorAt, endOfLinks } from "./links.ts";
import { Replacement } from "./replace-file.ts";
import { type FileName, identityOf, targetOf } from "./same-file.ts";

/** Tells a file from all others. */
export interface FileNumbers {
  readonly dev: number;
  readonly ino: number;
}

const NEVER = new AbortController().signal;

export class OutputFile implements AsyncDisposable {
  private constructor(
    readonly path: string,
    /** Pipes, devices and descriptors of this process cannot be replaced: they are written to. */
    private readonly file: Replacement | FileHandle | number,
    /** The file that will be replaced, if there is one. */
    readonly replaced: FileNumbers | undefined,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Follows links and keeps the mode of a file that is there.
   * @param signal ends the wait for somebody who reads a pipe
   * @param inputs what the result is made of, as far as it is known
   * @throws UsageError as `refuse`; InputError if it may not be written; the signal's reason
   */
  static async create(
    path: string,
    signal: AbortSignal = NEVER,
    inputs: Iterable<FileName> = [],
  ): Promise<OutputFile> {
    refuseSame(path, inputs);
    try {
      const existing = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      if (existing?.isDirectory()) throw new InputError(`${path} is a folder`);
      const descriptor = existing && descriptorAt(path);
      if (descriptor !== undefined) return new OutputFile(path, descriptor, undefined, signal);
      const target = existing?.isFile() ? await realpath(path) : endOfLinks(path);
      // A pipe without a name, or a file that was removed, has a path that leads elsewhere.
      if (existing && (!existing.isFile() || identityOf(target) !== identityOf(path))) {
        const opened = open(path, "w");
        // Who no longer waits for it will not close it either.
        opened.then((file) => (signal.aborted ? file.close() : undefined)).catch(() => {});
        return new OutputFile(path, await orAborted(opened, signal), undefined, signal);
      }
      if (existing) await (await open(target, "r+")).close(); // replacing it takes the right to write it
      const file = new Replacement(target, existing && existing.mode & 0o777);
      return new OutputFile(path, file, existing, signal);
    } catch (error) {
      throw error === signal.reason || error instanceof InputError ? error : cannotWrite(path, error);
    }
  }

  /** The file that takes the result until it is complete; undefined for pipes and devices. */
  get unfinished(): FileNumbers | undefined {
    return this.file instanceof Replacement ? this.file.numbers : undefined;
  }

  /**
   * Makes sure that the result does not replace what it is made of.
   * @throws UsageError where the file is one of the inputs, by whatever name
   */
  refuse(inputs: Iterable<FileName>): void {
    refuseSame(this.path, inputs);
  }

  /** Writes all of the result; can be called once. @throws InputError; the signal's reason */
  async write(content: Uint8Array | string): Promise<void> {
    await this.append(content);
    this.publish();
  }

  /** Writes a piece of the result. @throws InputError; the signal's reason */
  async append(content: Uint8Array | string): Promise<void> {
    const { file, signal } = this;
    try {
      if (file instanceof Replacement) file.write(content);
      else if (typeof file === "number") await writeAll(file, bytesOf(content), signal);
      else await orAborted(file.writeFile(content), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : cannotWrite(this.path, error);
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
    const { file } = this;
    if (typeof file === "number") return;
    if (file instanceof Replacement) return file[Symbol.dispose]();
    const closed = file.close();
    // It waits for what is being written, which nobody may ever read.
    if (this.signal.aborted) closed.catch(() => {});
    else await closed;
  }
}

/** Makes sure that no two results go into one place. @param paths as typed @throws UsageError */
export function refuseOnePlace(...paths: readonly (string | undefined)[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const target = path === undefined ? undefined : targetOf(path);
    if (path === undefined || target === undefined) continue;
    const other = seen.get(target);
    if (other !== undefined) throw new UsageError(`two results would go into one file: ${other} and ${path}`);
    seen.set(target, path);
  }
}

function refuseSame(path: string, inputs: Iterable<FileName>): void {
  const own = targetOf(path);
  if (own === undefined) return;
  for (const input of inputs) {
    if (targetOf(input) !== own) continue;
    throw new UsageError(`the result would replace ${path}, which it is made of`, [
      "take another path for it",
    ]);
  }
}

/** Time until a write is retried. A full pipe that another process made non-blocking answers EAGAIN. */
const RETRY_MS = 2;

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : content;
}

async function writeAll(fd: number, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    write(fd, bytes, done, bytes.length - done, null, (error, count) => {
      if (!error) resolve(count);
      else if (error.code === "EAGAIN") resolve(0);
      else reject(error);
    });
    const written = await orAborted(promise, signal);
    if (written === 0) await pause(RETRY_MS, signal);
    done += written;
  }
}

function cannotWrite(path: string, cause: unknown): InputError {
  return new InputError(`cannot write ${path}: ${writeRefusal(cause)}`, { cause });
}
