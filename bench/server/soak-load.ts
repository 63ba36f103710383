/**
 * All kinds of work for `server`, at once and without end: clients that come and go, that hang up, that do not read, and that ask for what is
 * refused.
 *
 *     soak-load.ts URL     ends on SIGTERM, and prints how much was done as JSON
 */
import { connect, type Socket } from "node:net";
import { type Refused, repeating } from "../soak/again.ts";

const [url = ""] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
const { again, ask, refused, result } = repeating(url, stopping.signal);

async function bytes(round: number): Promise<void> {
  const count = 2 ** (round % 21);
  const response = await ask(`/api/v1/bytes?n=${count}`, {}, 200);
  const { byteLength } = await response.arrayBuffer();
  if (response.ok && byteLength !== count) throw new Error(`${byteLength} bytes instead of ${count}`);
}

const TYPES = ["uint8", "uint16", "hex16"];

async function numbers(round: number): Promise<void> {
  const path = round % 2 === 0 ? "/api/v1/random" : "/API/jsonI.php";
  const length = 1 + (round % 1_024);
  const response = await ask(`${path}?length=${length}&type=${TYPES[round % 3]}&size=4`, {}, 200);
  const answer = (await response.json()) as { data?: readonly unknown[] };
  if (response.ok && answer.data?.length !== length) throw new Error("another length than asked for");
}

/** Reads some pieces of a stream, and hangs up. */
async function reads(path: string, most: number): Promise<void> {
  const hangUp = new AbortController();
  const response = await ask(path, { signal: hangUp.signal }, 200);
  let pieces = 0;
  for await (const _ of response.body!) if (++pieces >= most) break;
  hangUp.abort();
  if (pieces === 0) throw new Error("no piece");
}

const PAGES = ["/", "/health", "/sources", "/pool/status", "/metrics", "/openapi.json"];

async function looks(round: number): Promise<void> {
  await (await ask(PAGES[round % PAGES.length]!, {}, 200)).arrayBuffer();
}

/** Time for which a client reads nothing of what it asked for. */
const STALL_MS = 2_000;
const ASKED = ["/api/v1/stream", "/api/v1/bytes?n=1048576", "/events"];

async function opened(): Promise<Socket> {
  const socket = connect({ host: hostname, port: Number(port) });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => {}); // the server may have been the first to hang up
  return socket;
}

/** Reads nothing. Every other client hangs up at once. */
async function stalls(round: number): Promise<void> {
  const socket = await opened();
  socket.pause();
  socket.write(`GET ${ASKED[round % ASKED.length]} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  if (round % 2 === 0) await Bun.sleep(STALL_MS);
  socket.destroy();
}

/** Begins a request, and never ends it. */
async function dawdles(): Promise<void> {
  const socket = await opened();
  socket.write(`GET /health HTTP/1.1\r\nHost: ${hostname}:${port}\r\nx-slow: `);
  for (let at = 0; at < 10; at++) {
    await Bun.sleep(STALL_MS / 10);
    socket.write("a");
  }
  socket.destroy();
}

const REFUSED: readonly Refused[] = [
  ["/none", {}, 404],
  ["/api/v1/bytes?n=0", {}, 400],
  ["/api/v1/bytes?n=2000000", {}, 400],
  ["/api/v1/random?length=1&type=float", {}, 400],
  ["/health?what=1", {}, 400],
  ["/health", { method: "PUT" }, 405],
  ["/health", { headers: { host: "elsewhere.example" } }, 403],
  ["/events?source=none", {}, 400],
];

await Promise.all([
  again("answers with bytes", 20, bytes),
  again("answers with numbers", 20, numbers),
  again("streams", 50, (round) => reads("/api/v1/stream", 1 + (round % 100))),
  again("streams", 70, (round) => reads("/api/v1/stream", 1 + (round % 100))),
  again("listeners", 100, (round) => reads("/events", 1 + (round % 10))),
  again("looks", 50, looks),
  again("clients that do not read", 20, stalls),
  again("clients that do not read", 30, stalls),
  again("requests without an end", 50, dawdles),
  again("refusals", 50, refused(REFUSED)),
]);
console.log(JSON.stringify(result));
process.exit(0);
