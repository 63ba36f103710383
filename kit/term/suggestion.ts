import { closest, distance } from "fastest-levenshtein";

/** Makes the hint `did you mean …?` with up to three similar candidates, else the most similar one. Empty without candidates. */
export function suggestion(word: string, candidates: readonly string[]): string[] {
  if (candidates.length === 0) return [];
  const near = candidates
    .filter((candidate) => candidate.includes(word) || distance(word, candidate) <= 2 + word.length / 5)
    .slice(0, 3);
  const nearest = near.length > 0 ? near : [closest(word, candidates)];
  return [`did you mean ${nearest.map((name) => `'${name}'`).join(", ")}?`];
}
