/** Values of the flags of `serve`. */
import { UsageError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { SCOPES, type TokenFlag } from "../gateway/scopes.ts";

/** @throws UsageError */
export function parseToken(text: string, name: string): TokenFlag {
  const [, words, file] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const named = words?.split(",") ?? [];
  const scopes = SCOPES.filter((scope) => named.includes(scope));
  if (file === undefined || scopes.length === 0 || scopes.length !== named.length) {
    throw new UsageError(`${name}: '${visible(text)}' is not like read,scan=FILE`, [
      `scopes are ${SCOPES.join(", ")}, each once`,
    ]);
  }
  return { scopes, file };
}

/**
 * Reads the address of a collector of OpenTelemetry; one without a path gets that of figures (https://opentelemetry.io/docs/specs/otlp/).
 * @throws UsageError
 */
export function parseCollector(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.hash !== "")
    throw new UsageError(`${name}: '${visible(text)}' is not the address of a collector`, [
      "addresses are like http://127.0.0.1:4318",
    ]);
  if (url.pathname === "/") url.pathname = "/v1/metrics";
  return url.href;
}

/** @throws UsageError */
export function parseOrigin(text: string, name: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new UsageError(`${name}: '${visible(text)}' is not an origin`, [
    "origins are like https://example.org",
  ]);
}
