/** The part of nspell 2.1.5 that tools/spelling.ts uses; the package has no types of its own. */
declare module "nspell" {
  interface Speller {
    /** Adds a word as it is written; a word in lower case is then right with a capital, too. */
    add(word: string): Speller;
    correct(word: string): boolean;
    suggest(word: string): string[];
  }
  export default function nspell(dictionary: { readonly aff: Uint8Array; readonly dic: Uint8Array }): Speller;
}
