/** The gap report: what is ported and what is not. */
import type { Answer, Body, GapComponent, GapReport, Query } from "./gateway-types.ts";
import type { CallOptions, Http } from "./http.ts";

export class Gap {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  report(query: Query<"/gap", "get"> = {}, { signal }: CallOptions = {}): Promise<GapReport> {
    return this.#http.json({ method: "GET", path: "/gap", query, signal });
  }

  /** Has the report made anew. */
  scan({ signal }: CallOptions = {}): Promise<Answer<"/gap/scan", "post">> {
    // Made twice, it is the same.
    return this.#http.json({ method: "POST", path: "/gap/scan", repeatable: true, signal });
  }

  set(
    component: string,
    facts: Body<"/gap/{component}", "patch">,
    { signal }: CallOptions = {},
  ): Promise<GapComponent> {
    return this.#http.json({
      method: "PATCH",
      path: `/gap/${encodeURIComponent(component)}`,
      json: facts,
      signal,
    });
  }

  history({ signal }: CallOptions = {}): Promise<Answer<"/gap/history", "get">> {
    return this.#http.json({ method: "GET", path: "/gap/history", signal });
  }
}
