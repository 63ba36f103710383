/** Refuses doc comments that open as a riddle: "What is given …", "Whether …", "Of those …", "So many …". */

const OPENINGS = /^(What|Whether|Of|So)\b/;

/** Returns `path:line: opening words` for each doc comment that does not begin with a verb, a thing or a place to look it up. */
export function obscureComments(path: string, text: string): string[] {
  return [...text.matchAll(/\/\*\*(?!\/)([\s\S]*?)\*\//g)].flatMap((comment) => {
    const words = comment[1]!.replace(/^\s*\*?\s*/, "").trim();
    if (!OPENINGS.test(words)) return [];
    const line = text.slice(0, comment.index).split("\n").length;
    return [`${path}:${line}: ${words.split(/\s+/).slice(0, 6).join(" ")} …`];
  });
}
