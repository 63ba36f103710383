/** The HTTP server: its pool, its generator, the app and the socket. */
import { aborted, pause } from "#kit/abort.ts";
import { isLoopback } from "#kit/http/access.ts";
import type { Address } from "#kit/http/listen.ts";
import { readTlsFiles, type TlsFiles } from "#kit/http/tls-files.ts";
import { readTokenFile } from "#kit/http/token-file.ts";
import type { SecretKey } from "#kit/signing/keys.ts";
import { pushTo } from "#kit/telemetry/collector.ts";
import type { Io } from "#kit/term/io.ts";
import { ServiceManager } from "#kit/term/service-manager.ts";
import { UsageError } from "../../errors.ts";
import { openPool, type PoolDeps, type PoolSettings } from "../../pool/open.ts";
import { Pulse } from "../../pool/pulse.ts";
import type { RbgGenerator, RbgMode } from "../../rbg/generator.ts";
import type { IssuerSettings } from "../../seed/issuer.ts";
import type { SeedDraw } from "../../seed/sealing.ts";
import { VERSION } from "../../version.ts";
import { createApp, type SeedDeps, serveApp } from "./app.ts";
import { PREFIX } from "./metrics.ts";

export interface ServerOptions extends PoolSettings {
  readonly address: Address;
  readonly mode: RbgMode;
  readonly maxWaitMs: number;
  readonly corsOrigin: string;
  readonly tokenFile: string | undefined;
  readonly tlsFiles: TlsFiles | undefined;
  readonly insecure: boolean;
  /** Gives seeds to other machines: the key that signs them, and this server's name in what it signs. */
  readonly seeds?: { readonly key: SecretKey; readonly name: string } | undefined;
  /** Address of a collector of OpenTelemetry that figures are pushed to. */
  readonly otlp: string | undefined;
  /** Servers of a fleet that hear how this one is: addresses, or a file of context. */
  readonly nats: string | undefined;
  /** Name of the fleet's queue. */
  readonly queue: string;
}

export interface ServerDeps extends PoolDeps {
  /** Where a service manager says how it is reached. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Full-entropy bytes kept ready: enough to answer a burst of 2,000 requests for 32 bytes without waiting. */
const CAPACITY_BYTES = 1 << 16;
/** Time for answers under way to finish when the server is told to stop, while they get on. */
const GRACE_MS = 10_000;

/** Serves until the signal is aborted. @throws InputError for files and addresses that cannot be used */
export async function runServer(options: ServerOptions, io: Io, deps: ServerDeps): Promise<void> {
  const { address, mode } = options;
  const isLocal = "unix" in address || isLoopback(address.hostname);
  if (!isLocal) requireProtection(options, io);
  const warn = (message: string) => io.log.warn(message);
  const token = options.tokenFile === undefined ? undefined : readToken(options.tokenFile, warn);
  const tls = options.tlsFiles && readTlsFiles(options.tlsFiles, warn);

  // Loaded here, so that a server without a fleet starts as fast as ever; and read before anything is begun.
  const fleet = options.nats === undefined ? undefined : await import("./fleet-member.ts");
  const context = fleet?.memberContext(options.nats!, options.queue, warn);

  const issuer = options.seeds && (await issuerWith({ ...options.seeds, warn }));

  using open = openPool({ ...options, capacityBytes: CAPACITY_BYTES }, deps);
  const pulse = new Pulse(open.pool);
  const random = open[mode];
  using manager = new ServiceManager(deps.env, io, () => random.failure === undefined && pulse.isWell());
  const closing = new AbortController();
  const { router, figures } = createApp({
    pool: open.pool,
    infos: open.infos,
    random,
    maxWaitMs: options.maxWaitMs,
    corsOrigin: options.corsOrigin,
    hosts: isLocal && !("unix" in address) ? "loopback" : "any",
    token,
    seeds: issuer && { full: open.full, issuer },
    every: (intervalMs, work) => {
      const timer = setInterval(work, intervalMs);
      return () => clearInterval(timer);
    },
    report: (error) => io.log.error(error),
    closing: closing.signal,
  });
  const listening = await serveApp(router, address, tls);
  const say = (level: "info" | "warn", text: string) => io.log[level](text);
  const push = await pushTo(options.otlp, {
    prefix: PREFIX,
    figures,
    service: { name: "esoteric-entropy", version: VERSION },
    say,
  });
  const member = context && fleet?.joinFleet(context, { pool: open.pool, random, say });
  try {
    await io.out(`listening on ${listening.url}\n`);
    await seed(random, io, (why) => manager.status(why));
    if (random.isReady) manager.ready(`listening on ${listening.url}`);
    await aborted(io.signal);
  } finally {
    closing.abort();
    await Promise.all([
      listening.stop(GRACE_MS),
      push?.[Symbol.asyncDispose](),
      member?.[Symbol.asyncDispose](),
    ]);
  }
}

async function issuerWith(settings: Omit<IssuerSettings, keyof SeedDraw>): Promise<SeedDeps["issuer"]> {
  const { SeedIssuer } = await import("../../seed/issuer.ts");
  return (source) => new SeedIssuer({ ...settings, ...source });
}

function readToken(path: string, warn: (message: string) => void): string {
  return readTokenFile(path, warn, [`esoteric-entropy stream --bytes 24 --format base64 > ${path}`]);
}

/** Warns of what an attacker in the network could do. @throws UsageError without a token, TLS and --insecure */
function requireProtection({ tokenFile, tlsFiles, insecure }: ServerOptions, io: Io): void {
  if (tokenFile === undefined && tlsFiles === undefined) {
    if (!insecure) {
      throw new UsageError("other machines could take and read random bytes without a token or TLS", [
        "--token-file F, and --tls-cert F --tls-key F",
        "--insecure serves them all the same",
      ]);
    }
    io.log.warn("every machine in the network can take and read random bytes");
  } else if (tlsFiles === undefined) {
    io.log.warn("without TLS, the token and all bytes can be read on their way");
  } else if (tokenFile === undefined) {
    io.log.warn("without a token, every machine in the network can take random bytes");
  }
}

const SEED_RETRY_MS = 5_000;

/**
 * Seeds the generator before the first request. Tries until it succeeds, its self-test fails or the signal is aborted: requests
 * get 503 meanwhile.
 */
async function seed(random: RbgGenerator, io: Io, onWait: (why: string) => void): Promise<void> {
  while (!random.isReady && random.failure === undefined && !io.signal.aborted) {
    try {
      await random.ready({ signal: io.signal });
    } catch (error) {
      if (io.signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      io.log.warn(why);
      onWait(why);
      await pause(SEED_RETRY_MS, io.signal).catch(() => {}); // the signal, which ends the loop
    }
  }
}
