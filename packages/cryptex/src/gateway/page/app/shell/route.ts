/** Places in the page, as they stand behind the # of its address. A reload keeps them, and they can be passed on. */

export interface Route {
  /** Parts between slashes; the first names the view. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Queries with a value; undefined and "" leave one out. */
export type RouteQuery = Readonly<Record<string, string | undefined>>;

/** Reads any text, for people edit addresses. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  return {
    path: path
      .split("/")
      .filter((part) => part !== "")
      .map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** Writes an address: `#/rules/show/a%2Fb?set=house`. */
export function hashOf(path: readonly string[], query: RouteQuery = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const text = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray %
  }
}
