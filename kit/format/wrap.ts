/** Breaks text into lines of at most `width` characters, at spaces; cuts words that are longer than a line. */
export function wrap(text: string, width: number): string[] {
  if (width < 1) return [];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    for (const piece of pieces(word, width)) {
      if (line !== "" && line.length + 1 + piece.length <= width) line += ` ${piece}`;
      else {
        if (line !== "") lines.push(line);
        line = piece;
      }
    }
  }
  return line === "" ? lines : [...lines, line];
}

function pieces(word: string, width: number): string[] {
  const result: string[] = [];
  for (let at = 0; at < word.length; at += width) result.push(word.slice(at, at + width));
  return result;
}
