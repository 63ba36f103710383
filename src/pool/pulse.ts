import type { PoolStatus } from "./status.ts";

/** Tells a watchdog if a pool gets the noise that it wants. */
export class Pulse {
  #wanted = false;
  #creditedBits = 0;

  constructor(private readonly pool: { readonly isWanting: boolean; status(): Pick<PoolStatus, "ledger"> }) {}

  /** False if the pool wanted noise when this was asked before, wants it still, and was credited nothing in between. */
  isWell(): boolean {
    const { isWanting } = this.pool;
    const { creditedBits } = this.pool.status().ledger;
    const isStuck = this.#wanted && isWanting && creditedBits === this.#creditedBits;
    this.#wanted = isWanting;
    this.#creditedBits = creditedBits;
    return !isStuck;
  }
}
