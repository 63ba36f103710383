/** A result's file, opened before the work whose result it will hold: a path that cannot be written is refused at once. */
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { InputError } from "../errors.ts";
import { Replacement } from "./replace-file.ts";

export class OutputFile implements AsyncDisposable {
  private constructor(
    readonly path: string,
    /** Pipes and devices cannot be replaced: they are written to. */
    private readonly file: Replacement | FileHandle,
  ) {}

  /** Follows links and keeps the mode of a file that is there. @throws InputError if it may not be written */
  static async create(path: string): Promise<OutputFile> {
    try {
      const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return path;
        throw error;
      });
      const existing = await stat(target).catch(() => undefined);
      if (existing?.isDirectory()) throw new InputError(`${path} is a directory`);
      if (existing && !existing.isFile()) return new OutputFile(path, await open(target, "w"));
      if (existing) await (await open(target, "r+")).close(); // replacing it takes the right to write it
      return new OutputFile(target, new Replacement(target, existing && existing.mode & 0o777));
    } catch (error) {
      throw error instanceof InputError ? error : cannotWrite(path, error);
    }
  }

  /** Writes all of the result; can be called once. @throws InputError */
  async write(content: Uint8Array | string): Promise<void> {
    await this.append(content);
    this.publish();
  }

  /** Writes a piece of the result. @throws InputError */
  async append(content: Uint8Array | string): Promise<void> {
    try {
      if (this.file instanceof Replacement) this.file.write(content);
      else await this.file.writeFile(content);
    } catch (error) {
      throw cannotWrite(this.path, error);
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
    if (this.file instanceof Replacement) this.file[Symbol.dispose]();
    else await this.file.close();
  }
}

function cannotWrite(path: string, cause: unknown): InputError {
  return new InputError(`cannot write ${path}: ${(cause as Error).message}`, { cause });
}
