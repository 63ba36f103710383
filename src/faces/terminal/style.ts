/** Styles of text by meaning; terminal.ts picks the colours. */

/** good, warn, bad: states. accent: data and keys. dim: frames and explanations. */
export type Tone = "plain" | "dim" | "good" | "warn" | "bad" | "accent";

export interface Style {
  readonly tone: Tone;
  readonly bold?: boolean;
  readonly inverse?: boolean;
}

export const PLAIN: Style = { tone: "plain" };
export const DIM: Style = { tone: "dim" };
export const BOLD: Style = { tone: "plain", bold: true };
export const ACCENT: Style = { tone: "accent" };
export const KEY: Style = { tone: "accent", bold: true };
export const ALARM: Style = { tone: "bad", bold: true };
