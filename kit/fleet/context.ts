/**
 * Where a fleet's server is, and with which certificate a machine comes to it: an address, or a file of context beside the certificates.
 *
 *     { "servers": ["tls://nats-1:4222", "tls://nats-2:4222"], "ca": "ca.pem", "cert": "worker.pem", "key": "worker.key" }
 */
import { X509Certificate } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { readSecret, readSmallFile } from "../files/small-file.ts";

/** A certificate with its chain takes some 10 KB. */
const MOST_FILE_BYTES = 1 << 20;

export interface FleetContext {
  /** As `tls://host:4222`, in no order. */
  readonly servers: readonly string[];
  /** Undefined for servers on this machine that are spoken to in the clear. */
  readonly tls: TlsFilesRead | undefined;
  /** Begins the subjects on which answers come back, where a certificate gives the machine a name. */
  readonly inbox: string | undefined;
  /** Name in the certificate (CN), by which the servers know this machine. */
  readonly node: string | undefined;
}

/** Texts of PEM files. */
export interface TlsFilesRead {
  /** By default the authorities that the system trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Key-exchange groups that are offered, in order; by default X25519MLKEM768 and, for servers without it, X25519 and P-256. */
  readonly keyExchange?: readonly string[];
}

/**
 * Reads what a person gave: addresses divided by commas, or the path of a file of context.
 * @param warn told of a private key that other users can read
 * @throws InputError
 */
export function readContext(given: string, warn: (message: string) => void): FleetContext {
  if (/^[a-z+]+:\/\//i.test(given)) {
    const servers = given.split(",").map((text) => serverAt(text.trim()));
    const isPlain = servers.every(({ protocol }) => protocol === "nats:");
    return {
      servers: servers.map(addressOf),
      tls: isPlain ? undefined : {},
      inbox: undefined,
      node: undefined,
    };
  }
  const path = resolve(given);
  return contextOf(parseContext(readSmallFile(path, MOST_FILE_BYTES).text, path), path, warn);
}

const MEMBERS = ["servers", "ca", "cert", "key", "keyExchange"];

type Members = Readonly<Record<string, unknown>>;

function parseContext(text: string, path: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path}: it is no JSON`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError(`${path}: it is no JSON object`);
  }
  const unknown = Object.keys(value).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) {
    throw new InputError(`${path}: "${unknown}" is not known`, {
      hints: [`known are ${MEMBERS.join(", ")}`],
    });
  }
  return value as Members;
}

function contextOf(members: Members, path: string, warn: (message: string) => void): FleetContext {
  const list = (name: string) => textsOf(members[name], `${path}: "${name}"`);
  const servers = (list("servers") ?? []).map(serverAt);
  if (servers.length === 0) throw new InputError(`${path}: "servers" is missing`);
  const file = (name: string) => {
    const [named, ...more] = list(name) ?? [];
    if (more.length > 0) throw new InputError(`${path}: "${name}" is one path`);
    return named === undefined ? undefined : resolve(dirname(path), named);
  };
  const [ca, cert, key] = [file("ca"), file("cert"), file("key")];
  if ((cert === undefined) !== (key === undefined)) {
    throw new InputError(`${path}: "cert" and "key" go together`);
  }
  const keyExchange = list("keyExchange");
  const isPlain = servers.every(({ protocol }) => protocol === "nats:") && ca === undefined && !cert;
  const tls: TlsFilesRead = {
    ...(ca && { ca: readSmallFile(ca, MOST_FILE_BYTES).text }),
    ...(cert && { cert: readSmallFile(cert, MOST_FILE_BYTES).text }),
    ...(key && { key: readSecret(key, MOST_FILE_BYTES, warn) }),
    ...(keyExchange && { keyExchange }),
  };
  const node = tls.cert && cert && nameOf(tls.cert, cert);
  return {
    servers: servers.map((url) => addressOf(url)),
    tls: isPlain ? undefined : tls,
    inbox: node && `_INBOX_${node}`,
    node,
  };
}

function textsOf(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const texts = Array.isArray(value) ? value : [value];
  if (texts.every((text) => typeof text === "string" && text !== "")) return texts as string[];
  throw new InputError(`${name} is no text, and no list of texts`);
}

/** Port that servers listen at unless they are told another: IANA, "nats". */
const DEFAULT_PORT = 4222;

function serverAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname || !/^(nats|tls):$/.test(url.protocol)) {
    throw new InputError(`'${text}' is no address of a server`, { hints: ["as tls://host:4222"] });
  }
  if (url.username !== "" || url.password !== "") {
    throw new InputError(`the address of ${url.hostname} holds a name or a password`, {
      hints: ["machines are known by their certificates: give a file of context with cert and key"],
    });
  }
  if (url.protocol === "nats:" && !isLoopback(hostOf(url))) {
    throw new InputError(`nats://${url.host} would be spoken to in the clear`, {
      hints: ["write tls://, in a file of context with ca, cert and key; nats:// is for this machine alone"],
    });
  }
  return url;
}

/** Returns the host without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Returns the port of a server's address. */
export function portOf({ port }: URL): number {
  return port === "" ? DEFAULT_PORT : Number(port);
}

function addressOf(url: URL): string {
  return `${url.protocol}//${url.hostname}:${portOf(url)}`;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4"); // RFC 1122 §3.2.1.3
LOOPBACK.addAddress("::1", "ipv6");

/** Tells whether only this machine can be meant. @param host without the brackets of IPv6 */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === "localhost" : LOOPBACK.check(host, version === 6 ? "ipv6" : "ipv4");
}

/**
 * Returns the certificate's name. The servers' rules let each machine listen at `_INBOX_` and this name and nowhere else, so that none reads
 * the answers to another.
 */
function nameOf(cert: string, path: string): string {
  const name = commonNameOf(certificateIn(cert, path));
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw new InputError(`${path}: the name of the certificate is '${name}'`, {
      hints: ["it takes a common name (CN) of letters, digits, dashes and underscores"],
    });
  }
  return name;
}

/** @param path names it in messages @throws InputError */
export function certificateIn(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new InputError(`${path}: it holds no certificate`, { cause });
  }
}

/** Returns the CN of a certificate's subject; empty where it has none. */
export function commonNameOf({ subject }: Pick<X509Certificate, "subject">): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? "";
}
