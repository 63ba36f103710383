/** Typing the filter: what a key makes of it. Pure. */
import { visible } from "#kit/format/visible.ts";
import type { Model } from "./model.ts";

/** Longest filter, characters: an id of 21, a family of 10 and words of the state. */
export const MAX_FILTER = 40;

/** @returns undefined if the key has nothing to do with typing */
export function typedKey(model: Model, name: string): Model | undefined {
  switch (name) {
    case "return":
    case "enter":
    case "linefeed":
    case "kpenter":
      return { ...model, typing: false };
    case "escape":
      return { ...model, typing: false, filter: "" };
    case "backspace":
      return { ...model, filter: Array.from(model.filter).slice(0, -1).join("") };
    case "space":
      return typed(model, " ");
    default:
      return Array.from(name).length === 1 ? typed(model, name) : undefined;
  }
}

/** Appends text to the filter, as far as it may be seen and there is room. */
export function typed(model: Model, text: string): Model {
  const seen = Array.from(text.slice(0, 2 * MAX_FILTER)).filter((sign) => visible(sign) === sign);
  return { ...model, filter: [...Array.from(model.filter), ...seen].slice(0, MAX_FILTER).join("") };
}
