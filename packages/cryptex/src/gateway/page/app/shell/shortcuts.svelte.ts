/** Keys that work anywhere but in fields. They can be switched off: those who speak to their computer type them by accident. */
import { keep, readKept } from "./kept.ts";
import { router } from "./router.svelte.ts";
import { VIEWS } from "./views.ts";

const KEY = "cryptex.shortcuts";
/** Time between `g` and the second key. */
const SECOND_KEY_MS = 1_500;

export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  ...VIEWS.map(({ title, key }) => ({ keys: ["g", key], does: `go to ${title}` })),
  { keys: ["/"], does: "search in this view" },
  { keys: ["n"], does: "new scan, new entry" },
  { keys: ["?"], does: "show these keys" },
];

class Shortcuts {
  #on = $state(readKept("localStorage", KEY) !== "off");
  isHelpOpen = $state(false);
  #startedAt = Number.NEGATIVE_INFINITY;

  get on(): boolean {
    return this.#on;
  }

  set on(on: boolean) {
    this.#on = on;
    keep("localStorage", KEY, on ? undefined : "off");
  }

  /** Obeys a key, if it is one of these. */
  press(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey, timeStamp, target } = event;
    if (!this.#on || ctrlKey || metaKey || altKey || event.defaultPrevented || isTyping(target)) return;
    const isSecond = timeStamp - this.#startedAt < SECOND_KEY_MS;
    this.#startedAt = key === "g" && !isSecond ? timeStamp : Number.NEGATIVE_INFINITY;
    const view = isSecond ? VIEWS.find((each) => each.key === key) : undefined;
    if (view) router.go([view.id]);
    else if (isSecond || !this.#single(key)) return;
    event.preventDefault();
  }

  #single(key: string): boolean {
    if (key === "?") this.isHelpOpen = true;
    else if (key === "/") return focus("[data-search]");
    else if (key === "n") return click("[data-new]");
    else return false;
    return true;
  }
}

/** Fields take all keys for themselves, and so do lists in which letters choose; behind an open dialog nothing happens. */
function isTyping(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open]")) return true;
  return target instanceof Element && target.closest("input,textarea,select,[contenteditable]") !== null;
}

function focus(selector: string): boolean {
  const found = document.querySelector<HTMLElement>(selector);
  found?.focus();
  return found !== null;
}

function click(selector: string): boolean {
  const found = document.querySelector<HTMLElement>(selector);
  found?.click();
  return found !== null;
}

export const shortcuts = new Shortcuts();
