import type { Fifo } from "./fifo.ts";
import type { Supply } from "./supply.ts";

/**
 * Keeps the FIFO filled until the signal is aborted. While nobody reads, the pipe is full and this waits.
 * @param pieceBytes made and written at a time, and what is on its way to a pipe that is full
 * @throws the signal's reason; InsufficientEntropyError when no source can ever deliver
 */
export async function serveFifo(
  fifo: Fifo,
  supply: Supply,
  encode: (piece: Uint8Array) => Uint8Array,
  pieceBytes: number,
  signal: AbortSignal,
): Promise<never> {
  const piece = new Uint8Array(pieceBytes);
  try {
    for (;;) {
      await supply.fill(piece, signal);
      await fifo.write(encode(piece), signal);
    }
  } finally {
    piece.fill(0);
  }
}
