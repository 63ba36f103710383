/** One question of the prompts' library, on a terminal. */

/**
 * Asks, and takes Ctrl-D for leaving, as Ctrl-C: the library closes what it reads from and waits on for an answer, which keeps a
 * core busy.
 * @param ask asks the question; it gives up where its signal is aborted, as the library does
 */
export async function asked<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const leaving = new AbortController();
  const leave = (_: string | undefined, key: { readonly ctrl?: boolean; readonly name?: string }) => {
    if (key.ctrl && key.name === "d") leaving.abort();
  };
  process.stdin.on("keypress", leave);
  try {
    return await ask(AbortSignal.any([signal, leaving.signal]));
  } finally {
    process.stdin.off("keypress", leave);
  }
}
