/** A file that is there in full or not at all: written beside its place, then moved to it. */
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError } from "../errors.ts";

export class OutputFile implements AsyncDisposable {
  #written = false;

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    /** Where it grows; undefined for pipes and devices, which cannot be replaced. */
    private readonly unfinished: string | undefined,
  ) {}

  /**
   * Begins the file, before the work whose result it is to hold.
   * @throws InputError if it may not be written
   */
  static async create(path: string): Promise<OutputFile> {
    try {
      const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return path;
        throw error;
      });
      const existing = await stat(target).catch(() => undefined);
      if (existing?.isDirectory()) throw new InputError(`${path} is a directory`);
      if (existing && !existing.isFile()) return new OutputFile(path, await open(target, "w"), undefined);
      if (existing) await (await open(target, "r+")).close(); // replacing it takes the right to write it
      const unfinished = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}`);
      return new OutputFile(target, await open(unfinished, "wx", existing?.mode ?? 0o666), unfinished);
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  async write(text: string): Promise<void> {
    try {
      await this.handle.writeFile(text);
      if (this.unfinished === undefined) return;
      await this.handle.sync();
      await rename(this.unfinished, this.path);
      this.#written = true;
    } catch (error) {
      throw new InputError(`cannot write ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
    if (this.unfinished !== undefined && !this.#written) await rm(this.unfinished, { force: true });
  }
}
