/** A file at a path where there is none yet. Nothing is replaced, and what was not completed is removed. */
import { type FileHandle, open, rm } from "node:fs/promises";
import { InputError, writeRefusal } from "../errors.ts";

const OWNER_ONLY = 0o600;

export class NewFile implements AsyncDisposable {
  #isComplete = false;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** @param mode of the file; default: only its owner may read it @throws InputError where something is there already, or no file can be made */
  static async create(path: string, mode = OWNER_ONLY): Promise<NewFile> {
    try {
      return new NewFile(path, await open(path, "wx", mode));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw cannotWrite(path, error);
      throw new InputError(`${path} is there already`, {
        hints: ["nothing is replaced: take another path, or remove it"],
        cause: error,
      });
    }
  }

  /** @throws InputError */
  async append(content: Uint8Array | string): Promise<void> {
    await this.file.appendFile(content).catch((error: unknown) => {
      throw cannotWrite(this.path, error);
    });
  }

  /** Puts all of it on the disk; it stays. @throws InputError */
  async complete(): Promise<void> {
    await this.file.sync().catch((error: unknown) => {
      throw cannotWrite(this.path, error);
    });
    this.#isComplete = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.file.close();
    } finally {
      // Who removed it already has done no harm, and must not hide why it was not completed.
      if (!this.#isComplete) await rm(this.path, { force: true });
    }
  }
}

function cannotWrite(path: string, cause: unknown): InputError {
  return new InputError(`cannot write ${path}: ${writeRefusal(cause)}`, { cause });
}
