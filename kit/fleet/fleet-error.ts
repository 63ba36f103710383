/** Failures of a fleet in words: of its server, its certificates, its queue and its ledger. */
import { ProgramError, type ProgramErrorOptions } from "../errors.ts";

export class FleetError extends ProgramError<"fleet"> {
  override name = "FleetError";
  constructor(message: string, options?: ProgramErrorOptions) {
    super("fleet", message, options);
  }
}

/** Returns an error and its causes, the outermost first. */
export function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let each = error; each instanceof Error && !chain.includes(each); each = each.cause) chain.push(each);
  return chain;
}

/** Says an error in one line: the innermost cause that says anything. */
export function reasonOf(error: unknown): string {
  const said = causesOf(error).map(({ name, message }) =>
    name === "TimeoutError" ? "no answer in time" : message,
  );
  return said.findLast((text) => text !== "") ?? String(error);
}
