/** A line to a server that can be cut, or go dead without a word: a partition of the network. */
import { createConnection, createServer, type Socket } from "node:net";

export class CutLine implements AsyncDisposable {
  readonly #pairs = new Set<readonly [near: Socket, far: Socket]>();
  readonly #server = createServer((near) => this.#join(near));
  #isDead = false;

  private constructor(private readonly port: number) {}

  /** @param port of the server, on loopback */
  static async to(port: number): Promise<CutLine> {
    const line = new CutLine(port);
    const { promise, resolve } = Promise.withResolvers<void>();
    line.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return line;
  }

  get url(): string {
    const address = this.#server.address();
    return `nats://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  /** Drops all connections; new ones are taken. */
  cut(): void {
    for (const pair of this.#pairs) for (const end of pair) end.destroy();
  }

  /** Carries nothing any more, and lets nobody know; new connections hang too. */
  die(): void {
    this.#isDead = true;
  }

  /** Carries again what is sent over new connections. */
  mend(): void {
    this.#isDead = false;
    this.cut();
  }

  #join(near: Socket): void {
    const far = createConnection(this.port, "127.0.0.1");
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("data", (data: Buffer) => {
        if (!this.#isDead) to.write(data);
      });
      from.on("error", () => {}); // `close` follows
      from.on("close", () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
  }
}
