/** The gateway as a server: its services, its API, the socket, and how it stops. */
import { aborted } from "#kit/abort.ts";
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import type { Caller } from "#kit/http/access.ts";
import { withCors } from "#kit/http/cors.ts";
import { EventHub } from "#kit/http/events/event-hub.ts";
import { listen } from "#kit/http/listen.ts";
import { pushTo } from "#kit/telemetry/collector.ts";
import type { Io } from "#kit/term/io.ts";
import { ServiceManager } from "#kit/term/service-manager.ts";
import { lossText } from "../rules/rule-info.ts";
import { removeAbandoned } from "../telemetry-agent/take-in.ts";
import { VERSION } from "../version.ts";
import { PROBLEMS } from "./http/answers.ts";
import { createApp } from "./http/app.ts";
import { gatewayMetrics, PREFIX } from "./http/metrics.ts";
import { journalFrames } from "./http/routes-events.ts";
import type { McpHandler } from "./mcp/http.ts";
import { openPage } from "./page/page-files.ts";
import { type ProtectionSettings, protectionOf } from "./protection.ts";
import { ServiceError } from "./service-error.ts";
import type { Services } from "./services.ts";

export interface ServeSettings extends ProtectionSettings {
  /** Threads of a scan; by default one a core. */
  readonly threads?: number | undefined;
  /** Days for which results and happenings are kept; by default all are. */
  readonly keepDays?: number | undefined;
  /** Address of a collector of OpenTelemetry that figures are pushed to. */
  readonly otlp?: string | undefined;
  /** Offers agents the tools that change something, if their token lets them. */
  readonly mcpWrite: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Time for answers under way to be sent when the gateway is told to stop. Work for them is given up at once. */
const GRACE_MS = 3_000;

/** Seconds without traffic after which a connection is closed. Streams beat more often; scans of bytes may be silent for a minute. */
const IDLE_TIMEOUT_S = 240;

const HOUR_MS = 3_600_000;

/**
 * Serves until the signal of `io` is aborted.
 * @param env says how a service manager is reached
 * @param services are disposed of by whoever opened them, afterwards
 * @throws UsageError; InputError for files and addresses that cannot be used
 */
export async function serveGateway(
  settings: ServeSettings,
  services: Services,
  io: Io,
  env: Environment,
): Promise<void> {
  const { address, origins, threads } = settings;
  const { access, tls } = protectionOf(settings, (message) => io.log.warn(message));
  const report = (error: unknown) => void io.log.error(error);
  using manager = new ServiceManager(env, io);
  const closing = new AbortController();
  const hub = new EventHub(journalFrames(services.journal), report);
  await using agents = agentsOf(services, settings.mcpWrite, report);
  const app = createApp({
    services,
    hub,
    access,
    threads,
    mcp: agents.handle,
    page: await openPage(),
    report,
    closing: closing.signal,
  });
  const listening = await listen({
    address,
    tls,
    fetch: withCors(app.router.fetch, { origins, ...CORS }),
    errors: PROBLEMS,
    idleTimeoutSeconds: IDLE_TIMEOUT_S,
    portHints: ["--port takes another one; 0 takes any that is free"],
  });
  await using _ = keeping(services, settings.keepDays, report);
  await using _push = await pushTo(settings.otlp, {
    prefix: PREFIX,
    figures: () => gatewayMetrics(services, hub),
    service: { name: "cryptex", version: VERSION },
    say: (level, text) => io.log[level](text),
  });
  try {
    services.scans.resumeAll();
    services.triggers.start();
    await io.out(`listening on ${listening.url}\n`);
    manager.ready(`listening on ${listening.url}`);
    void sayLosses(services, io).catch(report);
    await aborted(io.signal);
  } finally {
    closing.abort(new ServiceError("busy", "the gateway is stopping"));
    hub.close();
    await Promise.all([services.scans.stop(), services.triggers.stop(), listening.stop(GRACE_MS)]);
  }
}

/** Opens the rule sets, and says what of them is not evaluated. */
async function sayLosses({ ruleSets }: Services, { log, signal }: Io): Promise<void> {
  try {
    for (const { name, rules, quarantined } of await ruleSets.list()) {
      const lost = quarantined.filter(({ harmless }) => !harmless);
      const [first, ...others] = lost;
      if (first === undefined) continue;
      const more =
        others.length === 0 ? "" : `; and ${formatCount(others.length)} more, which /rulesets names`;
      log.warn(
        `of the rule set ${visible(name)} ${plural(rules, "rule is", "rules are")} evaluated: ${lossText(first)}${more}`,
      );
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Answers agents. The protocol's library is loaded for the first of them. */
function agentsOf(services: Services, allowWrite: boolean, report: (error: unknown) => void) {
  let handler: Promise<McpHandler> | undefined;
  return {
    async handle(request: Request, caller: Caller): Promise<Response> {
      handler ??= import("./mcp/http.ts").then(({ mcpHandler }) =>
        mcpHandler(services, { allowWrite, report }),
      );
      return (await handler).handle(request, caller);
    },
    async [Symbol.asyncDispose]() {
      await (await handler)?.[Symbol.asyncDispose]();
    },
  };
}

const CORS = {
  methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  requestHeaders: [
    ...["authorization", "content-type", "if-match", "if-none-match", "idempotency-key"],
    ...["cryptex-origin", "last-event-id", "mcp-protocol-version", "mcp-session-id"],
  ],
  answerHeaders: [
    ...["etag", "location", "retry-after", "www-authenticate"],
    ...["cryptex-next", "cryptex-state", "mcp-session-id"],
  ],
};

/** Takes away what is older than it is kept, now and each hour, and what nobody ever finished to send. */
function keeping(
  { journal }: Services,
  keepDays: number | undefined,
  report: (error: unknown) => void,
): AsyncDisposable {
  const ending = new AbortController();
  const { signal } = ending;
  const clean = async (): Promise<void> => {
    try {
      removeAbandoned(journal);
      const since = keepDays === undefined ? undefined : Date.now() - keepDays * 24 * HOUR_MS;
      await journal.prune(since === undefined ? {} : { before: new Date(since).toISOString() }, signal);
    } catch (error) {
      // The store is busy, or full: it is tried again in an hour.
      if (!signal.aborted) report(error);
    }
  };
  let work = clean();
  const timer = setInterval(() => {
    work = work.then(clean);
  }, HOUR_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      ending.abort();
      await work;
    },
  };
}
