/** Who asks the gateway: the client, and the token that it sends. */
import { CryptexClient } from "../../../../../../cryptex-client/src/index.ts";
import { keep, readKept } from "../shell/kept.ts";

const KEY = "cryptex.token";

class Session {
  /** Kept until the tab is closed. */
  #token = $state(readKept("sessionStorage", KEY));
  /** The gateway wants a token, or another one, and the page asks for it. */
  isAsking = $state(false);
  /** The gateway does not know the token that it was sent. */
  isRefused = $state(false);
  /** Another one whenever the token changes, so that what hangs on it asks again. */
  readonly client = $derived(
    new CryptexClient({
      url: new URL(".", location.href.replace(/[?#].*/s, "")),
      token: this.#token,
      fetch: (url, init) => this.#fetch(url, init),
    }),
  );

  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  unlock(token: string): void {
    this.#token = token === "" ? undefined : token;
    keep("sessionStorage", KEY, this.#token);
    this.isAsking = false;
    this.isRefused = false;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const sent = new Headers(init.headers).has("authorization");
    const response = await fetch(url, init);
    if (response.status === 401) {
      this.isAsking = true;
      this.isRefused = sent;
    }
    return response;
  }
}

export const session = new Session();
