/** The state of the connection, with a button to try again and a form for the token. */

import { formatDuration } from "#kit/format/numbers.ts";
import type { Connection } from "./feed.ts";
import { part, setText } from "./parts.ts";

export interface ConnectionListener {
  readonly retry: () => void;
  readonly unlock: (token: string) => void;
}

export class ConnectionBar {
  readonly #label = part("connection", HTMLElement);
  readonly #retry = part("retry", HTMLElement);
  readonly #form = part("token-form", HTMLFormElement);
  readonly #token = part("token", HTMLInputElement);

  constructor(listener: ConnectionListener) {
    this.#retry.addEventListener("click", () => listener.retry());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      listener.unlock(this.#token.value);
      this.#token.value = "";
    });
  }

  render(connection: Connection): void {
    this.#label.dataset["kind"] = connection.kind;
    setText(this.#label, describe(connection));
    this.#retry.hidden = connection.kind !== "lost";
    const wasHidden = this.#form.hidden;
    this.#form.hidden = connection.kind !== "locked";
    if (wasHidden && !this.#form.hidden) this.#token.focus();
  }
}

function describe(connection: Connection): string {
  switch (connection.kind) {
    case "connecting":
    case "live":
      return connection.kind;
    case "locked":
      return connection.rejected ? "the token was refused" : "a token is needed";
    case "lost":
      return `disconnected: ${connection.reason}; next try in ${formatDuration(connection.retryInMs)}`;
  }
}
