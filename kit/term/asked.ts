/** One question of the prompts' library, on a terminal. */
import { EXIT, InterruptedError } from "./exit.ts";

/** A terminal that went away ends in one of these. */
const ENDS = ["end", "close", "error"] as const;

/**
 * Asks, and takes Ctrl-D for leaving, as Ctrl-C. Left alone, the library closes what it reads from and waits on for an answer, which keeps
 * a core busy.
 * @param ask asks the question; it gives up where its signal is aborted, as the library does
 * @throws InterruptedError where the terminal goes away: the library fails to set it back, and never answers
 */
export async function asked<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { stdin } = process;
  const leaving = new AbortController();
  const leave = (_: string | undefined, key: { readonly ctrl?: boolean; readonly name?: string }) => {
    if (key.ctrl && key.name === "d") leaving.abort();
  };
  const gone = Promise.withResolvers<never>();
  const end = () => gone.reject(new InterruptedError(EXIT.hungUp));
  stdin.on("keypress", leave);
  for (const event of ENDS) stdin.on(event, end);
  try {
    return await Promise.race([ask(AbortSignal.any([signal, leaving.signal])), gone.promise]);
  } finally {
    stdin.off("keypress", leave);
    for (const event of ENDS) stdin.off(event, end);
  }
}
