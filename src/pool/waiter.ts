/** A request for bytes that is not complete yet, and the bytes it has got so far. They are wiped when it fails. */
export class Waiter {
  readonly #bytes: Uint8Array;
  #filled = 0;

  /** @param forget called when the signal ended the wait */
  constructor(
    length: number,
    private readonly resolve: (bytes: Uint8Array) => void,
    private readonly reject: (reason: unknown) => void,
    private readonly signal: AbortSignal | undefined,
    private readonly forget: () => void,
  ) {
    this.#bytes = new Uint8Array(length);
    signal?.addEventListener("abort", this.#onAbort);
  }

  get isComplete(): boolean {
    return this.#filled === this.#bytes.length;
  }

  /** @param take moves bytes into the array it is given, and returns how many @returns how many it took */
  fill(take: (out: Uint8Array) => number): number {
    const taken = take(this.#bytes.subarray(this.#filled));
    this.#filled += taken;
    return taken;
  }

  succeed(): void {
    this.signal?.removeEventListener("abort", this.#onAbort);
    this.resolve(this.#bytes);
  }

  fail(reason: unknown): void {
    this.signal?.removeEventListener("abort", this.#onAbort);
    this.#bytes.fill(0);
    this.reject(reason);
  }

  #onAbort = (): void => {
    this.fail(this.signal?.reason);
    this.forget();
  };
}
