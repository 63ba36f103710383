/**
 * A failure that a program reports on purpose, with a literal code that programs may match and hints for people.
 * A product adds codes of its own in further subclasses.
 */
export class ProgramError<Code extends string = string> extends Error {
  override name = "ProgramError";

  constructor(
    readonly code: Code,
    message: string,
    options?: ProgramErrorOptions,
  ) {
    super(message, options);
    this.hints = options?.hints ?? [];
  }

  /** Advice for the user, one sentence each; printed as `hint:` lines. */
  readonly hints: readonly string[];
}

export interface ProgramErrorOptions extends ErrorOptions {
  readonly hints?: readonly string[];
}

/** The command line was wrong. Exit code 2. */
export class UsageError extends ProgramError<"usage"> {
  override name = "UsageError";
  constructor(message: string, hints: readonly string[] = []) {
    super("usage", message, { hints });
  }
}

/** A file or stream given by the user could not be read, written or understood. */
export class InputError extends ProgramError<"input"> {
  override name = "InputError";
  constructor(message: string, options?: ProgramErrorOptions) {
    super("input", message, options);
  }
}

/** The native library is missing, of the wrong version, or one of its functions returned an errno. */
export class NativeError extends ProgramError<"native"> {
  override name = "NativeError";
  constructor(
    message: string,
    /** The positive errno, where there was one. */
    readonly errno?: number,
    options?: ProgramErrorOptions,
  ) {
    super("native", message, options);
  }
}

/** A system tool could not be started, was cut short by a limit, or answered nonsense. */
export class ToolError extends ProgramError<"tool"> {
  override name = "ToolError";
  constructor(message: string, options?: ProgramErrorOptions) {
    super("tool", message, options);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EFBIG: "larger than files may be here",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  EISDIR: "there is a folder of this name",
  EEXIST: "there is a file of this name",
  ENOENT: "there is no such folder",
  ENOTDIR: "part of the path is no folder",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "too many symbolic links",
  EBADF: "it is closed",
  EADDRNOTAVAIL: "this machine has no such address",
};

/** Where the same code means something else to whoever reads. */
const READ_WORDS: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  ENOENT: "it does not exist",
};

/** Says in words why the system would not write. */
export function writeRefusal(error: unknown): string {
  return WORDS[codeOf(error)] ?? withoutPath(error);
}

/** Says in words why the system would not read. */
export function readRefusal(error: unknown): string {
  return READ_WORDS[codeOf(error)] ?? writeRefusal(error);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? "";
}

/** `EIO: input/output error, read '/a/b'` becomes `input/output error`: whoever reports it names the path. */
function withoutPath(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^E[A-Z0-9]+: (.+?)(?:, [a-z]+(?: .*)?)?$/s.exec(message)?.[1] ?? message;
}
