/** The dictionary of a code base. */
import type { Answer, Body, Entry, Query, StoredEntry } from "./gateway-types.ts";
import type { CallOptions, Http } from "./http.ts";

export class Dictionary {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  find(
    query: Query<"/cryptex", "get"> = {},
    { signal }: CallOptions = {},
  ): Promise<Answer<"/cryptex", "get">> {
    return this.#http.json({ method: "GET", path: "/cryptex", query, signal });
  }

  get(codename: string, { signal }: CallOptions = {}): Promise<StoredEntry> {
    return this.#http.json({ method: "GET", path: pathOf(codename), signal });
  }

  /** @throws CryptexError "conflict" if there is an entry of this codename */
  add(entry: Entry, { signal }: CallOptions = {}): Promise<Answer<"/cryptex", "post">> {
    return this.#http.json({ method: "POST", path: "/cryptex", json: entry, signal });
  }

  /**
   * Writes an entry as a whole.
   * @param options.revision of the entry that it replaces; "new" if there is none
   * @throws CryptexError "other-revision" if it is another one by now; `problem.current` has it
   */
  put(
    codename: string,
    entry: Body<"/cryptex/{codename}", "put">,
    { revision, signal }: CallOptions & { readonly revision: number | "new" },
  ): Promise<Answer<"/cryptex/{codename}", "put">> {
    const headers = revision === "new" ? { "if-none-match": "*" } : { "if-match": `"${revision}"` };
    return this.#http.json({ method: "PUT", path: pathOf(codename), headers, json: entry, signal });
  }

  /** @param options.revision of the entry that is meant; any unless given */
  async remove(
    codename: string,
    { revision, signal }: CallOptions & { readonly revision?: number } = {},
  ): Promise<void> {
    const headers = { "if-match": revision === undefined ? undefined : `"${revision}"` };
    await this.#http.send({ method: "DELETE", path: pathOf(codename), headers, signal });
  }

  /** Lists who changed what when. */
  history(
    codename: string,
    query: Query<"/cryptex/{codename}/history", "get"> = {},
    { signal }: CallOptions = {},
  ): Promise<Answer<"/cryptex/{codename}/history", "get">> {
    return this.#http.json({ method: "GET", path: `${pathOf(codename)}/history`, query, signal });
  }
}

function pathOf(codename: string): string {
  return `/cryptex/${encodeURIComponent(codename)}`;
}
