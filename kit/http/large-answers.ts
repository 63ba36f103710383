/** Answers that are held whole and are large: how much of them is under way at a time. */
import { inPieces } from "./pieces.ts";
import { tryLater } from "./refusal.ts";
import type { NetworkTurns } from "./turns.ts";

/** Shorter answers are handed to the runtime as they are. */
const PIECE_BYTES = 65_536;

/** Bytes of large answers that are held for readers at a time. */
const MOST_BYTES = 64 * 2 ** 20;

/** Time after which who was refused asks again, milliseconds. */
const LATER_MS = 5_000;

export class LargeAnswers {
  #held = 0;

  constructor(
    private readonly turns: NetworkTurns,
    private readonly report: (error: unknown) => void,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  /**
   * Has a large answer sent piece by piece, and counts it until it was taken or its reader has gone. Event streams stay as they are.
   * @throws Refusal 503 where too much is under way
   */
  async send(response: Response): Promise<Response> {
    const { status, headers, body } = response;
    if (body === null || headers.get("content-type")?.startsWith("text/event-stream")) return response;
    const content = await response.bytes();
    if (content.length <= PIECE_BYTES) return new Response(content, { status, headers });
    if (this.#held + content.length > this.mostBytes)
      throw tryLater("too many large answers are under way: ask again later", LATER_MS);
    this.#held += content.length;
    let sent = 0;
    const pieces = inPieces(this.turns, {
      next: async () => {
        const piece = content.subarray(sent, sent + PIECE_BYTES);
        sent += piece.length;
        return piece.length > 0 ? piece : undefined;
      },
      ended: () => {
        this.#held -= content.length;
      },
      report: this.report,
    });
    return new Response(pieces, { status, headers });
  }
}
