import type { Generator } from "../../rbg/generator.ts";
import type { Fifo } from "./fifo.ts";

/**
 * Keeps the FIFO filled until the signal is aborted. While nobody reads, the pipe is full and this waits. It waits for
 * entropy without limit: missing bytes are never replaced by weaker ones. If this process is copied, the bytes that wait in
 * the pipe are thrown away.
 * @param pieceBytes number of bytes made and written at a time
 * @param notice tells the user what is waited for, until it is disposed
 * @param onWritten is called whenever readers have something to read
 * @throws the signal's reason; InsufficientEntropyError when no source can ever deliver
 */
export async function serveFifo(
  fifo: Fifo,
  generator: Generator,
  encode: (piece: Uint8Array) => Uint8Array,
  pieceBytes: number,
  notice: () => Disposable,
  onWritten: () => void,
  signal: AbortSignal,
): Promise<never> {
  const piece = new Uint8Array(pieceBytes);
  try {
    for (;;) {
      const { epoch } = generator;
      {
        using _ = notice();
        await generator.fill(piece, { signal });
      }
      await fifo.write(encode(piece), signal, () => generator.epoch !== epoch);
      onWritten();
    }
  } finally {
    piece.fill(0);
  }
}
