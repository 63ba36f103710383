/** `server`: the HTTP API and the page. */
import { aborted, pause } from "#kit/abort.ts";
import { readSmallFile } from "#kit/files/small-file.ts";
import { isLoopback } from "#kit/http/access.ts";
import type { Address } from "#kit/http/listen.ts";
import { readTokenFile, type TokenFile } from "#kit/http/token-file.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { OptionsOf } from "#kit/term/flags/flag.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { createApp, serveApp } from "../faces/http/app.ts";
import { openPool } from "../pool/open.ts";
import type { RbgGenerator, RbgMode } from "../rbg/generator.ts";
import { CLAIM_FLAGS, type ClaimOptions } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

/** Less than the time after which idle connections are closed: a request that waits longer would be cut off. */
const MAX_MAX_WAIT_MS = 60_000;

const SERVER_FLAGS = {
  port: flag.count(0, 65_535, { default: "8042", about: "Port; 0 takes a free one" }),
  host: flag.text({ hint: "ADDR", default: "127.0.0.1", about: "Address to bind to" }),
  unix: flag.file({ hint: "PATH", about: "Unix socket instead of a port" }),
  mode: flag.choice(["full", "drbg"], {
    default: "full",
    about: "full: full entropy; drbg: fast, reseeded",
  }),
  ...SOURCES_FLAGS,
  maxWaitMs: flag.seconds({
    name: "max-wait",
    mostMs: MAX_MAX_WAIT_MS,
    default: "5",
    about: "A request waits so long for entropy, then gets 503",
  }),
  corsOrigin: flag.value(parseOrigin, {
    name: "cors",
    hint: "ORIGIN",
    default: "*",
    about: "Web site whose scripts may read the random endpoints; * is any",
  }),
  tokenFile: flag.file({ about: "File with the bearer token that requests need" }),
  tlsCert: flag.file({ about: "Certificate (PEM)" }),
  tlsKey: flag.file({ about: "Its private key (PEM)" }),
  insecure: flag.switch({ about: "Serve other machines without a token or TLS" }),
  ...CLAIM_FLAGS,
};

export interface ServerOptions extends ClaimOptions {
  readonly address: Address;
  readonly mode: RbgMode;
  readonly sources: string;
  readonly maxWaitMs: number;
  readonly corsOrigin: string;
  readonly tokenFile: string | undefined;
  readonly tlsFiles: { readonly cert: string; readonly key: string } | undefined;
  readonly insecure: boolean;
}

export const server = command({
  name: "server",
  description: "Serve random bytes over HTTP, and a page to look at",
  flags: SERVER_FLAGS,
  examples: [
    "esoteric-entropy server",
    "esoteric-entropy server --mode drbg --port 8042",
    "esoteric-entropy server --unix /run/user/1000/entropy.sock",
    "esoteric-entropy server --host 0.0.0.0 --token-file token --tls-cert cert.pem --tls-key key.pem",
  ],
  seeAlso: ["stream", "monitor", "device"],
  check({ unix, tlsCert, tlsKey }, given) {
    if ((tlsCert === undefined) !== (tlsKey === undefined)) {
      throw new UsageError("--tls-cert and --tls-key go together");
    }
    if (unix !== undefined && (given.has("port") || given.has("host"))) {
      throw new UsageError("--unix takes no --port and no --host");
    }
  },
  async run(options, io, deps: Deps) {
    await runServer(serverOptions(options), io, deps);
    return EXIT.ok;
  },
});

/** @param options checked */
export function serverOptions(options: OptionsOf<typeof SERVER_FLAGS>): ServerOptions {
  const { port, host: hostname, unix, tlsCert: cert, tlsKey: key } = options;
  return {
    ...options,
    address: unix === undefined ? { hostname, port } : { unix },
    tlsFiles: cert !== undefined && key !== undefined ? { cert, key } : undefined,
  };
}

function parseOrigin(text: string, name: string): string {
  if (text === "*" || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new UsageError(`${name}: '${text}' is not an origin`, ["origins are like https://example.org, or *"]);
}

/** Full-entropy bytes kept ready: enough to answer a burst of 2,000 requests for 32 bytes without waiting. */
const CAPACITY_BYTES = 1 << 16;
/** Share of the time in which a full pool samples all the same, so that sources stay tested and the page shows them at work. */
const IDLE_SHARE = 0.02;
/** Time for answers under way to finish when the server is told to stop. */
const GRACE_MS = 10_000;

/** A certificate with its chain takes some 10 KB. */
const MAX_PEM_BYTES = 1 << 20;

/** Serves until the signal is aborted. @throws InputError for files and addresses that cannot be used */
export async function runServer(options: ServerOptions, io: Io, deps: Deps): Promise<void> {
  const { address, mode } = options;
  const isLocal = "unix" in address || isLoopback(address.hostname);
  if (!isLocal) requireProtection(options, io);
  const tokenFile = options.tokenFile === undefined ? undefined : readToken(options.tokenFile);
  if (tokenFile?.exposed) io.log.warn(`${options.tokenFile} can be read by other users: chmod 600 it`);
  const tls = options.tlsFiles && {
    cert: readSmallFile(options.tlsFiles.cert, MAX_PEM_BYTES).text,
    key: readSmallFile(options.tlsFiles.key, MAX_PEM_BYTES).text,
  };

  const settings = { ...options, capacityBytes: CAPACITY_BYTES, idleShare: IDLE_SHARE };
  using open = openPool(settings, { ...deps, warn: (text) => io.log.warn(text) });
  const random = open[mode];
  const closing = new AbortController();
  const app = createApp({
    pool: open.pool,
    infos: open.infos,
    random,
    maxWaitMs: options.maxWaitMs,
    corsOrigin: options.corsOrigin,
    hosts: isLocal && !("unix" in address) ? "loopback" : "any",
    token: tokenFile?.token,
    every: (intervalMs, work) => {
      const timer = setInterval(work, intervalMs);
      return () => clearInterval(timer);
    },
    report: (error) => io.log.error(error),
    closing: closing.signal,
  });
  const listening = await serveApp(app, address, tls);
  try {
    await io.out(`listening on ${listening.url}\n`);
    await seed(random, io);
    await aborted(io.signal);
  } finally {
    closing.abort();
    await listening.stop(GRACE_MS);
  }
}

function readToken(path: string): TokenFile {
  return readTokenFile(path, [`esoteric-entropy stream --bytes 24 --format base64 > ${path}`]);
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

/** Seeds the generator before the first request. Tries until it succeeds or the signal is aborted: requests get 503 meanwhile. */
async function seed(random: RbgGenerator, io: Io): Promise<void> {
  while (!random.isReady && !io.signal.aborted) {
    try {
      await random.ready({ signal: io.signal });
    } catch (error) {
      if (io.signal.aborted) return;
      io.log.warn(error instanceof Error ? error.message : String(error));
      await pause(SEED_RETRY_MS, io.signal).catch(() => {}); // the signal, which ends the loop
    }
  }
}
