/** Kinds of work that are done over and over, and what came of each. */

export interface Done {
  /** By kind of work. */
  readonly done: Readonly<Record<string, number>>;
  /** Answers that should not have been: kind of work and status, with how often. */
  readonly unexpected: Readonly<Record<string, number>>;
}

export interface Repeating {
  /** Does something over and over, with a pause, until the end. */
  readonly again: (kind: string, pauseMs: number, work: (round: number) => Promise<void>) => Promise<void>;
  /** @param wanted statuses, of which 503 is always one: it says to come later @throws Error for any other */
  readonly ask: (path: string, init: RequestInit, ...wanted: readonly number[]) => Promise<Response>;
  /** Asks for what is refused, one after the other. @param wanted the status of each refusal */
  readonly refused: (refusals: readonly Refused[]) => (round: number) => Promise<void>;
  readonly result: Done;
}

export type Refused = readonly [path: string, init: RequestInit, wanted: number];

export function repeating(url: string, signal: AbortSignal): Repeating {
  const done: Record<string, number> = {};
  const unexpected: Record<string, number> = {};
  const ask: Repeating["ask"] = async (path, init, ...wanted) => {
    const response = await fetch(url + path, init);
    if (response.status === 503 || wanted.includes(response.status)) return response;
    await response.body?.cancel();
    const shown = path.replace(/[0-9a-f-]{36}/, "ID").slice(0, 60);
    throw new Error(`${init.method ?? "GET"} ${shown}: ${response.status}`);
  };
  return {
    async again(kind, pauseMs, work) {
      for (let round = 0; !signal.aborted; round++) {
        try {
          await work(round);
          done[kind] = (done[kind] ?? 0) + 1;
        } catch (error) {
          const what = `${kind}: ${error instanceof Error ? error.message : error}`;
          unexpected[what] = (unexpected[what] ?? 0) + 1;
        }
        await Bun.sleep(pauseMs);
      }
    },
    ask,
    refused: (refusals) => async (round) => {
      const [path, init, wanted] = refusals[round % refusals.length]!;
      await (await ask(path, init, wanted)).arrayBuffer();
    },
    result: { done, unexpected },
  };
}
