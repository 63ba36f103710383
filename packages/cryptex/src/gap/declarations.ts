/** Declarations of ports: gap.toml and comments of ports together. */
import { GAP_TOML, type Mapping } from "./gap-toml.ts";
import type { PortsComment } from "./ports-comments.ts";

/** All that is said of one component and one port. */
export interface Declaration {
  readonly from: string;
  readonly to: string;
  /** Symbols of the component that it is about; none: the whole of it. */
  readonly about: readonly string[];
  readonly symbols: readonly string[];
  readonly tests: readonly string[];
  /** Digests of the component when it was declared; one, unless declarations contradict each other. */
  readonly digests: readonly string[];
  /** Parts that are said to be missing yet. */
  readonly missing: readonly string[];
  readonly declaredIn: readonly string[];
  /** For messages: `gap.toml`, `port.rs:3`. */
  readonly places: readonly string[];
}

interface Said {
  readonly from: string;
  readonly to: string;
  readonly about?: string;
  readonly symbols: readonly string[];
  readonly tests: readonly string[];
  readonly sha256?: string;
  readonly missing?: string;
  readonly file: string;
  readonly place: string;
}

/** In the order of components and ports. */
export function declarationsOf(
  maps: readonly Mapping[],
  comments: readonly PortsComment[],
): readonly Declaration[] {
  const said: Said[] = [
    ...maps.flatMap((map) =>
      map.to === undefined ? [] : [{ ...map, to: map.to, file: GAP_TOML, place: GAP_TOML }],
    ),
    ...comments.map(({ symbol, ...comment }) => ({
      ...comment,
      symbols: symbol === undefined ? [] : [symbol],
      tests: [],
      file: comment.to,
      place: `${comment.to}:${comment.line}`,
    })),
  ];
  return [...Map.groupBy(said, ({ from, to }) => `${from}\0${to}`).values()].map(together).sort(byNames);
}

function together(said: readonly Said[]): Declaration {
  const { from, to } = said[0]!;
  const isWhole = said.some(({ about }) => about === undefined);
  return {
    from,
    to,
    about: isWhole ? [] : unique(said.flatMap(({ about = [] }) => about)).sort(),
    symbols: unique(said.flatMap(({ symbols }) => symbols)),
    tests: unique(said.flatMap(({ tests }) => tests)),
    digests: unique(said.flatMap(({ sha256 = [] }) => sha256)),
    missing: unique(said.flatMap(({ missing = [] }) => missing)),
    declaredIn: unique(said.map(({ file }) => file)).sort(),
    places: unique(said.map(({ place }) => place)).sort(),
  };
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}

function byNames(a: Declaration, b: Declaration): number {
  if (a.from !== b.from) return a.from < b.from ? -1 : 1;
  return a.to < b.to ? -1 : 1;
}
