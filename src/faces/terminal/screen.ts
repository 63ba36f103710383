/** The terminal as the dashboard sees it: draws frames and reports what the user does. */
import type { Frame } from "./frame.ts";

export interface Screen extends AsyncDisposable {
  readonly width: number;
  readonly height: number;
  draw(frame: Frame): void;
  /** Gives the terminal back and stops the process, as ctrl-z does to any program; takes it again afterwards. */
  suspend(): void;
}

export interface ScreenEvents {
  /** @param name the character or the name of the key, after `ctrl+` if that is held */
  key(name: string): void;
  paste(text: string): void;
  press(x: number, y: number): void;
  wheel(rows: number): void;
  resize(width: number, height: number): void;
  /** The terminal is gone. */
  hangUp(): void;
  /** An error was not caught. */
  crash(error: unknown): void;
}

export type OpenScreen = (events: ScreenEvents) => Promise<Screen>;
