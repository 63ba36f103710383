import { ProgramError } from "#kit/errors.ts";

/** The engine could not do what was asked, for a reason that lies in itself: it has run out of memory, or it has trapped. */
export class EngineError extends ProgramError<"engine"> {
  override name = "EngineError";
  constructor(
    readonly outcome: "out-of-memory" | "failed",
    message: string,
    options?: ErrorOptions,
  ) {
    super("engine", message, options);
  }
}
