/** The endpoints that hand out random bytes. */
import type { Context } from "hono";
import { onAbort } from "#kit/abort.ts";
import { parameter, queryOf, wholeNumber } from "#kit/http/query.ts";
import { tryLater } from "#kit/http/refusal.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import { type AnuRequest, encodeAnu, MAX_REQUEST_BYTES, parseAnuRequest } from "./anu.ts";
import type { Dispenser } from "./dispenser.ts";

/** GET /api/v1/random, /API/jsonI.php */
export function anuHandler(dispenser: Dispenser, headers: Headers) {
  const requests = new ParsedRequests();
  return (c: Context): Response | Promise<Response> => {
    const request = requests.parse(queryOf(c));
    const answer = (given: Uint8Array) => new Response(encodeAnu(request, given), { headers });
    const bytes = new Uint8Array(request.length * request.size);
    return dispenser.fillNow(bytes)
      ? answer(bytes)
      : dispenser.wait(bytes.length, c.req.raw.signal).then(answer);
  };
}

/** Parses each query once: clients repeat theirs. */
class ParsedRequests {
  readonly #known = new Map<string, AnuRequest>();

  /** @throws Refusal */
  parse(query: string): AnuRequest {
    const known = this.#known.get(query);
    if (known) return known;
    const request = parseAnuRequest(new URLSearchParams(query));
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    if (query.length <= MAX_KNOWN_LENGTH) this.#known.set(query, request);
    return request;
  }
}

const MAX_KNOWN = 256;
const MAX_KNOWN_LENGTH = 128;

/** GET /api/v1/bytes */
export function bytesHandler(dispenser: Dispenser, headers: Headers) {
  // A Response copies its body (Fetch standard, "extract a body"), so one buffer serves all. A new one for each large
  // answer would cost twice the time that filling it takes.
  const buffer = new Uint8Array(MAX_REQUEST_BYTES);
  const answer = (bytes: Uint8Array) => {
    const response = new Response(bytes as Uint8Array<ArrayBuffer>, { headers });
    bytes.fill(0);
    return response;
  };
  return (c: Context): Response | Promise<Response> => {
    const length = wholeNumber("n", parameter(new URLSearchParams(queryOf(c)), "n"), 1, MAX_REQUEST_BYTES);
    const bytes = buffer.subarray(0, length);
    return dispenser.fillNow(bytes) ? answer(bytes) : dispenser.wait(length, c.req.raw.signal).then(answer);
  };
}

/** Most streams that are open at the same time. */
export const MAX_STREAMS = 256;

/** Bytes of each piece. Full entropy is sent in small ones, as it comes. */
const STREAM_PIECE_BYTES = { full: 1_024, drbg: 65_536 };

/**
 * GET /api/v1/stream. A piece is made when the connection has taken the one before, so a slow reader costs no memory.
 * The answer begins with the first piece: until then, a lack of entropy can be told by status.
 * @param closing ends all streams
 */
export function streamHandler(
  random: RbgGenerator,
  dispenser: Dispenser,
  closing: AbortSignal,
  report: (error: unknown) => void,
  headers: Headers,
) {
  const pieceBytes = STREAM_PIECE_BYTES[random.mode];
  const streams = new Set<() => void>();
  onAbort(closing, () => {
    for (const end of streams) end();
  });

  function endless(first: Uint8Array): ReadableStream<Uint8Array> {
    const ended = new AbortController();
    let end = () => {};
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          end = () => {
            streams.delete(end);
            ended.abort();
            controller.close();
          };
          streams.add(end);
          controller.enqueue(first);
        },
        async pull(controller) {
          try {
            const piece = new Uint8Array(pieceBytes);
            await random.fill(piece, { signal: ended.signal });
            if (ended.signal.aborted) piece.fill(0);
            else controller.enqueue(piece);
          } catch (error) {
            streams.delete(end);
            // Cut off instead of closed, so that no client takes it for a complete answer.
            if (ended.signal.aborted) return;
            report(error);
            controller.error(); // with a reason, Bun would print it to stderr
          }
        },
        cancel() {
          streams.delete(end);
          ended.abort();
        },
      },
      { highWaterMark: 0 },
    );
  }

  return async (c: Context): Promise<Response> => {
    if (c.req.method === "HEAD") return new Response(null, { headers });
    const first = await dispenser.wait(pieceBytes, c.req.raw.signal);
    if (closing.aborted) throw tryLater("the server is stopping", 1_000);
    if (streams.size >= MAX_STREAMS)
      throw tryLater(`${MAX_STREAMS} streams are open, the most there may be`, 1_000);
    return new Response(endless(first), { headers });
  };
}
