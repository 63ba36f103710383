/** Key bindings: the one table for handling keys, the help and the footer. */

export type Action =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "first"
  | "last"
  | "sort-before"
  | "sort-after"
  | "reverse"
  | "filter"
  | "dismiss"
  | "pause"
  | "info"
  | "chart"
  | "freeze"
  | "faster"
  | "slower"
  | "save"
  | "help"
  | "quit"
  | "interrupt"
  | "suspend";

/** Keys that belong together: a line of the help. */
export interface Binding {
  /** Names from the terminal layer: the character itself or a word, after `ctrl+` if that is held. */
  readonly names: Readonly<Partial<Record<Action, readonly string[]>>>;
  /** Names in the help. */
  readonly keys: string;
  readonly does: string;
  /** Entry in the footer, if any; a minor one is shown only if all fit. */
  readonly hint?: Hint;
}

export interface Hint {
  readonly keys: string;
  readonly word: string;
  readonly minor?: boolean;
}

/** In the order of the help. */
export const BINDINGS: readonly Binding[] = [
  {
    names: { up: ["up", "k"], down: ["down", "j"] },
    keys: "up, k, down, j",
    does: "select the source above, below",
    hint: { keys: "j/k", word: "move" },
  },
  {
    names: { "page-up": ["pageup"], "page-down": ["pagedown"], first: ["home"], last: ["end"] },
    keys: "pgup, pgdn, home, end",
    does: "a page up, down; the first, the last",
  },
  {
    names: { "sort-before": ["left", "<"], "sort-after": ["right", ">"] },
    keys: "left, <, right, >",
    does: "sort by the column before, after",
    hint: { keys: "</>", word: "sort" },
  },
  {
    names: { reverse: ["r"] },
    keys: "r",
    does: "reverse the order",
    hint: { keys: "r", word: "reverse", minor: true },
  },
  {
    names: { filter: ["f", "/"] },
    keys: "f, /",
    does: "filter by id, family, state; enter keeps it",
    hint: { keys: "f", word: "filter" },
  },
  {
    names: { dismiss: ["escape"] },
    keys: "esc",
    does: "close help or message; clear the filter",
  },
  {
    names: { pause: ["space"] },
    keys: "space",
    does: "pause or resume the selected source",
    hint: { keys: "space", word: "pause" },
  },
  {
    names: { info: ["i"] },
    keys: "i",
    does: "show or hide what makes its noise",
    hint: { keys: "i", word: "info" },
  },
  {
    names: { chart: ["g"] },
    keys: "g",
    does: "raw trace as line, histogram, lag plot",
    hint: { keys: "g", word: "chart" },
  },
  {
    names: { freeze: ["p"] },
    keys: "p",
    does: "freeze the screen; sampling goes on",
    hint: { keys: "p", word: "freeze", minor: true },
  },
  {
    names: { faster: ["+", "="], slower: ["-"] },
    keys: "+, -",
    does: "refresh more often, less often",
    hint: { keys: "+/-", word: "refresh", minor: true },
  },
  {
    names: { save: ["s"] },
    keys: "s",
    does: "save these figures as JSON in this folder",
    hint: { keys: "s", word: "save", minor: true },
  },
  {
    names: { help: ["?"] },
    keys: "?",
    does: "show or hide this",
    hint: { keys: "?", word: "help" },
  },
  { names: { quit: ["q"] }, keys: "q", does: "quit", hint: { keys: "q", word: "quit" } },
  { names: { suspend: ["ctrl+z"] }, keys: "ctrl-z", does: "suspend; fg brings it back" },
  { names: { interrupt: ["ctrl+c"] }, keys: "ctrl-c", does: "interrupt" },
];

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  BINDINGS.flatMap(({ names }) =>
    Object.entries(names).flatMap(([action, keys]) =>
      keys.map((key): [string, Action] => [key, action as Action]),
    ),
  ),
);

export function actionOf(name: string): Action | undefined {
  return ACTIONS.get(name);
}
