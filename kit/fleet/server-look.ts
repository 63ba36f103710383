/**
 * A look at a server, one step at a time: is anybody there, what does it say of itself, does its certificate hold, does it take ours, does
 * it give us rights. The client says of most of these only that it could not write; whoever has to mend it needs the step.
 */
import { createConnection, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type PeerCertificate, type TLSSocket } from "node:tls";
import { onAbort } from "../abort.ts";
import { certificateIn, commonNameOf, type FleetContext, hostOf, portOf } from "./context.ts";
import { reasonOf } from "./fleet-error.ts";

export type Step =
  | "network"
  | "tls"
  | "server-certificate"
  | "own-certificate"
  | "key-exchange"
  | "permissions";

export interface Fault {
  readonly step: Step;
  /** Names the trouble. */
  readonly text: string;
  readonly hint: string;
}

export interface ServerLook {
  /** As `host:port`. */
  readonly address: string;
  /** Present once the server has greeted us. */
  readonly info?: ServerInfo;
  /** The server's certificate, once it was shown. */
  readonly certificate?: Pick<PeerCertificate, "valid_to" | "subjectaltname">;
  /** The first step that fails; none where the server lets us in. */
  readonly fault?: Fault;
}

export interface ServerInfo {
  readonly version: string;
  readonly jetstream?: boolean;
  readonly tls_required?: boolean;
  readonly tls_available?: boolean;
}

export interface LookOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** A handshake takes a few round trips, of which the slowest links take less than a second. */
const TIMEOUT_MS = 5_000;

/** Looks at one server. Never throws but for the signal. @param server as `tls://host:4222` @throws the signal's reason */
export async function lookAt(
  server: string,
  { tls }: Pick<FleetContext, "tls">,
  { signal, timeoutMs = TIMEOUT_MS }: LookOptions,
): Promise<ServerLook> {
  signal.throwIfAborted();
  const url = new URL(server);
  const [host, port] = [hostOf(url), portOf(url)];
  const look: { -readonly [Key in keyof ServerLook]: ServerLook[Key] } = { address: `${host}:${port}` };
  const socket = createConnection(port, host);
  const sockets: Socket[] = [socket];
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const timer = setTimeout(() => failed.reject(new Late()), timeoutMs);
  using _ = onAbort(signal, () => failed.reject(signal.reason));
  const within = <T>(promise: Promise<T>) => Promise.race([promise, failed.promise]);
  try {
    look.info = await within(infoFrom(socket));
    const asksForTls = look.info.tls_required === true || look.info.tls_available === true;
    if (!tls && look.info.tls_required) throw new Wrong("tls", ...ONLY_TLS);
    if (tls && !asksForTls) throw new Wrong("tls", ...NO_TLS);
    let speaking = socket;
    if (tls) {
      const secure = await within(handshake(socket, host, tls));
      sockets.push(secure);
      speaking = secure;
      look.certificate = secure.getPeerCertificate();
      checkServer(secure, host, look.certificate);
    }
    await within(enter(speaking, tls !== undefined));
  } catch (error) {
    signal.throwIfAborted();
    look.fault = faultOf(error, look, tls?.cert);
  } finally {
    clearTimeout(timer);
    for (const each of sockets) each.destroy();
  }
  return look;
}

class Late extends Error {}

/** A step that fails for a reason that is known. */
class Wrong extends Error {
  constructor(
    readonly step: Step,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

const ONLY_TLS = [
  "the server asks for TLS",
  "write tls:// in the address, or give a file of context with ca, cert and key",
] as const;

const NO_TLS = [
  "the server does not offer TLS",
  "its configuration needs a tls { } block; packaging/nats has one",
] as const;

/** Longest greeting that is waited for: those of large clusters list all their addresses. */
const MOST_GREETING = 64 * 1024;

/** Reads the greeting: `INFO {json}` and a line break. */
function infoFrom(socket: Socket): Promise<ServerInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<ServerInfo>();
  let text = "";
  socket.on("error", reject);
  socket.on("close", () => reject(new Wrong("network", "it hangs up at once", "is the port that of NATS?")));
  socket.on("data", (data: Buffer) => {
    text += data.toString("latin1");
    const line = /^INFO (\{.*\})\s*\r\n/.exec(text)?.[1];
    if (line === undefined && text.length < MOST_GREETING && "INFO {".startsWith(text.slice(0, 6))) return;
    socket.removeAllListeners("data");
    try {
      resolve(JSON.parse(line ?? "") as ServerInfo);
    } catch {
      reject(new Wrong("network", "what listens there is no NATS server", "is the port that of NATS?"));
    }
  });
  return promise;
}

function handshake(
  socket: Socket,
  host: string,
  { ca, cert, key, keyExchange }: NonNullable<FleetContext["tls"]>,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  socket.removeAllListeners();
  const secure = connectTls(
    {
      socket,
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(keyExchange && { ecdhCurve: keyExchange.join(":") }),
      minVersion: "TLSv1.3",
      rejectUnauthorized: false, // it is judged below, in words
    },
    () => resolve(secure),
  );
  secure.on("error", reject);
  secure.on("close", () => reject(new Error("it hangs up during the handshake")));
  return promise;
}

function checkServer(
  secure: TLSSocket,
  host: string,
  certificate: Pick<PeerCertificate, "valid_to" | "subjectaltname">,
): void {
  const { valid_to: end, subjectaltname: names } = certificate;
  const error: unknown = secure.authorizationError;
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error ?? "");
  if (/EXPIRED/.test(code)) {
    throw new Wrong(
      "server-certificate",
      `the server's certificate has expired: it was good until ${end}`,
      RENEW,
    );
  }
  if (/NOT_YET_VALID/.test(code)) {
    throw new Wrong(
      "server-certificate",
      "the server's certificate is not good yet",
      "are both clocks right?",
    );
  }
  const isOtherName = checkServerIdentity(host, secure.getPeerCertificate()) !== undefined;
  if (/ALTNAME/.test(code) || (code === "" && isOtherName)) {
    throw new Wrong(
      "server-certificate",
      `the server's certificate is not for ${host}: it names ${names || "nobody"}`,
      `use one of these names, or have a certificate made that names ${host}`,
    );
  }
  if (code !== "" && !secure.authorized) {
    throw new Wrong(
      "server-certificate",
      "the server's certificate is not signed by the authority that is trusted here",
      `"ca" in the file of context has to be the authority that signed it (${code})`,
    );
  }
}

const RENEW = "have a new one made, put it in place of the old one and reload the server";

/** Comes in as a client does. In TLS 1.3 a server refuses a certificate only now. */
function enter(socket: Socket, isSecure: boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let text = "";
  socket.removeAllListeners("error");
  socket.removeAllListeners("close");
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("it hangs up on us")));
  socket.on("data", (data: Buffer) => {
    text += data.toString("latin1");
    if (/^-ERR/m.test(text)) reject(new Error(text.trim()));
    else if (/^PONG/m.test(text)) resolve();
  });
  const greeting = { verbose: false, pedantic: false, protocol: 1, lang: "look", tls_required: isSecure };
  socket.write(`CONNECT ${JSON.stringify(greeting)}\r\nPING\r\n`);
  return promise;
}

/** Codes and texts of the network and of TLS, and what they mean to whoever mends it. The first that fits counts. */
const MEANINGS: readonly (readonly [pattern: RegExp, step: Step, text: string, hint: string])[] = [
  [/ECONNREFUSED/, "network", "nobody listens there", "is the server running, and is the port right?"],
  [/ENOTFOUND|EAI_AGAIN/, "network", "no machine of this name is known", "is the name right?"],
  [
    /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/,
    "network",
    "no way leads there from this machine",
    "is this machine in the network of the server, and does a firewall let it through?",
  ],
  [
    /ALERT_CERTIFICATE_EXPIRED/,
    "own-certificate",
    "the server refuses our certificate: it has expired by the server's clock",
    "is the clock of the server right?",
  ],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_REQUIRED)/,
    "own-certificate",
    "the server refuses our certificate: it does not trust who signed it",
    "it has to be signed by the authority in ca_file of the server's configuration, for use by clients",
  ],
  [
    /Failed to set ECDH curve|UNSUPPORTED_ELLIPTIC/,
    "key-exchange",
    "one of the groups in keyExchange is not known here",
    "as X25519MLKEM768 or X25519",
  ],
  [
    /HANDSHAKE_FAILURE|NO_SHARED_GROUP|INSUFFICIENT_SECURITY/,
    "key-exchange",
    "the server and this program share no way to exchange keys",
    "compare curve_preferences of the server with keyExchange in the file of context; servers before 2.11 know no X25519MLKEM768",
  ],
  [/PROTOCOL_VERSION/, "tls", "the server speaks another version of TLS", "both sides need TLS 1.3"],
];

function faultOf(error: unknown, { info }: ServerLook, cert: string | undefined): Fault {
  if (error instanceof Wrong) return { step: error.step, text: error.message, hint: error.hint };
  if (error instanceof Late) {
    const text =
      info === undefined ? "no answer in time" : "the server does not come to an end with its greeting";
    return { step: "network", text, hint: "is it too busy, or does a firewall swallow what is sent?" };
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const said = `${code} ${reasonOf(error)}`;
  if (/Authorization Violation|Authentication/i.test(said)) return noRights(cert);
  const meaning = MEANINGS.find(([pattern]) => pattern.test(said));
  if (meaning?.[1] === "own-certificate") return certificateRefused(meaning[2], meaning[3], cert);
  if (meaning) return { step: meaning[1], text: meaning[2], hint: meaning[3] };
  return {
    step: info === undefined ? "network" : "tls",
    text: reasonOf(error),
    hint: "the server's log says more",
  };
}

/** Older servers refuse every certificate with the same words, so what can be seen here is looked at first. */
function certificateRefused(text: string, hint: string, cert: string | undefined): Fault {
  const step = "own-certificate";
  if (cert === undefined) return { step, ...NONE_GIVEN };
  const hasExpired = Date.parse(certificateIn(cert, "cert").validTo) < Date.now();
  return hasExpired ? { step, ...OWN_EXPIRED } : { step, text, hint };
}

const NONE_GIVEN = {
  text: "the server asks for a certificate, and none was given",
  hint: "give a file of context with cert and key",
} as const;

const OWN_EXPIRED = {
  text: "the server refuses our certificate: it has expired",
  hint: "have a new one made for this machine",
} as const;

function noRights(cert: string | undefined): Fault {
  if (cert === undefined) {
    return {
      step: "permissions",
      text: "the server lets in nobody without a name",
      hint: "give a file of context with cert and key",
    };
  }
  const name = commonNameOf(certificateIn(cert, "cert"));
  return {
    step: "permissions",
    text: `the server gives no rights to the certificate of ${name}`,
    hint: `its configuration needs a user "CN=${name}" in one of its accounts`,
  };
}
