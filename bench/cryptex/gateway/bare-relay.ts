/**
 * A server that passes the same matches on to the same listeners, and does nothing else: no store, no order, nobody who comes back. What it
 * takes is what this machine takes to move the bytes.
 *
 *     bare-relay.ts RATE RULES FILES     any POST begins; GET is a listener, by WebSocket or as server-sent events
 */
import { Worker } from "node:worker_threads";
import type { FileResult, ThreadReply } from "../../../packages/cryptex/src/scan-runner/protocol.ts";
import type { PacedData } from "./paced-matches.ts";

const [rate = 0, rules = 0, files = 0] = process.argv.slice(2).map(Number);
/** As the gateway's batches. */
const BATCH_MS = 20;
const FILES_A_BATCH = 2;

const sockets = new Set<Bun.ServerWebSocket<undefined>>();
const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
let waiting: string[] = [];
let seq = 0;

function send(): void {
  const frames = waiting;
  waiting = [];
  for (const socket of sockets) {
    socket.cork(() => {
      for (const frame of frames) socket.sendText(frame);
    });
  }
  const events = Buffer.from(frames.map((frame) => `id: 1\ndata: ${frame}\n\n`).join(""));
  for (const stream of streams) stream.enqueue(events);
}

function take(result: FileResult): void {
  if (result.kind !== "scanned") return;
  const { size, sha256, hits = [] } = result;
  const time = new Date().toISOString();
  for (const { rule, strings } of hits) {
    const [[offset, length, data] = []] = strings[0]!.matches;
    const found = [{ id: "$a", offset, length, data }];
    const file = { path: `f${String(seq).padStart(6, "0")}.bin`, sha256, size };
    const of = {
      rule: `found_number_${rule}`,
      namespace: "default",
      tags: ["mark"],
      meta: META,
      strings: found,
    };
    waiting.push(
      JSON.stringify({ seq: seq++, time, type: "match", scan: SCAN, ...file, ...of, engine: "libyara" }),
    );
  }
}

const SCAN = Bun.randomUUIDv7();
const META = [
  { key: "author", value: "somebody" },
  { key: "severity", value: 70 },
];

function begin(): void {
  const workerData: PacedData = { matchesPerSecond: rate, rules };
  const worker = new Worker(new URL("./paced-matches.ts", import.meta.url), { workerData });
  let posted = 0;
  const post = () => {
    if (posted * FILES_A_BATCH < files)
      worker.postMessage({ id: posted++, files: Array(FILES_A_BATCH).fill({}) });
  };
  worker.on("message", (reply: ThreadReply) => {
    post();
    if (waiting.length === 0) setTimeout(send, BATCH_MS);
    if (reply.kind === "done") for (const result of reply.results) take(result);
  });
  // One is worked on, the next lies ready.
  post();
  post();
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  development: false,
  idleTimeout: 0,
  websocket: {
    open(socket: Bun.ServerWebSocket<undefined>) {
      sockets.add(socket);
      socket.sendText('{"type":"hello"}');
    },
    message() {},
  },
  fetch(request, self) {
    if (request.method === "POST") {
      begin();
      return Response.json({ id: SCAN });
    }
    if (self.upgrade(request, { data: undefined })) return undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        streams.add(controller);
        controller.enqueue(Buffer.from('data: {"type":"hello"}\n\n'));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  },
});
console.log(`listening on ${server.url.origin}`);
