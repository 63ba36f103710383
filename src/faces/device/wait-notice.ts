/** Wait before the first notice, and between further ones. */
const FIRST_NOTICE_MS = 5_000;
const NOTICE_EVERY_MS = 60_000;

/** Tells the user why a wait for entropy takes long: `using _ = new WaitNotice(pool, warn)`. */
export class WaitNotice implements Disposable {
  #timer: ReturnType<typeof setTimeout>;

  constructor(
    private readonly pool: { shortage(): string },
    private readonly warn: (text: string) => void,
    firstNoticeMs = FIRST_NOTICE_MS,
  ) {
    this.#timer = setTimeout(() => this.#notify(), firstNoticeMs);
  }

  #notify(): void {
    this.warn(`waiting for entropy: ${this.pool.shortage()}`);
    this.#timer = setTimeout(() => this.#notify(), NOTICE_EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
