/** Most tools tracked at once; far more than there are sources that use one. */
const SLOTS = 64;

/**
 * Process groups of running tools, in memory that threads share. A terminated thread cannot kill its tools, so the
 * thread that terminated it does. A slot holds the number of a group, or 0 if it is free.
 */
export class ToolGroups {
  readonly #slots: Int32Array;

  /** @param memory `memory` of a ToolGroups in another thread */
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

  /** Kills every running tool with all its children. */
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
    // ESRCH: the group is empty. EPERM, on macOS: only zombies or another user's processes are left in it.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
