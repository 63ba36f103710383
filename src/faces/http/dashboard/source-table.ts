/** The table of sources. Rows are kept while their figures change, so that focus and text selections survive. */

import { formatAmount, formatFixed } from "#kit/format/numbers.ts";
import type { SourceSnapshot } from "../../../pool/snapshot.ts";
import type { State } from "./model.ts";
import { made, part, setText } from "./parts.ts";
import {
  filterCounts,
  moved,
  type Sort,
  type SortKey,
  type SourceRow,
  type StateFilter,
  sourceRows,
} from "./source-rows.ts";

export interface SourceTableListener {
  readonly select: (id: string) => void;
  readonly sort: (key: SortKey) => void;
  readonly filter: (filter: StateFilter) => void;
}

export class SourceTable {
  readonly #body = part("source-rows", HTMLTableSectionElement);
  readonly #filters = part("filters", HTMLFieldSetElement);
  readonly #heads = [...document.querySelectorAll<HTMLElement>("th[data-key]")];
  readonly #rows = new Map<string, SourceLine>();
  /** The order on the page, and the sorting and filter that it was made for. */
  #ids: readonly string[] = [];
  #arrangement = "";

  constructor(private readonly listener: SourceTableListener) {
    for (const head of this.#heads) {
      head
        .querySelector("button")
        ?.addEventListener("click", () => listener.sort(head.dataset["key"] as SortKey));
    }
    this.#filters.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement) listener.filter(event.target.value as StateFilter);
    });
    this.#body.addEventListener("click", (event) => this.#choose(rowOf(event.target)));
    this.#body.addEventListener("focusin", (event) => this.#choose(rowOf(event.target)));
    this.#body.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const id = moved(this.#ids, rowOf(event.target), event.key);
      if (id === undefined) return;
      event.preventDefault();
      this.#rows.get(id)?.element.focus();
    });
    // The skip link leads to the body of the table, which passes focus on to the row where the keys begin.
    this.#body.addEventListener("focus", () =>
      this.#body.querySelector<HTMLElement>("tr[tabindex='0']")?.focus(),
    );
  }

  render(sources: readonly SourceSnapshot[], { sort, filter, selected, colours }: State): void {
    this.#renderFilters(sources, filter);
    for (const head of this.#heads) setSort(head, sort);
    const rows = sourceRows(sources, sort, filter);
    this.#arrange(rows, JSON.stringify([sort, filter]));
    const reachable = rows.some(({ id }) => id === selected) ? selected : this.#ids[0];
    for (const row of rows) {
      this.#rows
        .get(row.id)!
        .render(row, colours.get(row.id) ?? 0, row.id === selected, row.id === reachable);
    }
  }

  /** Keeps rows in place under the pointer and during keyboard use, unless the user changed the sorting or filter. */
  #arrange(rows: readonly SourceRow[], wanted: string): void {
    const ids = rows.map(({ id }) => id);
    const arrangement = JSON.stringify([wanted, [...ids].sort()]);
    if (arrangement === this.#arrangement && this.#body.matches(":hover, :focus-within")) return;
    this.#arrangement = arrangement;
    if (ids.length === this.#ids.length && ids.every((id, i) => id === this.#ids[i])) return;
    this.#ids = ids;
    const focused = rowOf(document.activeElement);
    for (const id of ids) if (!this.#rows.has(id)) this.#rows.set(id, new SourceLine(id));
    this.#body.replaceChildren(...ids.map((id) => this.#rows.get(id)!.element));
    if (focused !== undefined && ids.includes(focused)) this.#rows.get(focused)!.element.focus();
  }

  #renderFilters(sources: readonly SourceSnapshot[], inUse: StateFilter): void {
    const counts = filterCounts(sources, inUse);
    const inputs = [...this.#filters.querySelectorAll("input")];
    const isSame =
      inputs.length === counts.length && inputs.every((input, i) => input.value === counts[i]!.filter);
    if (!isSame) {
      const focused = inputs.find((input) => input === document.activeElement)?.value;
      for (const label of this.#filters.querySelectorAll("label")) label.remove();
      this.#filters.append(...counts.map(({ filter }) => filterChoice(filter, filter === inUse)));
      if (focused !== undefined)
        this.#filters.querySelector<HTMLElement>(`input[value="${focused}"]`)?.focus();
    }
    const labels = this.#filters.querySelectorAll("span");
    for (const [i, { filter, count }] of counts.entries()) setText(labels[i]!, `${filter} ${count}`);
  }

  #choose(id: string | undefined): void {
    if (id !== undefined) this.listener.select(id);
  }
}

class SourceLine {
  readonly element = made("tr");
  readonly #swatch = made("span", "swatch");
  readonly #reason = made("span", "reason");
  readonly #state = made("span", "badge");
  readonly #samples = numberCell("samples/s");
  readonly #claimed = numberCell("claimed");
  readonly #assessed = numberCell("assessed");
  readonly #credited = numberCell("credited");
  readonly #failures = numberCell("failures");

  constructor(readonly id: string) {
    const head = made("th");
    head.scope = "row";
    head.role = "rowheader";
    const name = made("span", "name");
    name.append(this.#swatch, made("span", "id", id));
    head.append(name, this.#reason);
    const state = made("td");
    state.role = "gridcell";
    state.append(this.#state);
    this.element.role = "row";
    this.element.dataset["id"] = id;
    const numbers = [this.#samples, this.#claimed, this.#assessed, this.#credited, this.#failures];
    this.element.append(head, state, ...numbers);
  }

  render(row: SourceRow, colour: number, isSelected: boolean, isReachable: boolean): void {
    const { element } = this;
    element.dataset["state"] = row.state;
    element.title = row.title;
    element.ariaSelected = String(isSelected);
    element.tabIndex = isReachable ? 0 : -1;
    this.#swatch.style.background = colour > 0 ? `var(--series-${colour})` : "var(--rule)";
    this.#reason.hidden = row.reason === undefined;
    setText(this.#reason, row.reason ?? "");
    setText(this.#state, row.state);
    setText(this.#samples, formatAmount(row.samplesPerSecond));
    setText(this.#claimed, formatFixed(row.claimedH, 3));
    setText(this.#assessed, formatFixed(row.assessedH, 3));
    setText(this.#credited, formatAmount(row.creditedBitsPerSecond));
    setText(this.#failures, String(row.failures));
    this.#failures.title = `${row.healthFailures} of health tests, ${row.faults} errors and hangs`;
    this.#failures.classList.toggle("has-failures", row.failures > 0);
  }
}

/** Names the role: to the browser, a row that is laid out as a card is no row. Cards show the label. */
function numberCell(label: string): HTMLTableCellElement {
  const cell = made("td", "number");
  cell.role = "gridcell";
  cell.dataset["label"] = label;
  return cell;
}

function rowOf(target: unknown): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>("tr[data-id]")?.dataset["id"] : undefined;
}

function setSort(head: HTMLElement, { key, descending }: Sort): void {
  if (head.dataset["key"] === key) head.ariaSort = descending ? "descending" : "ascending";
  else head.removeAttribute("aria-sort");
}

function filterChoice(filter: StateFilter, checked: boolean): HTMLLabelElement {
  const label = made("label");
  const input = made("input");
  input.type = "radio";
  input.name = "filter";
  input.value = filter;
  input.checked = checked;
  label.append(input, made("span"));
  return label;
}
