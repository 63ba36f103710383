/** How many tools may run at once and still be found; far more than there are sources that use one. */
const SLOTS = 64;

/**
 * The process groups of running tools, in memory that threads can share: a thread that is ended from outside cannot kill
 * its tools any more, so whoever ends it does. Holds nothing but numbers of groups; 0 is a free place.
 */
export class ToolGroups {
  readonly #slots: Int32Array;

  /** @param memory of another one of these, in another thread */
  constructor(
    readonly memory: SharedArrayBuffer = new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT),
  ) {
    this.#slots = new Int32Array(memory);
  }

  add(group: number): void {
    for (let i = 0; i < SLOTS; i++) if (Atomics.compareExchange(this.#slots, i, 0, group) === 0) return;
  }

  remove(group: number): void {
    for (let i = 0; i < SLOTS; i++) if (Atomics.compareExchange(this.#slots, i, group, 0) === group) return;
  }

  /** Kills every tool that is running, with all its children. */
  killAll(): void {
    for (let i = 0; i < SLOTS; i++) {
      const group = Atomics.exchange(this.#slots, i, 0);
      if (group > 0) killGroup(group);
    }
  }
}

export function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    // Nobody is left in it; or, on macOS, nobody who is not a zombie or another user's.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
