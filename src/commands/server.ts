/** `server`: the HTTP API and the page. */
import { hostname } from "node:os";
import { parseCollector } from "#kit/telemetry/collector.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { MOST_WAIT_MS } from "../faces/http/dispenser.ts";
import { runServer, type ServerOptions } from "../faces/http/server.ts";
import { POOL_FLAGS } from "./claims.ts";
import { signerOf } from "./evidence-key.ts";
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
  seedKey: flag.file({ about: "Give seeds to other machines, signed with this key of evidence keygen" }),
  seedPassphraseFile: flag.file({ about: "Read the passphrase of that key from this file" }),
  seedName: flag.value(parseServerName, {
    hint: "NAME",
    about: "Name of this server in what it signs; default: that of the machine",
  }),
  otlp: flag.value(parseCollector, { hint: "URL", about: "Push figures to this OTLP collector" }),
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
  seeAlso: ["stream", "monitor", "device"],
  check({ unix, tlsCert, tlsKey, seedKey }, given) {
    if (seedKey === undefined && (given.has("seedName") || given.has("seedPassphraseFile"))) {
      throw new UsageError("--seed-name and --seed-passphrase-file are for --seed-key");
    }
    if ((tlsCert === undefined) !== (tlsKey === undefined)) {
      throw new UsageError("--tls-cert and --tls-key go together");
    }
    if (unix !== undefined && (given.has("port") || given.has("host"))) {
      throw new UsageError("--unix takes no --port and no --host");
    }
  },
  runsUntilStopped: () => true,
  async run(options, io, deps: Deps) {
    const signer = await signerOf({ key: options.seedKey, passphraseFile: options.seedPassphraseFile }, io);
    const seeds = signer && { key: signer.secret, name: options.seedName ?? hostname() };
    await runServer({ ...serverOptions(options), seeds }, io, { ...deps, env: process.env });
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

/** Accepts a name of what machines are called by. */
function parseServerName(text: string, name: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(text)) return text;
  throw new UsageError(`${name}: '${text}' is not 1 to 64 letters, digits, dots, dashes and underscores`);
}

function parseOrigin(text: string, name: string): string {
  if (text === "*" || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new UsageError(`${name}: '${text}' is not an origin`, ["origins are like https://example.org, or *"]);
}
