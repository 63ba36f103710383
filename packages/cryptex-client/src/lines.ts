/** Lines of a body, as they arrive. */
import { CryptexError } from "./problem.ts";

/** A line that is longer does not come from a gateway: its longest are match lines with an explanation. In characters. */
const LONGEST_LINE = 1 << 24;

/**
 * Yields each line without its end, LF or CR LF; a last one without an end is not whole and is left out.
 * @param onBytes called whenever something has arrived
 * @throws CryptexError "unreachable" if the body breaks off, "malformed" for a line without end
 */
export async function* linesOf(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void = () => {},
): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new CryptexError("unreachable", "the answer broke off", { cause });
      });
      if (done) return;
      onBytes();
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop()!;
      if (rest.length > LONGEST_LINE) throw new CryptexError("malformed", "a line of the answer has no end");
      for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
    }
  } finally {
    await reader.cancel().catch(() => {}); // it has broken off already
  }
}

/** Parses a line. @throws CryptexError "malformed" for what is no object */
export function parseObject<T extends object>(text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CryptexError("malformed", "a line of the answer is no JSON", { cause });
  }
  if (typeof value !== "object" || value === null) {
    throw new CryptexError("malformed", "a line of the answer is no JSON object");
  }
  return value as T;
}
