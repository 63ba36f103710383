/** Addresses of servers that give seeds. */
import { hostOf, isLoopback } from "#kit/fleet/context.ts";
import { UsageError } from "../errors.ts";

/** @throws UsageError for an address that is none, and for one over which a token would be read on its way */
export function requireServer(text: string, hasToken: boolean): void {
  const url = serverAt(text);
  if (!hasToken || url.protocol === "https:" || isLoopback(hostOf(url))) return;
  throw new UsageError(`--token-file: ${text} would be sent the token in the clear`, ["use https://"]);
}

/** @throws UsageError */
export function serverAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  throw new UsageError(`'${text}' is no address of a server`, ["as https://entropy-1:8042"]);
}
