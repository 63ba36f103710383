/**
 * Sessions of clients that speak the protocol of 2025, in which a call is cancelled by another request: both must reach one server. Later
 * protocols need none, since there a call is cancelled by hanging up.
 */
import { randomUUID } from "node:crypto";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import type { McpServers } from "./server.ts";
import type { Access } from "./tool.ts";

export interface SessionLimits {
  /** Sessions that are open at a time: for one more, the one that was idle for longest is closed. */
  readonly sessions: number;
  /** Bytes of a request. */
  readonly mostBytes: number;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Who may go on with it. */
  readonly owner: string;
}

const HEADER = "mcp-session-id";

export class Sessions implements AsyncDisposable {
  /** In the order of their last use. */
  readonly #open = new Map<string, Session>();

  constructor(
    private readonly servers: McpServers,
    private readonly limits: SessionLimits,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  async handle(request: Request, access: Access): Promise<Response> {
    const id = request.headers.get(HEADER);
    const session = id === null ? await this.#begin(access) : this.#use(id, ownerOf(access));
    if (!session) return noSession();
    const response = await session.transport.handleRequest(request);
    // A request that begins no session leaves none.
    if (id === null && session.transport.sessionId === undefined) await session.transport.close();
    return response;
  }

  async #begin(access: Access): Promise<Session> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize: this.limits.mostBytes,
      onsessioninitialized: async (id) => {
        this.#open.set(id, session);
        for (const [oldest, { transport: idle }] of this.#open) {
          if (this.#open.size <= this.limits.sessions) break;
          this.#open.delete(oldest);
          await idle.close();
        }
      },
      onsessionclosed: (id) => void this.#open.delete(id),
    });
    const session = { transport, owner: ownerOf(access) };
    await this.servers.make(access).connect(transport);
    return session;
  }

  /** One answer for a session that is not there, and for another's. */
  #use(id: string, owner: string): Session | undefined {
    const session = this.#open.get(id);
    if (session?.owner !== owner) return undefined;
    this.#open.delete(id);
    this.#open.set(id, session);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(({ transport }) => transport.close()));
  }
}

/** A token that has other scopes than before begins anew, too. */
function ownerOf({ author, scopes, allowWrite }: Access): string {
  return JSON.stringify([author, [...scopes].sort(), allowWrite]);
}

function noSession(): Response {
  const error = { code: -32001, message: "Session not found" };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 404 });
}
