/** Errors of services that do not do what they are asked to. The HTTP face makes a status of it, MCP an error result. */
import { ProgramError } from "#kit/errors.ts";

export type ServiceFault =
  /** There is no such thing, or it may not be seen: one answer for both. */
  | "not-found"
  /** The request makes no sense. */
  | "invalid"
  /** It cannot be done in the present state. */
  | "conflict"
  /** Somebody has changed it meanwhile. */
  | "other-revision"
  | "too-large"
  /** Too much is going on. */
  | "busy";

export class ServiceError extends ProgramError<"service"> {
  override name = "ServiceError";
  constructor(
    readonly kind: ServiceFault,
    message: string,
    /** Members for the answer beside the message. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super("service", message);
  }
}
