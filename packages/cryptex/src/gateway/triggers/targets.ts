/** Addresses that triggers may have: those that the operator has listed. They are compared as what they mean, not as they are written. */
import { isIP } from "node:net";
import { UsageError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { ServiceError } from "../service-error.ts";
import { kindOfAddress } from "./addresses.ts";

export interface TargetSettings {
  /** Addresses; what lies at them or below them may be asked. */
  readonly to: readonly string[];
  /** Networks of the house, and this machine, may be asked. */
  readonly isPrivate: boolean;
}

interface Prefix {
  readonly origin: string;
  readonly segments: readonly string[];
}

export interface Targets {
  readonly isPrivate: boolean;
  /** @returns the address in its plain form @throws ServiceError "invalid" */
  check(url: string): URL;
}

/** Slashes, NUL and dots that only some programs see: written with `%` once or more often, or with a parameter as `..;`. */
const AMBIGUOUS = /%(25)*(2f|5c|00)|%(25)+2e|\/\.\.?;/i;

/** @throws UsageError for an address that can be no prefix */
export function openTargets({ to, isPrivate }: TargetSettings): Targets {
  const prefixes = to.map((text): Prefix => {
    const url = plain(text);
    if (typeof url === "string" || url.search !== "")
      throw new UsageError(
        `--trigger-to ${visible(text)}: ${typeof url === "string" ? url : "it has a query"}`,
        ["take the beginning of an address, as https://hooks.example.org/cryptex"],
      );
    return { origin: url.origin, segments: segmentsOf(url) };
  });
  return {
    isPrivate,
    check(text) {
      const url = plain(text);
      if (typeof url === "string") throw new ServiceError("invalid", `url: ${url}`);
      if (!prefixes.some((prefix) => isBelow(url, prefix))) {
        throw new ServiceError(
          "invalid",
          prefixes.length === 0
            ? "url: no address may be asked; whoever starts the gateway allows some with --trigger-to"
            : "url: this address is not allowed; whoever starts the gateway allows more with --trigger-to",
        );
      }
      refuseLiteral(url, isPrivate);
      return url;
    },
  };
}

/** @returns the address, or what is wrong with it */
function plain(text: string): URL | string {
  if (!URL.canParse(text)) return "this is no address";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "only https and http are spoken";
  if (url.username !== "" || url.password !== "" || /^[^/?#]*:[/\\]*[^/\\?#]*@/.test(text))
    return "a name or a password in the address is not taken";
  if (url.hash !== "") return "a fragment is never sent: leave it out";
  if (url.hostname.endsWith(".")) return "the name of the host ends with a dot: leave it out";
  if (AMBIGUOUS.test(url.pathname))
    return "slashes, NUL and dots may not be written with % in the path, nor dots with ; behind them";
  return url;
}

function segmentsOf({ pathname }: URL): string[] {
  return pathname.replace(/\/$/, "").split("/").slice(1);
}

function isBelow(url: URL, { origin, segments }: Prefix): boolean {
  const own = segmentsOf(url);
  return url.origin === origin && segments.every((segment, at) => own[at] === segment);
}

/** Names are looked up when something is delivered; an address that stands there can be judged now. @throws ServiceError "invalid" */
function refuseLiteral({ hostname }: URL, isPrivate: boolean): void {
  const host = hostOf(hostname);
  const isLocal = host === "localhost" || host.endsWith(".localhost");
  const kind = isIP(host) === 0 ? (isLocal ? "private" : "public") : kindOfAddress(host);
  if (kind === "special") throw new ServiceError("invalid", "url: this address is none that may be asked");
  if (kind === "private" && !isPrivate) {
    throw new ServiceError(
      "invalid",
      "url: this is an address of this machine or of a private network; whoever starts the gateway allows those with --trigger-private",
    );
  }
}

/** Takes the brackets off an IPv6 address. */
export function hostOf(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
