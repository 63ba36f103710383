/** The HTTP API of the gateway: which path has which handler, and who may ask. */
import type { Hono } from "hono";
import { type AccessRules, ANY_TOKEN, accessGuard, type Caller } from "#kit/http/access.ts";
import { type Endpoint, endpoint, mount } from "#kit/http/endpoint.ts";
import type { EventHub } from "#kit/http/events/event-hub.ts";
import { EVENT_STREAM_TYPE } from "#kit/http/events/event-stream.ts";
import { answerOf } from "#kit/http/openapi.ts";
import { addPage, type PageFile } from "#kit/http/page.ts";
import { createRouter } from "#kit/http/router.ts";
import type { Services } from "../services.ts";
import { HEADERS, PROBLEMS, refusalOf } from "./answers.ts";
import { problem } from "./lists.ts";
import { openapiOf } from "./openapi.ts";
import { collectEndpoints } from "./routes-collect.ts";
import { dictionaryEndpoints } from "./routes-dictionary.ts";
import { eventEndpoints } from "./routes-events.ts";
import { gapEndpoints } from "./routes-gap.ts";
import { ruleEndpoints } from "./routes-rules.ts";
import { scanEndpoints } from "./routes-scans.ts";
import { statusEndpoints } from "./routes-status.ts";
import { triggerEndpoints } from "./routes-triggers.ts";

export interface AppDeps {
  readonly services: Services;
  readonly hub: EventHub;
  readonly access: AccessRules;
  /** Threads of a scan; by default one a core. */
  readonly threads?: number | undefined;
  /** Answers agents; it asks for the scopes of each tool itself. */
  readonly mcp?: McpHandler | undefined;
  /** Files of the page, for anybody: it asks for a token where the API wants one. */
  readonly page?: readonly PageFile[];
  /** Called with errors that are no refusals. */
  readonly report: (error: unknown) => void;
  /** Aborted when the server stops. */
  readonly closing: AbortSignal;
}

export type McpHandler = (request: Request, caller: Caller) => Response | Promise<Response>;

export interface App {
  readonly router: Hono;
  readonly endpoints: readonly Endpoint[];
}

export function createApp(deps: AppDeps): App {
  const { services, hub, access, mcp, report, closing } = deps;
  const endpoints: Endpoint[] = [
    ...scanEndpoints(services),
    ...collectEndpoints(services),
    ...eventEndpoints(services.journal, hub, report),
    ...ruleEndpoints(services),
    ...dictionaryEndpoints(services),
    ...gapEndpoints(services),
    ...triggerEndpoints(services.triggers),
    ...(mcp ? mcpEndpoints(mcp) : []),
    ...statusEndpoints({ ...deps, openapi: () => document }),
  ];
  const document = openapiOf(endpoints, access.tokens !== undefined);
  const router = createRouter({
    errors: PROBLEMS,
    headers: () => HEADERS,
    notFound: "no such path; /openapi.json lists all",
    refusalOf,
    report,
  });
  mount(router, endpoints, { guard: accessGuard(access), closing, report });
  addPage(router, deps.page ?? []);
  return { router, endpoints };
}

/** MCP over HTTP has one path: requests are posted, streams are got, sessions are deleted. */
function mcpEndpoints(handler: McpHandler): Endpoint[] {
  const routes = [
    ["POST /mcp", "mcpRequest", "Messages of the Model Context Protocol"],
    ["GET /mcp", "mcpStream", "Messages from the server, as server-sent events"],
    ["DELETE /mcp", "mcpEnd", "End a session"],
  ] as const;
  return routes.map(([route, id, summary]) =>
    endpoint(route, {
      id,
      summary: `${summary}. Each tool asks for a scope of its own`,
      tag: "agents",
      scope: ANY_TOKEN,
      ...(route === "POST /mcp" && {
        body: { bytes: { type: "object" }, contentType: "application/json", description: "JSON-RPC 2.0" },
      }),
      responses: MCP_ANSWERS,
      handle({ request, caller, bodies }) {
        if (request.method !== "POST") return handler(request, caller);
        const { url, method, headers, signal } = request;
        return bodies.bytes(request, MOST_MCP_BYTES, async (bytes) => {
          const body = bytes as Uint8Array<ArrayBuffer>;
          return handler(new Request(url, { method, headers, body, signal }), caller);
        });
      },
    }),
  );
}

/** As `mcp/http.ts` has it, which brings the library of the protocol with it. */
const MOST_MCP_BYTES = 4 * 2 ** 20;

const JSON_RPC = answerOf("JSON-RPC 2.0", "application/json", { type: "object" });

/** The protocol has refusals of its own, as for sessions that are not there. */
const MCP_ANSWERS = {
  "200": {
    ...JSON_RPC,
    content: { ...JSON_RPC.content, ...answerOf("", EVENT_STREAM_TYPE, { type: "string" }).content },
  },
  "202": { description: "It is taken note of" },
  "400": {
    description: "It is no message that could be answered, or no request of this API",
    content: { ...JSON_RPC.content, ...problem("").content },
  },
  default: JSON_RPC,
};
