/** Scopes of tokens. Each stands for itself: who may write may not read by that. */

export const SCOPES = ["read", "scan", "write"] as const;
export type Scope = (typeof SCOPES)[number];

/** A file with a token, and what whoever has it may do. */
export interface TokenFlag {
  readonly scopes: readonly Scope[];
  readonly file: string;
}
