/** A service manager's end of NOTIFY_SOCKET: a Unix socket that takes datagrams. Linux. */
import { closeSync, unlinkSync } from "node:fs";
import { bindCLibrary } from "#kit/native/c-library.ts";
import { turn } from "./fifo-reader.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

export class NotifySocket implements Disposable {
  readonly #libc = bindCLibrary({
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
    recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  });
  readonly #file = this.#libc.socket(AF_UNIX, SOCK_DGRAM, 0);
  readonly #buffer = new Uint8Array(8_192);

  /** @param name a path, or `@` and an abstract name */
  constructor(readonly name: string) {
    const path = Buffer.from(name.startsWith("@") ? `\0${name.slice(1)}` : `${name}\0`);
    const address = Buffer.concat([new Uint8Array(Uint16Array.of(AF_UNIX).buffer), path]);
    if (this.#libc.bind(this.#file, address, address.length) !== 0) throw new Error(`cannot bind ${name}`);
  }

  /** Takes the next message, if there is one. */
  take(): string | undefined {
    const length = Number(this.#libc.recv(this.#file, this.#buffer, this.#buffer.length, MSG_DONTWAIT));
    return length < 0 ? undefined : Buffer.from(this.#buffer.subarray(0, length)).toString();
  }

  /** All messages that are there, in lines. */
  lines(): string[] {
    const lines: string[] = [];
    for (let message = this.take(); message !== undefined; message = this.take())
      lines.push(...message.split("\n"));
    return lines;
  }

  /** Waits for a line that begins so, and returns all lines up to the message that it is in. */
  async until(start: string): Promise<string[]> {
    const lines: string[] = [];
    while (!lines.some((line) => line.startsWith(start))) {
      lines.push(...(this.take()?.split("\n") ?? []));
      await turn();
    }
    return lines;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    if (!this.name.startsWith("@")) unlinkSync(this.name);
  }
}
