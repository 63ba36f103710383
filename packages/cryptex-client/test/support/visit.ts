/** A program that uses the client, the same in every runtime, and tells what came out. */
import type { CryptexClient as Client } from "../../src/index.ts";

export interface Visit {
  readonly sockets: boolean;
  readonly scan: string;
  readonly lines: readonly number[];
  readonly events: readonly number[];
  readonly refusal: readonly [kind: string, status: number | undefined];
  readonly ended: string;
}

export async function visit(CryptexClient: typeof Client, url: string, token: string): Promise<Visit> {
  const client = new CryptexClient({ url, token });
  const { id } = await client.scans.submit({ root: "r", paths: ["p"] });
  const events: number[] = [];
  for await (const frame of client.events({ after: 0, types: ["match"] })) {
    if ("seq" in frame) events.push(frame.seq);
    if (events.length === 20) break;
  }
  const lines: number[] = [];
  for await (const { seq } of client.scans.results(id)) lines.push(seq);
  const stranger = new CryptexClient({ url, token: "wrong", retries: 0 });
  const refusal = await stranger.rules.find().then(
    () => ["none", undefined] as const,
    (error: { kind: string; status?: number }) => [error.kind, error.status] as const,
  );
  const ending = new AbortController();
  const never = client.events({ signal: ending.signal }).next();
  ending.abort(new Error("enough"));
  const ended = await never.then(
    () => "by itself",
    (error: Error) => error.message,
  );
  return { sockets: typeof WebSocket !== "undefined", scan: id, lines, events, refusal, ended };
}
