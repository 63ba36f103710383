/** Counts what the health tests count, without cutoffs: by code of its own, so that it also checks them. */
export class Extremes {
  #symbol = -1;
  #count = 0;
  #taken = 0;
  #most = 0;

  /** @param window W of an adaptive proportion test; null: runs */
  constructor(private readonly window: number | null) {}

  /** The longest run, or the highest count of a window's first symbol within it; 0 before the first symbol. */
  get seen(): number {
    return this.#most;
  }

  add(symbols: Uint8Array): void {
    if (this.window === null) this.#countRuns(symbols);
    else this.#countWindows(symbols, this.window);
  }

  #countRuns(symbols: Uint8Array): void {
    let symbol = this.#symbol;
    let count = this.#count;
    let most = this.#most;
    for (let i = 0; i < symbols.length; i++) {
      const next = symbols[i]!;
      count = next === symbol ? count + 1 : 1;
      symbol = next;
      if (count > most) most = count;
    }
    this.#symbol = symbol;
    this.#count = count;
    this.#most = most;
  }

  #countWindows(symbols: Uint8Array, window: number): void {
    for (let i = 0; i < symbols.length; i++) {
      if (this.#taken === 0) {
        this.#symbol = symbols[i]!;
        this.#count = 0;
      }
      if (symbols[i] === this.#symbol) this.#count += 1;
      if (this.#count > this.#most) this.#most = this.#count;
      this.#taken = (this.#taken + 1) % window;
    }
  }
}
