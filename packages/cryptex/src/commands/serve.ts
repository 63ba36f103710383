/** `serve`: the gateway. */
import { UsageError } from "#kit/errors.ts";
import { parseCollector } from "#kit/telemetry/collector.ts";
import { command } from "#kit/term/command.ts";
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import type { ServeSettings } from "../gateway/serve.ts";
import { parseOrigin, parseToken } from "./serve-values.ts";
import { SERVICE_FLAGS, serviceSettings, TARGET_FLAGS } from "./service-flags.ts";

const FLAGS = {
  ...group("Where it listens, and who may ask", {
    host: flag.text({ hint: "ADDR", default: "127.0.0.1", about: "Address to bind to" }),
    port: flag.count(0, 65_535, { default: "8043", about: "Port; 0 takes a free one" }),
    unix: flag.file({ hint: "PATH", about: "Unix socket instead of a port" }),
    tokens: many(
      flag.value(parseToken, {
        name: "token",
        hint: "SCOPES=FILE",
        about: "File with a token of these scopes, as read,scan,write=FILE",
      }),
    ),
    tlsCert: flag.file({ about: "Certificate (PEM)" }),
    tlsKey: flag.file({ about: "Its private key (PEM)" }),
    clientCa: flag.file({ about: "Authority of client certificates (PEM): none other is let in" }),
    pqc: flag.choice(["require"], { about: "Serve only clients with the key exchange X25519MLKEM768" }),
    insecure: flag.switch({ about: "Serve other machines without tokens or TLS" }),
    origins: many(
      flag.value(parseOrigin, { name: "origin", hint: "URL", about: "Web site whose scripts may ask" }),
    ),
  }),
  ...SERVICE_FLAGS,
  ...TARGET_FLAGS,
  ...group("How much it does", {
    maxScans: flag.count(1, 64, { default: "2", about: "Scans that run at a time; others wait" }),
    threads: flag.count(1, 256, { about: "Files of a scan at a time; default: one a core" }),
    keepDays: flag.count(1, 36_500, { about: "Days for which results are kept; default: all are" }),
    mcpWrite: flag.switch({ about: "Offer agents the tools that change something" }),
    otlp: flag.value(parseCollector, { hint: "URL", about: "Push figures to this OTLP collector" }),
  }),
};

export const serve = command({
  name: "serve",
  description: "Serve scans, rules and the dictionary over HTTP, with events as they come",
  details: [
    "Scans are ordered over HTTP, run one after the other, and go on where they were after an end of the program of any kind. What they find comes by WebSocket, as server-sent events, or page by page; who was away goes on at the line that it saw last. /openapi.json describes all of it, and docs/GATEWAY.md says how to use it.",
    "Files are seen below the folders that --root names, and nowhere else. On 127.0.0.1, or with --unix, no token is needed, and all may do everything; web sites are kept out. A token has the scopes that it is given, each by itself: read, scan, write. The name of its file, without the ending, is the author of what it changes. Other addresses need tokens and TLS.",
    "It runs until Ctrl-C or SIGTERM.",
  ],
  flags: FLAGS,
  check({ unix, tlsCert, tlsKey, clientCa, pqc }, given) {
    if ((tlsCert === undefined) !== (tlsKey === undefined))
      throw new UsageError("--tls-cert and --tls-key go together");
    const needs = clientCa === undefined ? (pqc === undefined ? undefined : "--pqc") : "--client-ca";
    if (needs !== undefined && tlsCert === undefined)
      throw new UsageError(`${needs} needs --tls-cert and --tls-key`);
    if (unix === undefined) return;
    const other = ["port", "host", "tlsCert"].find((key) => given.has(key));
    if (other !== undefined)
      throw new UsageError(`--unix takes no --${other === "tlsCert" ? "tls-cert" : other}`);
  },
  examples: [
    "cryptex serve --root uploads=/srv/uploads --rules my-rules/",
    "cryptex serve --unix /run/user/1000/cryptex.sock --rules my-rules/",
    "cryptex serve --host 0.0.0.0 --token read,scan=node-red.token --tls-cert cert.pem --tls-key key.pem --root uploads=/srv/uploads --rules my-rules/",
  ],
  seeAlso: ["mcp", "scan", "watch"],
  runsUntilStopped: () => true,
  async run(options, io, { env }: Deps) {
    // They load what no other command needs.
    const [{ openServices }, { serveGateway }] = await Promise.all([
      import("../gateway/services.ts"),
      import("../gateway/serve.ts"),
    ]);
    const targets = { to: options.triggerTo, isPrivate: options.triggerPrivate };
    const { threads, maxScans: mostScans } = options;
    await using services = openServices({
      ...(await serviceSettings(options, io, env)),
      threads,
      mostScans,
      targets,
    });
    await serveGateway(serveSettings(options), services, io, env);
  },
});

/** @param options that `check` accepts */
function serveSettings(options: OptionsOf<typeof FLAGS>): ServeSettings {
  const { host: hostname, port, unix, tlsCert: cert, tlsKey: key, clientCa, pqc } = options;
  return {
    ...options,
    address: unix === undefined ? { hostname, port } : { unix },
    tls: cert === undefined || key === undefined ? undefined : { cert, key, clientCa },
    pqc: pqc !== undefined,
  };
}
