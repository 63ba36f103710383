/** Web hooks that the gateway calls. */
import type { Answer, NewTrigger, Trigger } from "./gateway-types.ts";
import type { CallOptions, Http } from "./http.ts";

export class Triggers {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  list({ signal }: CallOptions = {}): Promise<Answer<"/triggers", "get">> {
    return this.#http.json({ method: "GET", path: "/triggers", signal });
  }

  /** Adds one. A `secret` that the gateway made is in this answer and in no later one. */
  add(trigger: NewTrigger, { signal }: CallOptions = {}): Promise<Answer<"/triggers", "post">> {
    return this.#http.json({ method: "POST", path: "/triggers", json: trigger, signal });
  }

  get(id: string, { signal }: CallOptions = {}): Promise<Trigger> {
    return this.#http.json({ method: "GET", path: pathOf(id), signal });
  }

  async remove(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#http.send({ method: "DELETE", path: pathOf(id), signal });
  }

  /** Has a frame delivered that says it is a test. */
  test(id: string, { signal }: CallOptions = {}): Promise<Answer<"/triggers/{id}/test", "post">> {
    return this.#http.json({ method: "POST", path: `${pathOf(id)}/test`, signal });
  }
}

function pathOf(id: string): string {
  return `/triggers/${encodeURIComponent(id)}`;
}
