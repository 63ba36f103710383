/**
 * MCP over HTTP ("Streamable HTTP"), for the endpoint /mcp of the gateway. Whoever mounts it has checked the token, Host and Origin.
 * Answers are in JSON, and in an event stream where there is progress to tell of.
 */
import { createMcpHandler, isLegacyRequest } from "@modelcontextprotocol/server";
import type { Services } from "../services.ts";
import { McpServers } from "./server.ts";
import { Sessions } from "./sessions.ts";
import type { Access } from "./tool.ts";

/** Room for a text of rules or a file of 1 MiB, in base64 or escaped. */
const MOST_BYTES = 4 * 2 ** 20;
/** Clients of people and of programs on one machine, several times over. */
const MOST_SESSIONS = 256;

export interface McpHandler extends AsyncDisposable {
  /** Answers a request under the rights of whoever sent it. */
  handle(request: Request, access: Access): Promise<Response>;
}

/** @param report told of errors that are this program's own */
export function mcpHandler(services: Services, report: (error: unknown) => void): McpHandler {
  const servers = new McpServers(services, report);
  const rights = new WeakMap<Request, Access>();
  const sessions = new Sessions(servers, { sessions: MOST_SESSIONS, mostBytes: MOST_BYTES });
  const modern = createMcpHandler(({ requestInfo }) => servers.make(rights.get(requestInfo!)!), {
    legacy: "reject",
    maxRequestBodySize: MOST_BYTES,
    // Nothing here tells of changes.
    maxSubscriptions: 0,
  });
  return {
    async handle(request, access) {
      // Neither the library nor a tool needs the token.
      const authInfo = { token: "", clientId: access.author, scopes: [...access.scopes] };
      if (await isLegacyRequest(request, undefined, { maxRequestBodySize: MOST_BYTES }))
        return await sessions.handle(request, access, authInfo);
      rights.set(request, access);
      return await modern.fetch(request, { authInfo });
    },
    async [Symbol.asyncDispose]() {
      await modern.close();
      await sessions[Symbol.asyncDispose]();
    },
  };
}
