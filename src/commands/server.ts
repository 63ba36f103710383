/** `server`: the HTTP API and the page. */
import { memberFlags, requireFleet } from "#kit/fleet/flags.ts";
import { parseCollector } from "#kit/telemetry/collector.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { MOST_WAIT_MS } from "../faces/http/dispenser.ts";
import { runServer, type ServerOptions } from "../faces/http/server.ts";
import { POOL_FLAGS } from "./claims.ts";
import { checkSeedFlags, SEED_FLAGS, seedsOf } from "./seed-flags.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

const FLAGS = {
  port: flag.count(0, 65_535, { default: "8042", about: "Port; 0 takes a free one" }),
  host: flag.text({ hint: "ADDR", default: "127.0.0.1", about: "Address to bind to" }),
  unix: flag.file({ hint: "PATH", about: "Unix socket instead of a port" }),
  mode: flag.choice(["full", "drbg"], {
    default: "full",
    about: "full: 320 credited bits for each 32 bytes; drbg: fast, reseeded",
  }),
  ...SOURCES_FLAGS,
  maxWaitMs: flag.seconds({
    name: "max-wait",
    mostMs: MOST_WAIT_MS,
    default: "5",
    about: "Seconds without new entropy after which a request gets 503",
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
  ...SEED_FLAGS,
  otlp: flag.value(parseCollector, { hint: "URL", about: "Push figures to this OTLP collector" }),
  ...memberFlags("entropy"),
  ...POOL_FLAGS,
};

export const server = command({
  name: "server",
  description: "Serve random bytes over HTTP, and a page to look at",
  flags: FLAGS,
  examples: [
    "esoteric-entropy server",
    "esoteric-entropy server --mode drbg --port 8042",
    "esoteric-entropy server --unix /run/user/1000/entropy.sock",
    "esoteric-entropy server --host 0.0.0.0 --token-file token --tls-cert cert.pem --tls-key key.pem",
  ],
  seeAlso: ["stream", "monitor", "device", "seed fetch", "fleet status"],
  check({ unix, tlsCert, tlsKey, seedKey, nats }, given) {
    checkSeedFlags(seedKey, given);
    if ((tlsCert === undefined) !== (tlsKey === undefined)) {
      throw new UsageError("--tls-cert and --tls-key go together");
    }
    requireFleet({ nats }, given);
    if (unix !== undefined && (given.has("port") || given.has("host"))) {
      throw new UsageError("--unix takes no --port and no --host");
    }
  },
  runsUntilStopped: () => true,
  async run(options, io, deps: Deps) {
    await runServer({ ...serverOptions(options), seeds: await seedsOf(options, io) }, io, {
      ...deps,
      env: process.env,
    });
    return EXIT.ok;
  },
});

/** @param options that `check` accepts */
export function serverOptions(options: OptionsOf<typeof FLAGS>): ServerOptions {
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
