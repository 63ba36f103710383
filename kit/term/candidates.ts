/** Building blocks of completers, which propose words for a command line that is being typed. */

/** Bits for the shells' scripts. With none set, the shell offers files if there is no candidate. */
export const DIRECTIVE = { files: 0, noSpace: 2, noFiles: 4, folders: 16 } as const;

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

/** Completes a value. @param typed its beginning */
export type Completer<Deps> = (typed: string, deps: Deps) => Completion;

export const NOTHING: Completion = { candidates: [], directive: DIRECTIVE.noFiles };
export const ANY_FILE: Completion = { candidates: [], directive: DIRECTIVE.files };
export const ANY_FOLDER: Completion = { candidates: [], directive: DIRECTIVE.folders };

/** Picks the candidates that begin with what is typed. */
export function startingWith(typed: string, candidates: readonly Candidate[]): Completion {
  return {
    candidates: candidates.filter(({ value }) => value.startsWith(typed)),
    directive: DIRECTIVE.noFiles,
  };
}

/**
 * Completes the last part of a comma-separated list. Offers no part twice; a part `id=` counts as used if the list holds
 * `id=` with any value.
 * @param partsFor lists the candidates for a part that is begun
 */
export function completeList(typed: string, partsFor: (begun: string) => readonly Candidate[]): Completion {
  const done = typed.slice(0, typed.lastIndexOf(",") + 1);
  const begun = typed.slice(done.length);
  const there = done.split(",");
  const isThere = (value: string) =>
    there.some((part) => part === value || (value.endsWith("=") && part.startsWith(value)));
  const { candidates } = startingWith(begun, partsFor(begun));
  return {
    candidates: candidates
      .filter(({ value }) => !isThere(value))
      .map(({ value, description }) => ({ value: done + value, description })),
    directive: DIRECTIVE.noFiles | DIRECTIVE.noSpace,
  };
}
