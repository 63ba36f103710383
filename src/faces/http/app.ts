/**
 * The HTTP API: what is asked for under which path, and who may ask. A request takes one step from here to its handler;
 * there is no chain of middleware, for a chain costs as much as drawing the bytes does.
 */
import { type Context, Hono } from "hono";
import { type AccessRules, accessCheck } from "#kit/http/access.ts";
import { parameter, queryOf } from "#kit/http/query.ts";
import { Refusal, refuse } from "#kit/http/refusal.ts";
import type { Pool } from "../../pool/pool.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import type { SourceInfo } from "../../source.ts";
import { VERSION } from "../../version.ts";
import { Dispenser, QUEUE_LIMITS } from "./dispenser.ts";
import { EventFeed, type EventFeedDeps } from "./event-feed.ts";
import { LiveStatus } from "./live-status.ts";
import { METRICS_CONTENT_TYPE, metricsText } from "./metrics.ts";
import { OPENAPI } from "./openapi.ts";
import { anuHandler, bytesHandler, streamHandler } from "./random-routes.ts";
import { healthOf, sourcesOf } from "./status-routes.ts";

export interface AppDeps extends AccessRules {
  readonly pool: Pool;
  /** Of the pool's sources. */
  readonly infos: readonly SourceInfo[];
  readonly random: RbgGenerator;
  /** How long a request waits for entropy. */
  readonly maxWaitMs: number;
  /** Web site that may read the random endpoints, or "*" for any. */
  readonly corsOrigin: string;
  readonly every: EventFeedDeps["every"];
  /** Told of errors that nobody foresaw. */
  readonly report: (error: unknown) => void;
  /** Ends endless answers, when the server stops. */
  readonly closing: AbortSignal;
}

type HeaderFields = Readonly<Record<string, string>>;
type Handler = (c: Context) => Response | Promise<Response>;

/** Everything is made for the one who asked now: no cache may keep it, and no browser guess what it is. */
const HEADERS: HeaderFields = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
const METHODS = "GET, HEAD, OPTIONS";

export function createApp(deps: AppDeps): Hono {
  const { pool, infos, random, closing } = deps;
  const dispenser = new Dispenser(random, { maxWaitMs: deps.maxWaitMs, ...QUEUE_LIMITS });
  const live = new LiveStatus(pool, infos);
  const feed = new EventFeed({ pool, random, live, every: deps.every, closing });
  const check = accessCheck(deps);
  const app = new Hono();

  /** @param headers of every answer under this path, whatever it is */
  function get(path: string, headers: HeaderFields, handler: Handler): void {
    const answerError = (error: unknown, c: Context): Response => {
      if (error instanceof Refusal) return refuse(error, headers);
      // A client that has gone is told nothing; anything else is a fault of this program.
      if (!c.req.raw.signal.aborted) deps.report(error);
      return refuse(new Refusal(500, "internal error"), headers);
    };
    app.get(path, (c) => {
      try {
        check(c.req.raw);
        const answer = handler(c);
        return answer instanceof Promise ? answer.catch((error) => answerError(error, c)) : answer;
      } catch (error) {
        return answerError(error, c);
      }
    });
    app.options(path, () => new Response(null, { status: 204, headers: { ...headers, ...PREFLIGHT } }));
  }

  const shared = { ...HEADERS, ...corsHeaders(deps.corsOrigin) };
  // Made once: fields in an object are looked through again for every answer.
  const anu = anuHandler(dispenser, new Headers({ ...shared, "content-type": "application/json" }));
  const octets = new Headers({ ...shared, "content-type": "application/octet-stream" });
  get("/api/v1/random", shared, anu);
  get("/API/jsonI.php", shared, anu);
  get("/api/v1/bytes", shared, bytesHandler(dispenser, octets));
  get("/api/v1/stream", shared, streamHandler(random, dispenser, closing, octets));

  const json = (body: object, status = 200) => Response.json(body, { status, headers: HEADERS });
  get("/health", HEADERS, () => {
    const health = healthOf(pool, random);
    return json(health, health.status === "ok" ? 200 : 503);
  });
  get("/sources", HEADERS, () => json(sourcesOf(pool, infos)));
  get("/pool/status", HEADERS, () => json(live.snapshot()));
  get("/metrics", HEADERS, () => {
    const gauges = {
      version: VERSION,
      ready: random.isReady,
      waitingRequests: dispenser.waiting,
      watchers: feed.watchers,
    };
    const headers = { ...HEADERS, "content-type": METRICS_CONTENT_TYPE };
    return new Response(metricsText(live.snapshot(), gauges), { headers });
  });
  get("/openapi.json", HEADERS, () => json(OPENAPI));
  get("/events", HEADERS, (c) => {
    const headers = { ...HEADERS, "content-type": "text/event-stream" };
    if (c.req.method === "HEAD") return new Response(null, { headers });
    return new Response(feed.subscribe(parameter(new URLSearchParams(queryOf(c)), "source")), { headers });
  });

  return app.notFound((c) => {
    const isKnown = app.routes.some(({ path }) => path === c.req.path);
    const refusal = isKnown
      ? new Refusal(405, `${c.req.path} is for ${METHODS}`, { allow: METHODS })
      : new Refusal(404, "no such path; /openapi.json lists all");
    return refuse(refusal, HEADERS);
  });
}

/** What scripts of web sites may read, and from where. */
function corsHeaders(origin: string): HeaderFields {
  const allow = { "access-control-allow-origin": origin };
  return origin === "*" ? allow : { ...allow, vary: "Origin" };
}

/** Answers a browser that asks before it sends a request with a token. */
const PREFLIGHT: HeaderFields = {
  allow: METHODS,
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": "Authorization",
  "access-control-max-age": "600",
};
