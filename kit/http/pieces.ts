/** Bodies that are made piece by piece, as connections take them: a slow reader costs one piece, whatever the length. */
import { onAbort } from "../abort.ts";
import type { NetworkTurns } from "./turns.ts";

export interface PiecesOptions {
  /** Makes the next piece; undefined after the last. @param signal aborted when nobody wants it any more */
  readonly next: (signal: AbortSignal) => Promise<Uint8Array | undefined>;
  /** Called once, when the body is taken, its reader has gone, or it failed. */
  readonly ended: () => void;
  /** Told why `next` failed. The body is then cut off instead of closed, so that no client takes it for complete. */
  readonly report: (error: unknown) => void;
  /** Closes the body. */
  readonly closing?: AbortSignal | undefined;
}

/** @param turns in which pieces are made, of all bodies of a server */
export function inPieces(turns: NetworkTurns, options: PiecesOptions): ReadableStream<Uint8Array> {
  const { next, ended, report, closing } = options;
  const over = new AbortController();
  let closes: Disposable | undefined;
  const end = (): void => {
    if (over.signal.aborted) return;
    over.abort();
    closes?.[Symbol.dispose]();
    ended();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        closes =
          closing &&
          onAbort(closing, () => {
            end();
            controller.close();
          });
      },
      async pull(controller) {
        try {
          await turns.take(over.signal);
          const piece = await next(over.signal);
          if (over.signal.aborted) piece?.fill(0);
          else if (piece) controller.enqueue(piece);
          else {
            end();
            controller.close();
          }
        } catch (error) {
          if (over.signal.aborted) return;
          end();
          report(error);
          controller.error(); // with a reason, Bun would print it to stderr
        }
      },
      cancel: end,
    },
    // Nothing is made ahead.
    { highWaterMark: 0 },
  );
}
