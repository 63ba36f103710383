/** Requests that may be sent again without doing the same twice. */
import type { HeaderParameter } from "#kit/http/openapi.ts";
import { Refusal } from "#kit/http/refusal.ts";

export function keyHeader(description: string): HeaderParameter {
  return { name: "Idempotency-Key", description, schema: { type: "string", pattern: "^[!-~]{1,200}$" } };
}

/** @throws Refusal 400 */
export function idempotencyKey(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key") ?? undefined;
  if (key !== undefined && !/^[!-~]{1,200}$/.test(key))
    throw new Refusal(400, "Idempotency-Key must be 1 to 200 printable characters without a space");
  return key;
}
