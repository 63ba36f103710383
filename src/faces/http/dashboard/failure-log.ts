/** Failures that were seen, newest first. The list is in a `log`: screen readers read out each new entry. */

import { formatDuration } from "#kit/format/numbers.ts";
import type { Failure } from "./messages.ts";
import { made, part } from "./parts.ts";

export class FailureLog {
  readonly #list = part("failures", HTMLOListElement);
  readonly #none = part("no-failures", HTMLElement);
  readonly #items = new Map<Failure, HTMLLIElement>();

  /** Leaves entries that are shown already in place, so that they are not read out again. */
  render(failures: readonly Failure[]): void {
    this.#none.hidden = failures.length > 0;
    const wanted = new Set(failures);
    for (const [failure, item] of this.#items) {
      if (wanted.has(failure)) continue;
      item.remove();
      this.#items.delete(failure);
    }
    for (const failure of failures.toReversed()) {
      if (this.#items.has(failure)) continue;
      const item = itemOf(failure);
      this.#items.set(failure, item);
      this.#list.prepend(item);
    }
  }
}

function itemOf({ id, reason, atMs }: Failure): HTMLLIElement {
  const item = made("li");
  const when = made("small", "", `after ${formatDuration(atMs)}`);
  item.append(made("span", "id", id), made("span", "", reason), when);
  return item;
}
