/** Light or dark: as the system is, unless chosen. */
import { keep, readKept } from "./kept.ts";

const KEY = "cryptex.theme";
export const THEMES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

class Theme {
  #choice = $state<ThemeChoice>(THEMES.find((each) => each === readKept("localStorage", KEY)) ?? "system");
  #systemIsDark = $state(false);
  /** The one that is shown. */
  readonly shown = $derived(
    this.#choice === "system" ? (this.#systemIsDark ? "dark" : "light") : this.#choice,
  );

  constructor() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.#systemIsDark = dark.matches;
    this.#apply();
    dark.addEventListener("change", () => {
      this.#systemIsDark = dark.matches;
      this.#apply();
    });
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice;
    keep("localStorage", KEY, choice === "system" ? undefined : choice);
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset["theme"] = this.shown;
  }
}

export const theme = new Theme();
