/** Speaks the protocol of EGD as its clients do. */
import { connect, type Socket } from "node:net";

export class EgdClient implements Disposable {
  #held = Buffer.alloc(0);
  #more = Promise.withResolvers<void>();
  #isOver = false;

  private constructor(readonly socket: Socket) {
    socket.on("data", (piece) => {
      this.#held = Buffer.concat([this.#held, piece as Buffer]);
      this.#wake();
    });
    socket.on("error", () => {}); // "close" follows
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.#isOver = true;
        this.#wake();
      });
    }
  }

  static connect(path: string): Promise<EgdClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ path, allowHalfOpen: true }, () => resolve(new EgdClient(socket)));
      socket.once("error", reject);
    });
  }

  say(...bytes: readonly number[]): void {
    this.socket.write(Uint8Array.from(bytes));
  }

  /** Says nothing more, and still listens. */
  end(): void {
    this.socket.end();
  }

  /** Resolves with exactly so many bytes. @throws Error if the connection ends before */
  async hear(length: number): Promise<Buffer> {
    while (this.#held.length < length) {
      if (this.#isOver) throw new Error(`the connection ended after ${this.#held.length} of ${length} bytes`);
      await this.#more.promise;
    }
    const heard = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return heard;
  }

  /** Waits for the end of the connection, and resolves with what was said before. */
  async hearAll(): Promise<Buffer> {
    while (!this.#isOver) await this.#more.promise;
    return this.hear(this.#held.length);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async level(): Promise<number> {
    this.say(0);
    return (await this.hear(4)).readUInt32BE();
  }

  async readReady(bytes: number): Promise<Buffer> {
    this.say(1, bytes);
    return this.hear((await this.hear(1))[0]!);
  }

  async read(bytes: number): Promise<Buffer> {
    this.say(2, bytes);
    return this.hear(bytes);
  }

  async pid(): Promise<string> {
    this.say(4);
    return (await this.hear((await this.hear(1))[0]!)).toString("latin1");
  }

  #wake(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
