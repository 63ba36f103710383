/** Frames as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { EventHub } from "./event-hub.ts";
import type { Batch, FrameFilter, SentFrame } from "./frame.ts";

export const EVENT_STREAM_TYPE = "text/event-stream";

/** A comment: it shows that the connection stands, and readers pass over it. */
const BEAT = Buffer.from(":\n\n");

/**
 * Streams frames for as long as they are read; a frame is taken when there is room for it.
 * @param report told of errors of the store; the stream then ends, and its reader comes back
 * @throws as `EventHub.listen`
 */
export function eventStream(
  hub: EventHub,
  filter: FrameFilter,
  after: number | undefined,
  report: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  let [isBeating, isOver] = [false, false];
  let wake = () => {};
  let leave = () => {};
  const listener = hub.listen(filter, after, {
    more: () => wake(),
    beat() {
      isBeating = true;
      wake();
    },
    close() {
      isOver = true;
      wake();
    },
  });
  const take = (): Batch | undefined => {
    try {
      return isOver ? undefined : listener.take();
    } catch (error) {
      report(error);
      isOver = true;
      listener.end();
      return undefined;
    }
  };
  const turn = () =>
    new Promise<void>((resolve) => {
      const giveUp = hub.turns.call(resolve);
      leave = () => {
        giveUp();
        resolve();
      };
    });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          await turn();
          const batch = take();
          if (isOver) return controller.close();
          if (batch || isBeating) {
            isBeating = false;
            return controller.enqueue(batch ? batch.encode("events", eventBytes) : BEAT);
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
      cancel() {
        isOver = true;
        leave();
        listener.end();
        wake();
      },
    },
    // Nothing is taken ahead.
    { highWaterMark: 0 },
  );
}

function eventBytes(frames: readonly SentFrame[]): Uint8Array {
  return Buffer.from(frames.map(({ place, text }) => `id: ${place}\ndata: ${text}\n\n`).join(""));
}
