/** Asks for a passphrase on the terminal, without showing it. What is asked goes to stderr: stdout is for results. */
import { UsageError } from "../errors.ts";
import { asked } from "./asked.ts";
import { EXIT, InterruptedError } from "./exit.ts";
import type { Io } from "./io.ts";

/**
 * @param hints how to give it without a terminal
 * @throws UsageError where nobody can be asked; InterruptedError if the user leaves; the signal's reason
 */
export async function askPassphrase(
  message: string,
  { inIsTerminal, errIsTerminal, signal }: Pick<Io, "inIsTerminal" | "errIsTerminal" | "signal">,
  hints: readonly string[],
): Promise<string> {
  if (!inIsTerminal || !errIsTerminal) {
    throw new UsageError("a passphrase is needed, and there is no terminal to ask for it", hints);
  }
  const { isCancel, password } = await import("@clack/prompts");
  const validate = (typed: string | undefined) => (typed ? undefined : "It cannot be empty");
  const answer = await asked(signal, (ending) =>
    password({ message, validate, output: process.stderr, signal: ending }),
  );
  signal.throwIfAborted();
  if (isCancel(answer)) throw new InterruptedError(EXIT.interrupted);
  return answer;
}

/** Asks twice. @throws UsageError where the two differ; as `askPassphrase` */
export async function askNewPassphrase(
  message: string,
  io: Pick<Io, "inIsTerminal" | "errIsTerminal" | "signal">,
  hints: readonly string[],
): Promise<string> {
  const first = await askPassphrase(message, io, hints);
  const second = await askPassphrase(`${message}, again`, io, hints);
  if (first !== second) throw new UsageError("the two passphrases differ");
  return first;
}
