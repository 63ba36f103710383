/** Finds what a code base defines: functions, methods, types, with their places. */
import { type CodeRequest, readCode } from "./harvest.ts";
import type { Definition } from "./outline.ts";
import type { LeftOut } from "./source-files.ts";

export interface DiscoverRequest extends CodeRequest {
  /** Definitions that are kept; those of the first files in the order of paths. */
  readonly mostDefinitions: number;
}

export interface Discovery {
  /** In the order of paths and lines. */
  readonly definitions: readonly PlacedDefinition[];
  /** Files that were read, by language. */
  readonly languages: Readonly<Record<string, number>>;
  /** Files that were not read, and folders that were not looked into. */
  readonly leftOut: readonly LeftOut[];
  /** Files in no language that is read. */
  readonly others: number;
  /** Files of which the parser did not understand everything, with percent of characters that it did. */
  readonly doubtful: readonly { readonly path: string; readonly understood: number }[];
}

export interface PlacedDefinition extends Definition {
  readonly path: string;
  readonly language: string;
  /** True where nothing else in the code base has its symbol. */
  readonly isOne: boolean;
}

/** @throws the signal's reason */
export async function discover(
  { mostDefinitions, ...request }: DiscoverRequest,
  signal: AbortSignal,
  progress: (files: number, of: number) => void,
): Promise<Discovery> {
  const { files, leftOut, others } = await readCode(request, signal, progress);
  const counts = new Map<string, number>();
  for (const { definitions } of files)
    for (const { symbol } of definitions) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  const definitions: PlacedDefinition[] = [];
  const lost: LeftOut[] = [];
  for (const { path, language, definitions: own } of files) {
    if (definitions.length + own.length > mostDefinitions) {
      const reason = `left out: with its ${own.length} definitions there would be more than ${mostDefinitions}`;
      lost.push({ path, reason, isLoss: true });
      continue;
    }
    for (const definition of own)
      definitions.push({ ...definition, path, language, isOne: counts.get(definition.symbol) === 1 });
  }
  const languages = Map.groupBy(files, ({ language }) => language);
  return {
    definitions,
    languages: Object.fromEntries([...languages].map(([name, { length }]) => [name, length])),
    leftOut: [...leftOut, ...lost],
    others,
    doubtful: files
      .filter(({ understood }) => understood < 100)
      .map(({ path, understood }) => ({ path, understood })),
  };
}
