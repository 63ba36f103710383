/** Events for as long as a node is there: over refusals, too, which pass when somebody has done something. */
import type { EventFrame, LostFrame } from "../../cryptex-client/src/index.ts";

export type Frame = EventFrame | LostFrame;

export interface Following {
  /** Finds the place from which it goes on at first; undefined for what comes from now on. */
  begin(): Promise<number | undefined>;
  /** @param reached to be told of the place when a connection has come about */
  connect(after: number | undefined, reached: (after: number) => void): AsyncIterable<Frame>;
  /** @param place behind the frame */
  take(frame: Frame, place: number): void;
  /** Told why it does not go on for now. */
  refused(error: unknown): void;
}

/** A refusal does not pass quickly: somebody has to set a token, or to start another gateway. */
const REFUSED_MS = 60_000;

/** Resolves when the signal is aborted. Wherever it goes on after a refusal, it is where it was: no event is lost, and none comes twice. */
export async function follow(
  { begin, connect, take, refused }: Following,
  signal: AbortSignal,
  refusedMs = REFUSED_MS,
): Promise<void> {
  let place: number | undefined;
  let hasBegun = false;
  while (!signal.aborted) {
    try {
      if (!hasBegun) place = await begin();
      hasBegun = true;
      const reached = (after: number) => {
        place = after;
      };
      for await (const frame of connect(place, reached)) {
        place = placeBehind(frame);
        take(frame, place);
      }
    } catch (error) {
      if (signal.aborted) return;
      refused(error);
      await waitFor(refusedMs, signal);
    }
  }
}

function placeBehind(frame: Frame): number {
  return "seq" in frame ? (frame.seq as number) : (frame["to"] as number);
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
