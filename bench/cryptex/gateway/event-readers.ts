/**
 * Many listeners of events, in one process. Some look for the marks of paced-matches.ts in what comes; the others count bytes, of which they
 * must get as many. So the process takes little of the time that it measures.
 *
 *     event-readers.ts PORT PATH WEBSOCKETS STREAMS MARKS     says "ready" when all listen; ends with a `Readers` as JSON when all have had so
 *                                                             many marks, or nothing comes any more
 */
import { clockMs, MARK } from "./paced-matches.ts";

export interface Readers {
  readonly webSockets: Listened;
  readonly streams: Listened;
}

export interface Listened {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  /** Listeners that did not get all marks, once each and in their order, or not as many bytes as those who did. */
  readonly incomplete: number;
  readonly bytes: number;
}

/** One listener in so many looks for marks: the first to be served, the last, and some between. */
const LOOKS_EACH = 9;
/** Bytes by which streams of the same frames may differ: comments that show that a connection stands. Any frame has more. */
const COMMENT_BYTES = 100;
/** Longer than anything that comes in the end is late. */
const SILENT_MS = 20_000;
/** Characters of a mark at most. */
const MOST_MARK = 40;

const UPGRADE = [
  ...["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
  "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
];
const STREAM = ["Accept: text/event-stream"];

/** Counts what comes. */
class Listener {
  isGreeted = false;
  bytes = 0;

  take(piece: Buffer): void {
    this.bytes += piece.length;
    this.isGreeted ||= piece.includes('"hello"');
  }
}

/** Looks for marks, too. */
class MarkListener extends Listener {
  marks = 0;
  isInOrder = true;
  readonly latenciesMs: number[] = [];
  /** End of what came, if a mark may begin in it. */
  #rest = Buffer.alloc(0);

  override take(piece: Buffer): void {
    const nowMs = clockMs();
    super.take(piece);
    const text = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let from = 0;
    for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, from)) {
      const begin = at + MARK.length;
      const shown = text.toString("latin1", begin, begin + MOST_MARK);
      const [, number, time] = /^(\d+);([\d.]+);/.exec(shown) ?? [];
      if (time === undefined) break;
      if (Number(number) !== this.marks++) this.isInOrder = false;
      this.latenciesMs.push(nowMs - Number(time));
      from = begin;
    }
    const begun = text.indexOf(MARK, from);
    // Copied, since the piece is the connection's own.
    this.#rest = Buffer.from(text.subarray(begun >= 0 ? begun : Math.max(from, text.length - MARK.length)));
  }
}

/** Takes the sizes of chunks out of a body (RFC 9112 §7.1), in which a mark would be cut by them. */
class Chunks {
  #head = "";
  #left = 0;

  constructor(private readonly listener: Listener) {}

  take(piece: Buffer): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#left === 0) {
        const end = piece.indexOf("\n", at);
        this.#head += piece.toString("latin1", at, end < 0 ? piece.length : end);
        if (end < 0) return;
        at = end + 1;
        this.#left = Number.parseInt(this.#head.trim() || "0", 16);
        this.#head = "";
      } else {
        const taken = piece.subarray(at, at + this.#left);
        this.listener.take(taken);
        this.#left -= taken.length;
        at += taken.length;
      }
    }
  }
}

/** Resolves when it is greeted. */
function listen(port: number, path: string, headers: readonly string[], listener: Listener): Promise<void> {
  const request = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, "", ""].join("\r\n");
  let body: { take(piece: Buffer): void } | undefined;
  let head = "";
  return new Promise((resolve, reject) => {
    Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open: (socket) => void socket.write(request),
        data(_, piece) {
          if (body) body.take(piece);
          else {
            head += piece.toString("latin1");
            const end = head.indexOf("\r\n\r\n");
            if (end < 0) return;
            const isChunked = /^transfer-encoding: *chunked/im.test(head.slice(0, end));
            body = isChunked ? new Chunks(listener) : listener;
            body.take(Buffer.from(head.slice(end + 4), "latin1"));
          }
          if (listener.isGreeted) resolve();
        },
        close: () => reject(new Error("a connection was closed")),
        error: (_, error) => reject(error),
      },
    }).catch(reject);
  });
}

/** Counts those who did not get all marks, once each and in their order, or not as many bytes as one who did. */
function incomplete(listeners: readonly Listener[], marks: number): number {
  const hasMarks = (each: MarkListener) => each.marks === marks && each.isInOrder;
  const whole = listeners.filter(looksForMarks).find(hasMarks)?.bytes ?? Number.NaN;
  const hasAll = (each: Listener) =>
    Math.abs(each.bytes - whole) < COMMENT_BYTES && (!looksForMarks(each) || hasMarks(each));
  return listeners.filter((each) => !hasAll(each)).length;
}

function listenedOf(listeners: readonly Listener[], marks: number): Listened {
  const looking = listeners.filter(looksForMarks);
  const latenciesMs = Float64Array.from(looking.flatMap((each) => each.latenciesMs)).sort();
  const at = (share: number) => latenciesMs[Math.floor((latenciesMs.length - 1) * share)] ?? Number.NaN;
  return {
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mostMs: at(1),
    incomplete: incomplete(listeners, marks),
    bytes: listeners.reduce((sum, each) => sum + each.bytes, 0),
  };
}

function looksForMarks(listener: Listener): listener is MarkListener {
  return listener instanceof MarkListener;
}

const [port, path = "", ...counts] = process.argv.slice(2);
const [webSockets = 0, streams = 0, marks = 0] = counts.map(Number);
const made = (count: number) =>
  Array.from({ length: count }, (_, at) => (at % LOOKS_EACH === 0 ? new MarkListener() : new Listener()));
const [sockets, bodies] = [made(webSockets), made(streams)];
const all = [...sockets, ...bodies];
const listening = all.map((each) =>
  listen(Number(port), path, sockets.includes(each) ? UPGRADE : STREAM, each),
);
await Promise.all(listening);
console.log("ready");
const isIncomplete = () => [sockets, bodies].some((each) => incomplete(each, marks) > 0);
let before = -1;
for (let silentMs = 0; silentMs < SILENT_MS && isIncomplete(); silentMs += 100) {
  await Bun.sleep(100);
  const now = all.reduce((sum, each) => sum + each.bytes, 0);
  if (now !== before) silentMs = 0;
  before = now;
}
const readers: Readers = { webSockets: listenedOf(sockets, marks), streams: listenedOf(bodies, marks) };
console.log(JSON.stringify(readers));
process.exit(0);
