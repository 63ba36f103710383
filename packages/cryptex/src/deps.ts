/** The dependencies of commands beside their options. The program takes them from its process; tests make their own. */
export interface Deps {
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function programDeps(): Deps {
  return { env: process.env };
}
