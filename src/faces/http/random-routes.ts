/** The endpoints that hand out random bytes. */
import type { Context } from "hono";
import { bodiless, isHead } from "#kit/http/head.ts";
import { inPieces } from "#kit/http/pieces.ts";
import { onlyKnown, queryOf } from "#kit/http/query.ts";
import { tryLater } from "#kit/http/refusal.ts";
import type { Handler } from "#kit/http/router.ts";
import type { NetworkTurns } from "#kit/http/turns.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import type { Dispenser } from "./dispenser.ts";
import { AT_ONCE_BYTES, PART_BYTES, type RandomAnswer } from "./random-answer.ts";

export interface RandomRoutesDeps {
  readonly dispenser: Dispenser;
  /** Turns of all for whom much is made. */
  readonly turns: NetworkTurns;
  readonly report: (error: unknown) => void;
  /** Ends endless answers. */
  readonly closing: AbortSignal;
  /** Seconds without traffic after which connections are closed. */
  readonly idleTimeoutSeconds: number;
}

/** Most answers in parts that are under way at the same time: 32 MiB of parts. */
export const MAX_IN_PARTS = 512;

/**
 * GET /api/v1/random, /API/jsonI.php, /api/v1/bytes. A small answer is made at once where it can be. A larger one waits for its turn
 * and is not made for those who have gone by then; the largest are made in parts, each when the connection has taken the one before.
 * @param read makes the answer that a query asks for @throws Refusal
 */
export function randomHandler(
  deps: RandomRoutesDeps,
  read: (query: string) => RandomAnswer,
  headers: Headers,
): Handler {
  const { dispenser, turns, report } = deps;
  const buffer = new Uint8Array(AT_ONCE_BYTES);
  let inParts = 0;

  async function later(c: Context, answer: RandomAnswer): Promise<Response> {
    const { signal } = c.req.raw;
    await turns.take(signal);
    using _ = keptOpen(c, deps.idleTimeoutSeconds);
    if (answer.mostLength <= PART_BYTES) {
      const bytes = await dispenser.wait(answer.bytes, signal);
      return wiped(bytes, new Response(answer.whole(bytes), { headers }));
    }
    if (inParts >= MAX_IN_PARTS)
      throw tryLater(`${MAX_IN_PARTS} large answers are under way, the most there may be`, 1_000);
    inParts += 1;
    try {
      return await withParts(answer, signal);
    } catch (error) {
      inParts -= 1;
      throw error;
    }
  }

  /** The answer begins when there are bytes for its first part: until then, a lack of entropy can be told by status. */
  async function withParts(answer: RandomAnswer, gone: AbortSignal): Promise<Response> {
    using opened = new DisposableStack();
    const supply = opened.use(await dispenser.supply(answer.bytes, gone));
    const parts = answer.parts();
    const make = async (signal: AbortSignal) => {
      const part = parts.next().value;
      return part?.encode(await supply.take(part.bytes, signal));
    };
    let first = await make(gone);
    gone.throwIfAborted();
    const kept = opened.move();
    const body = inPieces(turns, {
      async next(signal) {
        const made = first ?? (await make(signal));
        first = undefined;
        return made;
      },
      ended() {
        kept.dispose();
        inParts -= 1;
      },
      report,
    });
    return new Response(body, { headers });
  }

  return (c) => {
    const answer = read(queryOf(c));
    if (isHead(c.req.raw))
      return bodiless(headers, answer.mostLength > PART_BYTES ? undefined : answer.length);
    if (answer.mostLength > AT_ONCE_BYTES) return later(c, answer);
    const bytes = buffer.subarray(0, answer.bytes);
    if (!dispenser.fillNow(bytes)) return later(c, answer);
    return wiped(bytes, new Response(answer.whole(bytes), { headers }));
  };
}

/** A Response copies its body (Fetch standard, "extract a body"). */
function wiped(bytes: Uint8Array, response: Response): Response {
  bytes.fill(0);
  return response;
}

/** Keeps the connection of a request that waits for entropy: nothing moves on it meanwhile. */
function keptOpen(c: Context, idleTimeoutSeconds: number): Disposable {
  const server = c.env as Partial<Bun.Server<unknown>> | undefined;
  server?.timeout?.(c.req.raw, 0);
  return { [Symbol.dispose]: () => server?.timeout?.(c.req.raw, idleTimeoutSeconds) };
}

/** Most streams that are open at the same time: with a piece each, 32 MiB. */
export const MAX_STREAMS = 512;

/** Bytes of each piece. Full entropy is sent in small ones, as it comes. */
const STREAM_PIECE_BYTES = { full: 1_024, drbg: 65_536 };

/**
 * GET /api/v1/stream. A piece is made when the connection has taken the one before, so a slow reader costs no memory.
 * The answer begins with the first piece: until then, a lack of entropy can be told by status.
 */
export function streamHandler(
  { dispenser, turns, report, closing, idleTimeoutSeconds }: RandomRoutesDeps,
  random: RbgGenerator,
  headers: Headers,
): Handler {
  const pieceBytes = STREAM_PIECE_BYTES[random.mode];
  let open = 0;

  function endless(first: Uint8Array): ReadableStream<Uint8Array> {
    let begun: Uint8Array | undefined = first;
    open += 1;
    return inPieces(turns, {
      async next(signal) {
        const piece = begun ?? new Uint8Array(pieceBytes);
        if (piece !== begun) await random.fill(piece, { signal });
        begun = undefined;
        return piece;
      },
      ended() {
        open -= 1;
      },
      report,
      closing,
    });
  }

  return async (c) => {
    onlyKnown(new URLSearchParams(queryOf(c)), []);
    if (isHead(c.req.raw)) return bodiless(headers);
    const { signal } = c.req.raw;
    await turns.take(signal);
    using _ = keptOpen(c, idleTimeoutSeconds);
    const first = await dispenser.wait(pieceBytes, signal);
    if (closing.aborted) throw tryLater("the server is stopping", 1_000);
    if (open >= MAX_STREAMS) throw tryLater(`${MAX_STREAMS} streams are open, the most there may be`, 1_000);
    return new Response(endless(first), { headers });
  };
}
