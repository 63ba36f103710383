/**
 * MCP over HTTP ("Streamable HTTP"), for the endpoint /mcp of the gateway. Whoever mounts it has checked the token, Host and Origin.
 * Answers are in JSON, and in an event stream where there is progress to tell of.
 */
import { createMcpHandler, isLegacyRequest } from "@modelcontextprotocol/server";
import { SCOPES, type Scope } from "../scopes.ts";
import { McpServers } from "./server.ts";
import { Sessions } from "./sessions.ts";
import type { Access, McpServices } from "./tool.ts";

/** Room for a text of rules or a file of 1 MiB, in base64 or escaped. */
const MOST_BYTES = 4 * 2 ** 20;
/** Clients of people and of programs on one machine, several times over. */
export const MOST_SESSIONS = 256;

/** Somebody whom the gateway has let in. */
export interface McpCaller {
  /** Name of the token. */
  readonly name: string;
  /** Undefined for all of them. */
  readonly scopes?: ReadonlySet<string> | undefined;
}

export interface McpHandler extends AsyncDisposable {
  /** Answers a request. Can be handed on without its object. */
  readonly handle: (request: Request, caller: McpCaller) => Promise<Response>;
}

export interface McpHandlerOptions {
  /** Lets tools that write be there, for tokens with the scope. */
  readonly allowWrite: boolean;
  /** Told of errors that are this program's own. */
  readonly report: (error: unknown) => void;
}

export function mcpHandler(services: McpServices, { allowWrite, report }: McpHandlerOptions): McpHandler {
  const servers = new McpServers(services, report);
  const sessions = new Sessions(servers, { sessions: MOST_SESSIONS, mostBytes: MOST_BYTES });
  const rights = new WeakMap<Request, Access>();
  const modern = createMcpHandler(({ requestInfo }) => servers.make(rights.get(requestInfo!)!), {
    legacy: "reject",
    maxRequestBodySize: MOST_BYTES,
    // Nothing here tells of changes.
    maxSubscriptions: 0,
  });
  return {
    async handle(request, { name, scopes }) {
      const access = { author: name, scopes: scopesOf(scopes), allowWrite };
      if (await isLegacyRequest(request, undefined, { maxRequestBodySize: MOST_BYTES }))
        return await sessions.handle(request, access);
      rights.set(request, access);
      return await modern.fetch(request);
    },
    async [Symbol.asyncDispose]() {
      await modern.close();
      await sessions[Symbol.asyncDispose]();
    },
  };
}

function scopesOf(scopes: ReadonlySet<string> | undefined): ReadonlySet<Scope> {
  return new Set(SCOPES.filter((scope) => scopes === undefined || scopes.has(scope)));
}
