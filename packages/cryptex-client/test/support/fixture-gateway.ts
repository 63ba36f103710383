/**
 * A gateway of the tests: it answers as the real one does, keeps its journal in memory, and breaks when it is told to. What it gets is
 * recorded.
 */

export interface Line {
  readonly seq: number;
  readonly time: string;
  readonly type: string;
  readonly scan: string | null;
  readonly [member: string]: unknown;
}

export interface Seen {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** One connection to the event stream. */
interface Reader {
  readonly wants: (line: Line) => boolean;
  send(frames: readonly object[]): void;
  /** Ends the connection without a word. */
  cut(): void;
}

interface SocketFacts {
  readonly query: URLSearchParams;
  reader?: Reader;
}

/** Frames in a message at most. */
const BATCH = 100;

const PROTOCOL = "cryptex.events.v1";

export interface FixtureOptions {
  readonly token?: string;
  readonly tls?: Bun.TLSOptions;
}

export class FixtureGateway implements AsyncDisposable {
  readonly seen: Seen[] = [];
  readonly lines: Line[] = [];
  /** States of scans, by id. */
  readonly states = new Map<string, string>();
  /** Answers that are given instead, to one request each. */
  readonly instead: (() => Response | Promise<Response>)[] = [];
  /** Does not become a WebSocket, as behind some proxies. */
  withoutSockets = false;
  /** `seq` of the oldest line that is kept. */
  first = 1;
  /** Called after the recording of each request. */
  onRequest: (seen: Seen) => void = () => {};
  readonly #readers = new Set<Reader>();
  readonly #waiting = new Set<() => void>();
  readonly #options: FixtureOptions;
  #server: Bun.Server<SocketFacts>;

  constructor(options: FixtureOptions = {}) {
    this.#options = options;
    this.#server = this.#listen(0);
  }

  get url(): string {
    return this.#server.url.origin;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Writes a line down and sends it. */
  write(type: string, data: object = {}, scan: string | null = null): Line {
    const line = { seq: this.#last + 1, time: new Date(0).toISOString(), type, scan, ...data };
    this.lines.push(line);
    for (const reader of this.#readers) if (reader.wants(line)) reader.send([line]);
    return line;
  }

  /** Resolves once it holds; looks again with each request and each reader that comes or goes. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #changed(): void {
    for (const look of this.#waiting) look();
  }

  #forget(reader: Reader): void {
    this.#readers.delete(reader);
    this.#changed();
  }

  /** Cuts all event streams. */
  cut(): void {
    for (const reader of this.#readers) reader.cut();
    this.#readers.clear();
  }

  async stop(): Promise<void> {
    this.cut();
    await this.#server.stop(true);
  }

  /** Listens again where it did. */
  restart(): void {
    this.#server = this.#listen(Number(new URL(this.url).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #last(): number {
    return this.lines.at(-1)?.seq ?? 0;
  }

  #listen(port: number): Bun.Server<SocketFacts> {
    return Bun.serve<SocketFacts>({
      hostname: "127.0.0.1",
      port,
      idleTimeout: 0,
      ...(this.#options.tls ? { tls: this.#options.tls } : {}),
      fetch: async (request, server) => {
        const url = new URL(request.url);
        const { method, headers } = request;
        const seen = { method, path: url.pathname + url.search, headers, body: await request.text() };
        this.seen.push(seen);
        this.onRequest(seen);
        this.#changed();
        const instead = this.instead.shift();
        if (instead) return instead();
        if (!this.#isAllowed(headers)) return problem(401, "a bearer token is needed");
        if (url.pathname === "/events") return this.#events(request, url.searchParams, server);
        return this.#answer(method, url);
      },
      websocket: {
        perMessageDeflate: false,
        open: (socket) => {
          const isBatch = socket.data.query.get("batch") === "1";
          socket.data.reader = this.#read(socket.data.query, {
            send(frames) {
              if (isBatch) socket.send(JSON.stringify(frames));
              else for (const frame of frames) socket.send(JSON.stringify(frame));
            },
            cut: () => socket.terminate(),
          });
        },
        message() {},
        close: ({ data: { reader } }) => {
          if (reader) this.#forget(reader);
        },
      },
    });
  }

  #isAllowed(headers: Headers): boolean {
    const { token } = this.#options;
    if (token === undefined || headers.get("authorization") === `Bearer ${token}`) return true;
    const protocols = (headers.get("sec-websocket-protocol") ?? "").split(/, */);
    return protocols.includes(`cryptex.bearer.${Buffer.from(token).toString("base64url")}`);
  }

  #events(request: Request, query: URLSearchParams, server: Bun.Server<SocketFacts>): Response | undefined {
    if (request.headers.get("upgrade") === "websocket") {
      if (this.withoutSockets) return new Response("no", { status: 502 });
      const headers = { "sec-websocket-protocol": PROTOCOL };
      return server.upgrade(request, { headers, data: { query } })
        ? undefined
        : new Response("", { status: 400 });
    }
    let reader: Reader | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        reader = this.#read(query, {
          send: (frames) => {
            for (const frame of frames as Partial<Line>[]) {
              controller.enqueue(Buffer.from(`id: ${frame.seq ?? ""}\ndata: ${JSON.stringify(frame)}\n\n`));
            }
          },
          // In the middle of a frame.
          cut: () => {
            controller.enqueue(Buffer.from('data: {"seq":'));
            controller.close();
          },
        });
      },
      cancel: () => {
        if (reader) this.#forget(reader);
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  /** Greets a reader, gives it what it has missed, and keeps it. */
  #read(query: URLSearchParams, { send, cut }: Pick<Reader, "send" | "cut">): Reader {
    const types = query.get("type")?.split(",");
    const scan = query.get("scan");
    const after = query.has("after") ? Number(query.get("after")) : this.#last;
    const isWanted = (line: Line) =>
      (types === undefined || types.includes(line.type)) && (scan === null || line.scan === scan);
    const reader = { send, cut, wants: (line: Line) => line.seq > after && isWanted(line) };
    send([{ type: "hello", seq: this.#last, first: this.first }]);
    if (after < this.first - 1) send([{ type: "lost", from: after + 1, to: this.first - 1 }]);
    const missed = this.lines.filter((line) => line.seq >= this.first && reader.wants(line));
    for (let start = 0; start < missed.length; start += BATCH) send(missed.slice(start, start + BATCH));
    this.#readers.add(reader);
    this.#changed();
    return reader;
  }

  #answer(method: string, { pathname, searchParams }: URL): Response {
    const [, id] = /^\/scans\/([^/]+)\/results$/.exec(pathname) ?? [];
    if (id !== undefined) return this.#results(id, searchParams);
    if (method === "POST" && pathname === "/scans") {
      const scan = `scan-${this.states.size + 1}`;
      this.states.set(scan, "running");
      return Response.json({ id: scan, state: "running" }, { status: 202 });
    }
    return method === "DELETE" && !pathname.startsWith("/scans/")
      ? new Response(null, { status: 204 })
      : Response.json({ method, path: pathname });
  }

  #results(id: string, query: URLSearchParams): Response {
    const after = Number(query.get("after") ?? 0);
    const types = query.get("type")?.split(",");
    const page = this.lines
      .filter((line) => line.scan === id && line.seq > after && (types?.includes(line.type) ?? true))
      .slice(0, Number(query.get("limit") ?? 100));
    const headers = {
      "content-type": "application/x-ndjson",
      "cryptex-next": String(page.at(-1)?.seq ?? after),
      "cryptex-state": this.states.get(id) ?? "done",
    };
    return new Response(page.map((line) => `${JSON.stringify(line)}\n`).join(""), { headers });
  }
}

/** A refusal, as the gateway words it. */
export function problem(
  status: number,
  detail: string,
  more: { readonly headers?: Record<string, string>; readonly members?: object } = {},
): Response {
  const body = { type: "about:blank", title: "no", status, detail, ...more.members };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...more.headers },
  });
}
