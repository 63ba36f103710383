/** Key bindings: the one table for handling keys, the help and the footer. */

export type Action =
  | "up"
  | "down"
  | "pause"
  | "info"
  | "chart"
  | "freeze"
  | "faster"
  | "slower"
  | "save"
  | "help"
  | "dismiss"
  | "quit"
  | "interrupt"
  | "suspend";

export interface Binding {
  readonly action: Action;
  /** Names from the terminal layer: the character itself or a word, after `ctrl+` if that is held. */
  readonly names: readonly string[];
  /** Names in the help. */
  readonly keys: string;
  readonly does: string;
  /** Entry in the footer, if any; a minor one is shown only if all fit. */
  readonly hint?: { readonly keys: string; readonly word: string; readonly minor?: boolean };
}

/** In the order of the help. */
export const BINDINGS: readonly Binding[] = [
  { action: "up", names: ["up", "k"], keys: "up, k", does: "select the source above" },
  {
    action: "down",
    names: ["down", "j"],
    keys: "down, j",
    does: "select the source below",
    hint: { keys: "j/k", word: "move" },
  },
  {
    action: "pause",
    names: ["space"],
    keys: "space",
    does: "pause or resume the selected source",
    hint: { keys: "space", word: "pause" },
  },
  {
    action: "info",
    names: ["i"],
    keys: "i",
    does: "show or hide what makes its noise",
    hint: { keys: "i", word: "info" },
  },
  {
    action: "chart",
    names: ["g"],
    keys: "g",
    does: "raw trace as line, histogram, lag plot",
    hint: { keys: "g", word: "chart" },
  },
  {
    action: "freeze",
    names: ["p"],
    keys: "p",
    does: "freeze the screen; sampling goes on",
    hint: { keys: "p", word: "freeze" },
  },
  { action: "faster", names: ["+", "="], keys: "+", does: "refresh more often" },
  {
    action: "slower",
    names: ["-"],
    keys: "-",
    does: "refresh less often",
    hint: { keys: "+/-", word: "refresh", minor: true },
  },
  {
    action: "save",
    names: ["s"],
    keys: "s",
    does: "save these figures as JSON in this folder",
    hint: { keys: "s", word: "save" },
  },
  { action: "help", names: ["?"], keys: "?", does: "show or hide this", hint: { keys: "?", word: "help" } },
  { action: "dismiss", names: ["escape"], keys: "esc", does: "close help or message" },
  { action: "quit", names: ["q"], keys: "q", does: "quit", hint: { keys: "q", word: "quit" } },
  { action: "suspend", names: ["ctrl+z"], keys: "ctrl-z", does: "suspend; fg brings it back" },
  { action: "interrupt", names: ["ctrl+c"], keys: "ctrl-c", does: "interrupt" },
];

export function actionOf(name: string): Action | undefined {
  return BINDINGS.find(({ names }) => names.includes(name))?.action;
}
