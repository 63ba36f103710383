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

/** @throws UsageError */
export function parseOrigin(text: string, name: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new UsageError(`${name}: '${visible(text)}' is not an origin`, [
    "origins are like https://example.org",
  ]);
}
