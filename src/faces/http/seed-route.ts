/** POST /api/v1/seed: a seed for a machine that has little entropy of its own, sealed to it and signed. */
import type { Context } from "hono";
import { HeldBodies } from "#kit/http/body.ts";
import { onlyKnown, queryOf } from "#kit/http/query.ts";
import { Refusal } from "#kit/http/refusal.ts";
import type { Handler } from "#kit/http/router.ts";
import type { NetworkTurns } from "#kit/http/turns.ts";
import { InputError } from "../../errors.ts";
import { MOST_QUESTION_BYTES, questionOf } from "../../seed/answer.ts";
import type { SeedIssuer } from "../../seed/issuer.ts";

/**
 * @param turns to be waited for: to seal and to sign takes some ten milliseconds, in which others have nothing
 * @param headers of answers
 */
export function seedHandler(
  issuer: SeedIssuer,
  turns: NetworkTurns,
  headers: Readonly<Record<string, string>>,
): Handler {
  const bodies = new HeldBodies();
  return (c) => {
    onlyKnown(new URLSearchParams(queryOf(c)), []);
    return bodies.json(c.req.raw, MOST_QUESTION_BYTES, async (body) => {
      const question = inWords(() => questionOf(body));
      const { signal } = c.req.raw;
      await turns.take(signal);
      try {
        return Response.json(await issuer.issue(question, placeOf(c), signal), { headers });
      } catch (error) {
        if (error instanceof InputError) throw new Refusal(400, error.message);
        throw error;
      }
    });
  };
}

function inWords<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(400, error.message);
    throw error;
  }
}

/** Returns the address of who asks; over a Unix socket there is none. */
function placeOf(c: Context): string {
  const server = c.env as Partial<Bun.Server<unknown>> | undefined;
  return server?.requestIP?.(c.req.raw)?.address ?? "this machine";
}
