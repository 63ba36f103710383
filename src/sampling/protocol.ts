/**
 * Messages between the pool's thread and the sampling thread: plain data, cloned or transferred. The sampling thread
 * decides nothing. It runs one request after the other and answers each exactly once.
 */
import type { RawTrace } from "../trace.ts";

export type Request =
  /** Sample `n` times; opens the source first if it is not open. */
  | { readonly kind: "sample"; readonly request: number; readonly id: string; readonly n: number }
  | { readonly kind: "abort"; readonly request: number }
  /** Release the source's buffers, files and sockets. After a failure all requests are refused until this arrives. */
  | { readonly kind: "close"; readonly id: string }
  /** Answered by `pong` as soon as the thread is not inside a blocking call. */
  | { readonly kind: "ping" };

export type Reply =
  /** The request left the queue. If nothing follows, its source hangs. */
  | { readonly kind: "begun"; readonly request: number }
  /** The source is open; `stepNs` is the period of the counter's step, undefined where no counter can be read. */
  | { readonly kind: "opened"; readonly id: string; readonly stepNs: number | undefined }
  | { readonly kind: "trace"; readonly request: number; readonly trace: RawTrace }
  /** This host cannot run the source, now or later. */
  | { readonly kind: "unavailable"; readonly request: number; readonly reason: string }
  | { readonly kind: "failed"; readonly request: number; readonly reason: string }
  | { readonly kind: "pong" };

/** One end of the connection between the threads. */
export interface Port<Out, In> {
  post(message: Out, transfer?: ArrayBuffer[]): void;
  listen(handler: (message: In) => void): void;
}

/** The sampling thread as the pool sees it. */
export interface SamplingThread extends Port<Request, Reply> {
  /** Called once if the thread dies by itself. */
  onDeath(handler: (reason: string) => void): void;
  /** Ends the thread, even inside a blocking call; never throws. */
  terminate(): void;
}
