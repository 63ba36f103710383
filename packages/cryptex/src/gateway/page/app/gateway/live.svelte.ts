/**
 * Follows what happens at the gateway, as it happens: one connection, for the view that is shown. A hidden page has none, since browsers allow six
 * a server over all tabs; when it is seen again it goes on where it was.
 */
import type { CryptexClient, EventFrame, LostFrame } from "../../../../../../cryptex-client/src/index.ts";
import { refusalOf } from "./refusal.ts";

export type Frame = EventFrame | LostFrame;

export type Connection =
  /** The view follows nothing. */
  | { readonly kind: "none" }
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string };

export interface Following {
  readonly client: CryptexClient;
  readonly types?: readonly string[];
  readonly scan?: string;
  /** Number of the last frame that is known; by default from now on. */
  readonly after?: number;
  /** Called with frames in order, many at a time. */
  readonly take: (frames: readonly Frame[]) => void;
  /** Called when the first connection stands: what is asked for from then on misses nothing. */
  readonly ready?: () => void;
}

/** Work in one go before the page may do other things: a frame of the screen takes 16 ms. */
const SLICE_MS = 8;
/** Frames that are handed over at a time, so that no one hand-over is long. */
const MOST_AT_ONCE = 500;

class Live {
  connection = $state.raw<Connection>({ kind: "none" });
  /** Frames that will not come, since the page was opened. */
  lost = $state(0);

  /** Follows until the function that it returns is called. */
  follow(following: Following): () => void {
    const ending = new AbortController();
    this.connection = { kind: "connecting" };
    void this.#run(following, ending.signal);
    return () => {
      ending.abort();
      this.connection = { kind: "none" };
    };
  }

  async #run(following: Following, signal: AbortSignal): Promise<void> {
    let { after, ready } = following;
    while (!signal.aborted) {
      await seen(signal);
      const turn = new AbortController();
      const end = () => turn.abort();
      const onHidden = () => document.hidden && end();
      signal.addEventListener("abort", end);
      document.addEventListener("visibilitychange", onHidden);
      try {
        await this.#follow({ ...following, ...(after !== undefined && { after }) }, turn.signal, (place) => {
          after = place;
          ready?.();
          ready = undefined;
        });
      } catch (error) {
        if (turn.signal.aborted) continue;
        // Refused for good: another token makes another client, and the view then follows anew.
        this.connection = { kind: "refused", reason: refusalOf(error).detail };
        return;
      } finally {
        signal.removeEventListener("abort", end);
        document.removeEventListener("visibilitychange", onHidden);
      }
    }
  }

  /** @param at called with each place that is reached */
  async #follow(
    { client, types, scan, after, take }: Following,
    signal: AbortSignal,
    at: (place: number) => void,
  ): Promise<void> {
    const taken: Frame[] = [];
    let planned = false;
    const hand = () => {
      planned = false;
      if (taken.length > 0) take(taken.splice(0));
    };
    let sliceEnd = performance.now() + SLICE_MS;
    const events = client.events({
      after,
      types,
      scan,
      signal,
      onState: (state) => {
        if (signal.aborted) return;
        this.connection = state.connected
          ? { kind: "live" }
          : { kind: "lost", reason: `${state.reason}; next try in ${Math.ceil(state.retryMs / 1000)} s` };
        if (state.connected) at(state.after);
      },
    });
    try {
      for await (const frame of events) {
        if (signal.aborted) return;
        at("seq" in frame ? frame.seq : frame.to);
        if (!("seq" in frame)) this.lost += frame.to - frame.from + 1;
        taken.push(frame);
        if (taken.length >= MOST_AT_ONCE) hand();
        else if (!planned) {
          planned = true;
          requestAnimationFrame(hand);
        }
        if (performance.now() > sliceEnd) {
          await nextTask();
          sliceEnd = performance.now() + SLICE_MS;
        }
      }
    } finally {
      hand(); // their place has been passed
    }
  }
}

export const live = new Live();

/** Resolves when the page is seen, or the signal is aborted. */
function seen(signal: AbortSignal): Promise<void> {
  if (!document.hidden || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    document.addEventListener("visibilitychange", done);
    signal.addEventListener("abort", done);
  });
}

/** Lets the browser draw and hear keys. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
