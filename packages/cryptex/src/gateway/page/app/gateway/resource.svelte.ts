/** Something that is asked for: its value, or why there is none. */

export class Resource<T> {
  /** Stays while the next one is on its way. */
  value = $state.raw<T>();
  error = $state.raw<unknown>();
  isLoading = $state(false);
  #turn = new AbortController();

  /** Asks; what was asked before and has not come yet is forgotten. */
  async load(ask: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#turn.abort();
    this.#turn = new AbortController();
    const { signal } = this.#turn;
    this.isLoading = true;
    try {
      const value = await ask(signal);
      if (signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.isLoading = false;
  }

  /** Puts a value in place of one that is there or on its way. */
  set(value: T | undefined): void {
    this.#turn.abort();
    this.value = value;
    this.error = undefined;
    this.isLoading = false;
  }

  /** Forgets what is on its way. */
  stop(): void {
    this.#turn.abort();
    this.isLoading = false;
  }
}
