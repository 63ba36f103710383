/**
 * Failures that this product reports on purpose, with a literal code that programs may match on.
 * Misuse of the library is not among them: a wrong type is a TypeError, a value out of range a RangeError.
 */
import { ProgramError } from "#kit/errors.ts";

export {
  InputError,
  NativeError,
  readRefusal,
  ToolError,
  UsageError,
  writeRefusal,
} from "#kit/errors.ts";

export type ErrorCode =
  | "usage"
  | "input"
  | "native"
  | "tool"
  | "source"
  | "insufficient-entropy"
  | "pool-closed"
  | "drbg";

/** Base class of all of them: the kit's `ProgramError` under the library's name, so the kit's errors are instances too. */
export const EntropyError: typeof ProgramError<ErrorCode> = ProgramError<ErrorCode>;
export type EntropyError = ProgramError<ErrorCode>;

/** A noise source could not deliver samples; `sourceId` names it. */
export class SourceError extends EntropyError {
  override name = "SourceError";
  /** @param reason what failed; the message has the source's id before it */
  constructor(
    readonly sourceId: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super("source", `${sourceId}: ${reason}`, options);
  }
}

/** Too little entropy was credited in the time allowed. Exit code 3. */
export class InsufficientEntropyError extends EntropyError {
  override name = "InsufficientEntropyError";
  constructor(message: string, hints: readonly string[] = []) {
    super("insufficient-entropy", message, { hints });
  }
}

/** The pool was closed while a request waited, or was used after it was closed. */
export class PoolClosedError extends EntropyError {
  override name = "PoolClosedError";
  constructor(message = "the entropy pool is closed") {
    super("pool-closed", message);
  }
}

/** CTR_DRBG refused: not instantiated, request too large, its reseed limit reached, or in its error state. */
export class DrbgError extends EntropyError {
  override name = "DrbgError";
  constructor(message: string, hints: readonly string[] = []) {
    super("drbg", message, { hints });
  }
}
