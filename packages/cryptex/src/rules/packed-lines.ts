/** Lines of text in one block of bytes, found by their numbers. */

const LINE_FEED = 0x0a;

export interface PackedLines {
  readonly count: number;
  line(number: number): string;
}

/** @param packed UTF-8, a line feed at the end of each line */
export function openLines(packed: Uint8Array): PackedLines {
  const starts = [0];
  for (let at = packed.indexOf(LINE_FEED); at >= 0; at = packed.indexOf(LINE_FEED, at + 1))
    starts.push(at + 1);
  const text = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
  return {
    count: starts.length - 1,
    line: (number) => text.toString("utf8", starts[number]!, starts[number + 1]! - 1),
  };
}
