/**
 * Every failure this product raises on purpose, with a literal code that programs may match on.
 * Misuse of the library is not among them: a wrong type is a TypeError, a value out of range a RangeError.
 */

export type ErrorCode =
  | "usage"
  | "input"
  | "native"
  | "tool"
  | "source"
  | "health"
  | "insufficient-entropy"
  | "pool-closed"
  | "drbg";

export class EntropyError extends Error {
  override name = "EntropyError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions & { hints?: readonly string[] },
  ) {
    super(message, options);
    this.hints = options?.hints ?? [];
  }

  /** What the user may do about it, one sentence each; printed as `hint:` lines. */
  readonly hints: readonly string[];
}

/** The command line was wrong. Exit code 2. */
export class UsageError extends EntropyError {
  override name = "UsageError";
  constructor(message: string, hints: readonly string[] = []) {
    super("usage", message, { hints });
  }
}

/** A file or stream given by the user could not be read, written or understood. */
export class InputError extends EntropyError {
  override name = "InputError";
  constructor(message: string, options?: ErrorOptions & { hints?: readonly string[] }) {
    super("input", message, options);
  }
}

/** The native library is missing, of the wrong version, or one of its functions returned an errno. */
export class NativeError extends EntropyError {
  override name = "NativeError";
  constructor(
    message: string,
    /** The positive errno, where there was one. */
    readonly errno?: number,
    options?: ErrorOptions,
  ) {
    super("native", message, options);
  }
}

/** A system tool could not be started, was cut short by a limit, or answered nonsense. */
export class ToolError extends EntropyError {
  override name = "ToolError";
  constructor(message: string, options?: ErrorOptions) {
    super("tool", message, options);
  }
}

/** A noise source could not deliver samples. Says which. */
export class SourceError extends EntropyError {
  override name = "SourceError";
  constructor(
    readonly sourceId: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super("source", `${sourceId}: ${message}`, options);
  }
}

/** Less entropy was credited, in the time allowed, than was asked for. Exit code 3. */
export class InsufficientEntropyError extends EntropyError {
  override name = "InsufficientEntropyError";
  constructor(message: string, hints: readonly string[] = []) {
    super("insufficient-entropy", message, { hints });
  }
}

/** The pool was closed while bytes were awaited, or used after that. */
export class PoolClosedError extends EntropyError {
  override name = "PoolClosedError";
  constructor(message = "the entropy pool is closed") {
    super("pool-closed", message);
  }
}

/** CTR_DRBG refused: not instantiated, request too large, or its reseed limit reached. */
export class DrbgError extends EntropyError {
  override name = "DrbgError";
  constructor(message: string) {
    super("drbg", message);
  }
}
