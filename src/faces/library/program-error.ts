/** Rebuilds the errors that the program reports in frames, with their classes. */
import {
  DrbgError,
  EntropyError,
  type ErrorCode,
  InputError,
  InsufficientEntropyError,
  NativeError,
  PoolClosedError,
  ToolError,
  UsageError,
} from "../../errors.ts";
import { parseJsonBody } from "../stdio/frames.ts";

interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly hints: readonly string[];
}

export function reportedError(body: Uint8Array): Error {
  const { code, message, hints } = parseJsonBody(body) as ReportedError;
  switch (code) {
    case "usage":
      return new UsageError(message, hints);
    case "input":
      return new InputError(message, { hints });
    case "native":
      return new NativeError(message);
    case "tool":
      return new ToolError(message);
    case "insufficient-entropy":
      return new InsufficientEntropyError(message, hints);
    case "pool-closed":
      return new PoolClosedError(message);
    case "drbg":
      return new DrbgError(message, hints);
    case "source":
      return new EntropyError(code satisfies ErrorCode, message, { hints });
    default:
      return new Error(message);
  }
}
