/** Endpoints on the network: as users write them, as the system's files have them, as c/lib/endpoint.h takes them. */
import { isIP } from "node:net";

export interface Endpoint {
  /** A name or a numeric address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Parses `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address. Returns undefined for anything else, or if there
 * is neither a port nor a usual one.
 */
export function parseEndpoint(text: string, usualPort?: number): Endpoint | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([^[\]]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = bracketed ?? plain ?? text.trim();
  const isV6 = isIP(host) === 6;
  if (bracketed !== undefined || plain === undefined ? !isV6 : !/^[\w.-]+$/.test(plain)) return undefined;
  const port = digits === undefined ? usualPort : Number(digits);
  return port !== undefined && port >= 1 && port <= 65535 ? { host, port } : undefined;
}

export function showEndpoint({ host, port }: Endpoint): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Returns the addresses of the name servers in resolv.conf(5), in its order. macOS keeps that file, too. */
export function nameServers(resolvConf: string): string[] {
  return resolvConf
    .split("\n")
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
    .filter((address): address is string => address !== undefined && isIP(address) !== 0);
}

/** Words of an endpoint: room for the port, the longest numeric address with a zone, and its null byte. */
export const ENDPOINT_WORDS = 16;

/** Writes port and numeric address to the beginning of `words`, as c/lib/endpoint.h takes them. */
export function writeEndpoint(words: BigUint64Array, { host, port }: Endpoint): void {
  const text = new TextEncoder().encode(host);
  const space = new Uint8Array(words.buffer, words.byteOffset, ENDPOINT_WORDS * 8).subarray(8).fill(0);
  if (text.length >= space.length) throw new RangeError(`the address ${host} is too long`);
  words[0] = BigInt(port);
  space.set(text);
}
