/** The HTTP API: which path has which handler, and who may ask. */
import type { Hono } from "hono";
import { type AccessRules, ANY_TOKEN, accessGuard, type TokenRules } from "#kit/http/access.ts";
import { bodiless, isHead } from "#kit/http/head.ts";
import { type Address, type Listening, listen, type TlsOptions } from "#kit/http/listen.ts";
import { METRICS_CONTENT_TYPE, type Metric, metricsText } from "#kit/http/metrics-text.ts";
import { PAGE_HEADERS } from "#kit/http/page.ts";
import { onlyKnown, parameter, queryOf } from "#kit/http/query.ts";
import { type HeaderFields, Refusal } from "#kit/http/refusal.ts";
import { createRouter, type Handler } from "#kit/http/router.ts";
import { NetworkTurns } from "#kit/http/turns.ts";
import type { Pool } from "../../pool/pool.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import { MOST_QUESTION_BYTES, SEED_PATH } from "../../seed/answer.ts";
import type { SeedIssuer } from "../../seed/issuer.ts";
import type { SeedDraw } from "../../seed/sealing.ts";
import type { SourceInfo } from "../../source.ts";
import { VERSION } from "../../version.ts";
import { ANU_ERRORS, anuArray } from "./anu.ts";
import { Dispenser, QUEUE_LIMITS } from "./dispenser.ts";
import { KnownArrays } from "./element-array.ts";
import { EventFeed, type EventFeedDeps } from "./event-feed.ts";
import { LiveStatus } from "./live-status.ts";
import { PREFIX, poolMetrics } from "./metrics.ts";
import { OPENAPI } from "./openapi.ts";
import { PAGE, PAGE_BUNDLES } from "./page.ts";
import { asksForNumbers, NUMBERS_ERRORS, numbersArray } from "./quantum-numbers.ts";
import { bytesAnswer } from "./random-answer.ts";
import { randomHandler, streamHandler } from "./random-routes.ts";
import { seedHandler } from "./seed-route.ts";
import { healthOf, sourcesOf } from "./status-routes.ts";

export interface AppDeps {
  readonly pool: Pool;
  /** The pool's sources. */
  readonly infos: readonly SourceInfo[];
  readonly random: RbgGenerator;
  /** How long a request waits for entropy. */
  readonly maxWaitMs: number;
  readonly hosts: AccessRules["hosts"];
  /** The bearer token that requests need. */
  readonly token?: string | undefined;
  /** Web site that may read the random endpoints, or "*" for any. */
  readonly corsOrigin: string;
  readonly every: EventFeedDeps["every"];
  /** Gives seeds to machines with little entropy: full entropy, whatever `random` makes. */
  readonly seeds?: SeedDeps | undefined;
  /** Called with errors that are no refusals. */
  readonly report: (error: unknown) => void;
  /** Aborted when the server stops; ends endless answers. */
  readonly closing: AbortSignal;
}

export interface SeedDeps {
  readonly full: RbgGenerator;
  /** Makes what gives seeds of this entropy. Whoever calls has loaded it: without a key nothing of it is. */
  readonly issuer: (source: SeedDraw) => SeedIssuer;
}

/** Every answer is made for one request: no cache may keep it, and no browser guess its type. */
const HEADERS: HeaderFields = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

export interface App {
  readonly router: Hono;
  /** Makes the figures that /metrics shows, as they are now. */
  readonly figures: () => Metric[];
}

export function createApp(deps: AppDeps): App {
  const { pool, infos, random, closing } = deps;
  const dispenser = new Dispenser(random, { maxWaitMs: deps.maxWaitMs, ...QUEUE_LIMITS }, closing);
  const live = new LiveStatus(pool, infos);
  const feed = new EventFeed({ pool, random, live, every: deps.every, closing });

  const shared = { ...HEADERS, ...corsHeaders(deps.corsOrigin) };
  // Made once: fields in an object are looked through again for every answer.
  const routes = { ...deps, dispenser, turns: new NetworkTurns(), idleTimeoutSeconds: IDLE_TIMEOUT_S };
  const elements = new Headers({ ...shared, "content-type": "application/json" });
  const arrays = (known: KnownArrays) => randomHandler(routes, (query) => known.read(query), elements);
  const anu = arrays(new KnownArrays(anuArray));
  const octets = new Headers({ ...shared, "content-type": "application/octet-stream" });
  const json = (body: object, status = 200) => Response.json(body, { status, headers: HEADERS });

  const health: Handler = () => {
    const body = healthOf(pool, random);
    return json(body, body.status === "ok" ? 200 : 503);
  };
  const figures = () => {
    const gauges = {
      version: VERSION,
      ready: random.isReady,
      waitingRequests: dispenser.waiting,
      watchers: feed.watchers,
      seeds: issuer,
    };
    return poolMetrics(live.snapshot(), gauges);
  };
  const issuer = deps.seeds && seedIssuer(deps, dispenser, deps.seeds);
  const metrics: Handler = () => {
    const headers = { ...HEADERS, "content-type": METRICS_CONTENT_TYPE };
    return new Response(metricsText(PREFIX, figures()), { headers });
  };
  const events: Handler = (c) => {
    const headers = { ...HEADERS, "content-type": "text/event-stream" };
    const query = new URLSearchParams(queryOf(c));
    onlyKnown(query, ["source"]);
    const source = parameter(query, "source");
    if (isHead(c.req.raw)) return bodiless(headers);
    return new Response(feed.subscribe(source), { headers });
  };

  /** Scripts of web sites may read these. */
  const randomRoutes = new Map<string, Handler>([
    ["/", arrays(new KnownArrays(numbersArray))],
    ["/api/v1/random", anu],
    ["/API/jsonI.php", anu],
    ["/api/v1/bytes", randomHandler(routes, bytesAnswer, octets)],
    ["/api/v1/stream", streamHandler(routes, random, octets)],
  ]);
  const statusRoutes = new Map<string, Handler>([
    ["/health", withoutParameters(health)],
    ["/sources", withoutParameters(() => json(sourcesOf(pool, infos)))],
    ["/pool/status", withoutParameters(() => json(live.snapshot()))],
    ["/metrics", withoutParameters(metrics)],
    ["/openapi.json", withoutParameters(() => json(OPENAPI))],
    ["/events", events],
  ]);

  const headersOf = (path: string): HeaderFields => {
    const own = randomRoutes.has(path) ? shared : HEADERS;
    return path === "/" ? { ...PAGE_HEADERS, ...own } : own;
  };
  const router = createRouter({
    errors: (path) => (path === "/" ? NUMBERS_ERRORS : ANU_ERRORS),
    headers: headersOf,
    notFound: "no such path; /openapi.json lists all",
    report: deps.report,
  });
  const guard = accessGuard({
    hosts: deps.hosts,
    // CORS headers say which web sites may read an answer, and no request changes anything.
    origins: "any",
    tokens: deps.token === undefined ? undefined : tokenRules(deps.token),
  });
  for (const [path, handler] of [...randomRoutes, ...statusRoutes]) {
    const guarded = guard(ANY_TOKEN, handler);
    const page = PAGE.get(path);
    router.get(path, page ? (c) => (asksForNumbers(queryOf(c)) ? guarded(c) : page(c)) : guarded);
    // Not guarded: a browser asks whether it may send a token before it sends it.
    router.options(
      path,
      () => new Response(null, { status: 204, headers: { ...headersOf(path), ...PREFLIGHT } }),
    );
  }
  router.post(SEED_PATH, guard(ANY_TOKEN, issuer ? seedHandler(issuer, routes.turns, HEADERS) : noSeeds));
  for (const [path, handler] of PAGE) if (path !== "/") router.get(path, handler);
  return { router, figures };
}

/** Seeds wait in the line of the other requests where those have full entropy, too. */
function seedIssuer(deps: AppDeps, dispenser: Dispenser, { full, issuer }: SeedDeps): SeedIssuer {
  const own =
    deps.random === full
      ? dispenser
      : new Dispenser(full, { maxWaitMs: deps.maxWaitMs, ...QUEUE_LIMITS }, deps.closing);
  return issuer({ draw: (bytes, signal) => own.wait(bytes, signal), epoch: () => full.epoch });
}

const noSeeds: Handler = () => {
  throw new Refusal(404, "this server gives no seeds: it was started without --seed-key");
};

function withoutParameters(handler: Handler): Handler {
  return (c) => {
    onlyKnown(new URLSearchParams(queryOf(c)), []);
    return handler(c);
  };
}

function tokenRules(token: string): TokenRules {
  return { tokens: [{ name: "client", token }], realm: "esoteric-entropy", keyHeader: "x-api-key" };
}

/** Headers that say which web site's scripts may read an answer. */
function corsHeaders(origin: string): HeaderFields {
  const allow = { "access-control-allow-origin": origin };
  return origin === "*" ? allow : { ...allow, vary: "Origin" };
}

const PREFLIGHT: HeaderFields = {
  allow: "GET, HEAD, OPTIONS",
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": ["Authorization", "X-API-Key"].join(", "),
  "access-control-max-age": "600",
};

/** The largest body that an endpoint takes: the question for a seed. */
const MAX_BODY_BYTES = MOST_QUESTION_BYTES;

/** Longer than any request may wait for new entropy. */
const IDLE_TIMEOUT_S = 120;

/** Serves the app and the page. @throws InputError for an address or certificate that cannot be used */
export function serveApp({ fetch }: Hono, address: Address, tls?: TlsOptions): Promise<Listening> {
  return listen({
    address,
    tls,
    fetch,
    errors: ANU_ERRORS,
    maxBodyBytes: MAX_BODY_BYTES,
    idleTimeoutSeconds: IDLE_TIMEOUT_S,
    bundles: PAGE_BUNDLES,
    portHints: ["--port takes another one; 0 takes any that is free"],
  });
}
