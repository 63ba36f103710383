/** How text may look, by meaning. Which colours that takes is decided where it is drawn. */

/** good, warn, bad: states · accent: data and keys · dim: what only frames or explains */
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
