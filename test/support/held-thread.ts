/** A fake thread whose requests for one source wait for the test to answer them. */
import type { Request } from "../../src/sampling/protocol.ts";
import type { RawTrace } from "../../src/trace.ts";
import type { FakeThread } from "./fake-thread.ts";

export type SampleRequest = Extract<Request, { kind: "sample" }>;

/** Leaves requests for the source to the test. Returns those that have arrived, in their order. */
export function holdRequests(thread: FakeThread, id: string): SampleRequest[] {
  const requests: SampleRequest[] = [];
  const post = thread.post.bind(thread);
  thread.post = (request) => {
    if (request.kind === "sample" && request.id === id) requests.push(request);
    else post(request);
  };
  return requests;
}

/** Makes the trace that answers a request. */
export function traceFor({ id, n }: SampleRequest, next: (index: number) => number): RawTrace {
  const samples = BigUint64Array.from({ length: n }, (_, i) => BigInt(next(i)));
  return { sourceId: id, samples, discarded: 0, startedNs: 1, elapsedNs: 1_000 * n };
}

/** Lets everything happen that waits for nothing but its turn. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}
