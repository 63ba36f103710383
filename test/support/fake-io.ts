/** A terminal or pipe that only remembers. */
import { Writable } from "node:stream";
import { createConsola } from "consola/basic";
import { ClosedPipeError } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";

export interface FakeIo extends Io {
  readonly written: () => Buffer;
  readonly talk: () => string;
  readonly interrupt: AbortController;
  /** As SIGHUP does where it is not the end. */
  readonly hangUp: () => void;
}

export function fakeIo(
  options: {
    terminal?: boolean;
    columns?: number;
    unicode?: boolean;
    color?: boolean;
    closesAfter?: number;
    signal?: AbortSignal;
  } = {},
): FakeIo {
  const pieces: Buffer[] = [];
  let length = 0;
  let talk = "";
  let onHangUp: (() => void) | undefined;
  const interrupt = new AbortController();
  const sink = new Writable({
    write(chunk: Buffer, _: string, done: () => void) {
      talk += chunk.toString();
      done();
    },
  });
  return {
    async out(data) {
      interrupt.signal.throwIfAborted();
      if (length >= (options.closesAfter ?? Number.POSITIVE_INFINITY)) throw new ClosedPipeError();
      const bytes = Buffer.from(data as Uint8Array);
      pieces.push(bytes);
      length += bytes.length;
    },
    async outToTheEnd(data) {
      if (length >= (options.closesAfter ?? Number.POSITIVE_INFINITY)) throw new ClosedPipeError();
      const bytes = Buffer.from(data as Uint8Array);
      pieces.push(bytes);
      length += bytes.length;
    },
    outIsTerminal: options.terminal ?? false,
    inIsTerminal: options.terminal ?? false,
    widenPipe: () => {},
    columns: options.columns ?? 80,
    unicode: options.unicode ?? true,
    log: createConsola({
      stdout: sink as never,
      stderr: sink as never,
      formatOptions: { date: false, colors: false },
    }),
    err: (text) => {
      talk += text;
    },
    errIsTerminal: false,
    color: options.color ?? false,
    errColor: false,
    signal: options.signal ?? interrupt.signal,
    onHangUp(act) {
      onHangUp = act;
      return {
        [Symbol.dispose]() {
          onHangUp = undefined;
        },
      };
    },
    hangUp: () => onHangUp?.(),
    written: () => Buffer.concat(pieces),
    talk: () => talk,
    interrupt,
  };
}
