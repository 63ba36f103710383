import { ProgramError, type ProgramErrorOptions } from "../errors.ts";

/** A signature, a key or a record does not hold, or cannot be made. The message says of what, and why. */
export class SignatureError extends ProgramError<"signature"> {
  override name = "SignatureError";
  constructor(message: string, options?: ProgramErrorOptions) {
    super("signature", message, options);
  }
}
