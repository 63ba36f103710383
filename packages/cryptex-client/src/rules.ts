/** Rules, and the sets that they come in. */
import type { Answer, Body, Query, RuleList } from "./gateway-types.ts";
import type { CallOptions, Http } from "./http.ts";

export class Rules {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  find(query: Query<"/rules", "get"> = {}, { signal }: CallOptions = {}): Promise<RuleList> {
    return this.#http.json({ method: "GET", path: "/rules", query, signal });
  }

  show(
    name: string,
    query: Query<"/rules/{name}", "get"> = {},
    { signal }: CallOptions = {},
  ): Promise<Answer<"/rules/{name}", "get">> {
    return this.#http.json({ method: "GET", path: `/rules/${encodeURIComponent(name)}`, query, signal });
  }

  /** Lists rules that are not evaluated, are there twice, or are slow. */
  health(
    query: Query<"/rule-health", "get"> = {},
    { signal }: CallOptions = {},
  ): Promise<Answer<"/rule-health", "get">> {
    return this.#http.json({ method: "GET", path: "/rule-health", query, signal });
  }

  /** Checks the text of rules. */
  validate(text: string, { signal }: CallOptions = {}): Promise<Answer<"/rules/validate", "post">> {
    return this.#ask("/rules/validate", { text }, signal);
  }

  /** Says why a rule matches a file or not. */
  explain(
    question: Body<"/rules/explain", "post">,
    { signal }: CallOptions = {},
  ): Promise<Answer<"/rules/explain", "post">> {
    return this.#ask("/rules/explain", question, signal);
  }

  /** Makes the index of those rules that other programs can load. */
  safeIndex(
    wanted: Body<"/rules/safe-index", "post">,
    { signal }: CallOptions = {},
  ): Promise<Answer<"/rules/safe-index", "post">> {
    return this.#ask("/rules/safe-index", wanted, signal);
  }

  /** These change nothing. */
  #ask<T>(path: string, json: unknown, signal: AbortSignal | undefined): Promise<T> {
    return this.#http.json({ method: "POST", path, json, repeatable: true, signal });
  }
}

export class RuleSets {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  list({ signal }: CallOptions = {}): Promise<Answer<"/rulesets", "get">> {
    return this.#http.json({ method: "GET", path: "/rulesets", signal });
  }

  /** @param ref name or digest */
  get(ref: string, { signal }: CallOptions = {}): Promise<Answer<"/rulesets/{ref}", "get">> {
    return this.#http.json({ method: "GET", path: `/rulesets/${encodeURIComponent(ref)}`, signal });
  }
}
