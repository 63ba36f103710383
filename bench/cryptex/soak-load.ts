/**
 * All kinds of work for a gateway, at once and without end: clients that come and go, that hang up, and that ask for what is refused.
 *
 *     load.ts URL     ends on SIGTERM, and prints how much was done as JSON
 */
import { type Refused, repeating } from "../soak/again.ts";

const [url = ""] = process.argv.slice(2);

const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
const { again, ask, refused, result } = repeating(url, stopping.signal);
const json = { "content-type": "application/json" };

const post = (body: unknown): RequestInit => ({ method: "POST", headers: json, body: JSON.stringify(body) });

async function scan(round: number): Promise<void> {
  const folder = `part-${round % 4}`;
  const options = { listClean: round % 2 === 0, archives: round % 3, cache: round % 5 === 0 };
  const response = await ask("/scans", post({ root: "files", paths: [folder], options }), 202);
  const { id } = (await response.json()) as { id?: string };
  if (id === undefined) return;
  if (round % 5 === 4) return void (await (await ask(`/scans/${id}`, { method: "DELETE" }, 200, 409)).text());
  for (;;) {
    const { endedAt } = (await (await ask(`/scans/${id}`, {}, 200)).json()) as { endedAt: string | null };
    if (endedAt !== null || stopping.signal.aborted) break;
    await Bun.sleep(50);
  }
  await (await ask(`/scans/${id}/results?limit=1000`, {}, 200)).text();
}

const WORDS = [
  "ransom",
  "family:family77",
  "vssadmin",
  "c2",
  "keylogger high",
  "no such words",
  "detects",
  "",
];

async function search(round: number): Promise<void> {
  const words =
    round % 2 === 0 ? WORDS[(round / 2) % WORDS.length]! : `family${round % 125}_variant_${round % 8}`;
  await (await ask(`/rules?q=${encodeURIComponent(words)}`, {}, 200)).text();
  if (round % 20 === 0) await (await ask("/rule-health", {}, 200)).text();
}

/** Time for which a client listens that gets few frames. */
const LISTEN_MS = 1_000;

/** Listens for some frames; every other client hangs up without a word. */
async function webSocket(round: number): Promise<void> {
  const batch = round % 2 === 0 ? "&batch=1" : "";
  const socket = new WebSocket(`${url.replace("http", "ws")}/events?after=${round * 10}${batch}`);
  const end = () => (round % 2 === 0 ? socket.terminate() : socket.close());
  let frames = 0;
  await new Promise<void>((resolve) => {
    socket.onmessage = () => {
      if (++frames === 1) setTimeout(end, LISTEN_MS);
      if (frames > round % 200) end();
    };
    socket.onclose = () => resolve();
  });
  if (frames === 0) throw new Error("no frame");
}

async function stream(round: number): Promise<void> {
  const hangUp = new AbortController();
  const response = await ask(`/events?after=${round * 10}`, { signal: hangUp.signal }, 200);
  let pieces = 0;
  try {
    for await (const _ of response.body!) {
      if (++pieces === 1) setTimeout(() => hangUp.abort(), LISTEN_MS);
      if (pieces > round % 30) break;
    }
  } catch (error) {
    if (!hangUp.signal.aborted) throw error;
  }
  hangUp.abort();
  if (pieces === 0) throw new Error("no piece");
}

const CONTENT = Buffer.alloc(2 ** 20, "some text and a mark of the house, and ");

/** Sends bytes; every fourth client hangs up in the middle. */
async function upload(round: number): Promise<void> {
  const bytes = CONTENT.subarray(0, 2 ** (8 + (round % 13)));
  if (round % 4 === 3) {
    const hangUp = AbortSignal.timeout(5);
    await fetch(`${url}/scan`, { method: "POST", body: bytes, signal: hangUp }).catch(() => undefined);
    return;
  }
  await (await ask(`/scan?filename=f${round}`, { method: "POST", body: bytes }, 200)).text();
}

/** A session of an agent; every tenth is left open. */
async function agent(round: number): Promise<void> {
  const headers: Record<string, string> = { ...json, accept: "application/json, text/event-stream" };
  const call = async (id: number | undefined, method: string, params: object = {}) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...(id && { id }), method, params });
    const response = await ask("/mcp", { method: "POST", headers, body }, 200, 202);
    const session = response.headers.get("mcp-session-id");
    if (session !== null) headers["mcp-session-id"] = session;
    const text = await response.text();
    if (/"error":\{"code"/.test(text)) throw new Error(`${method}: ${text.slice(0, 100)}`);
  };
  const clientInfo = { name: "soak", version: "1" };
  await call(1, "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  await call(undefined, "notifications/initialized");
  await call(2, "tools/list");
  await call(3, "tools/call", { name: "list-rules", arguments: { words: WORDS[round % WORDS.length] } });
  if (round % 10 !== 0) await (await ask("/mcp", { method: "DELETE", headers }, 200, 204)).text();
}

async function edit(round: number): Promise<void> {
  const codename = `Soak-${round % 50}`;
  await (await ask("/cryptex", post({ codename, summary: `round ${round}` }), 201, 409)).text();
  await (await ask(`/cryptex/${codename}`, { method: "DELETE" }, 204, 404)).text();
  const text = `rule soak_${round} { strings: $a = "mark" condition: $a }`;
  await (await ask("/rules/validate", post({ text }), 200)).text();
  await (await ask("/metrics", {}, 200)).text();
}

const REFUSED: readonly Refused[] = [
  ["/none", {}, 404],
  ["/rules?what=1", {}, 400],
  ["/rules?after=none", {}, 400],
  ["/scans/none", {}, 404],
  ["/events?scan=none", {}, 404],
  ["/scans", { method: "PUT" }, 405],
  ["/scans", post({ root: "files", paths: ["../.."] }), 404],
  ["/scans", post({ root: "files", paths: ["."], more: 1 }), 400],
  ["/scans", { method: "POST", headers: json, body: "{" }, 400],
  ["/scans", { method: "POST", headers: json, body: `"${"x".repeat(2 ** 21)}"` }, 413],
  ["/health", { headers: { host: "elsewhere.example" } }, 403],
  ["/rules", { headers: { origin: "https://elsewhere.example" } }, 403],
  [
    "/collect",
    { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: "no result\n" },
    400,
  ],
];

await Promise.all([
  again("scans", 200, scan),
  again("scans", 500, scan),
  again("searches", 50, search),
  again("WebSockets", 100, webSocket),
  again("WebSockets", 150, webSocket),
  again("streams", 100, stream),
  again("uploads", 150, upload),
  again("sessions of agents", 250, agent),
  again("edits", 300, edit),
  again("refusals", 50, refused(REFUSED)),
]);
console.log(JSON.stringify(result));
process.exit(0);
