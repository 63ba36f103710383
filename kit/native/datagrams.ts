/** Datagrams to a Unix socket, for which the runtime has no call: unix(7). Linux. */
import { closeSync } from "node:fs";
import { constants as os } from "node:os";
import { getSystemErrorName } from "node:util";
import { NativeError } from "../errors.ts";
import { bindCLibrary, ERRNO, errnoAt } from "./c-library.ts";
import { once } from "./calls.ts";

const FUNCTIONS = {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
  ...ERRNO,
} as const;

const functions = once(() => bindCLibrary(FUNCTIONS));

const AF_UNIX = 1;
/** SOCK_DGRAM and SOCK_CLOEXEC. */
const KIND = 2 | 0o200_0000;
/** MSG_DONTWAIT and MSG_NOSIGNAL. */
const FLAGS = 0x40 | 0x4000;

/** Bytes of sun_path. A path has a zero byte behind it, an abstract name one before it. */
const MOST_NAME_BYTES = 108 - 1;

/** The queue of who receives is full: what was not sent now may be sent later. */
const FULL: readonly number[] = [os.errno.EAGAIN, os.errno.ENOBUFS];

export class Datagrams implements Disposable {
  readonly #file: number;
  readonly #address: Uint8Array;

  /**
   * @param name absolute path of a socket, or `@` and the name of an abstract one
   * @throws RangeError for another name, or one that is too long; NativeError
   */
  constructor(name: string) {
    this.#address = addressOf(name);
    this.#file = functions().socket(AF_UNIX, KIND, 0);
    if (this.#file < 0) throw failure("socket");
  }

  /** Sends without waiting. @returns false while nobody takes out what was sent before @throws NativeError if nobody is there */
  send(text: string): boolean {
    const bytes = Buffer.from(text);
    const { sendto } = functions();
    if (sendto(this.#file, bytes, bytes.length, FLAGS, this.#address, this.#address.length) >= 0) return true;
    const error = failure("sendto");
    if (FULL.includes(error.errno ?? 0)) return false;
    throw error;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** Encodes `struct sockaddr_un`, as long as it has to be: the length is part of an abstract name. */
function addressOf(name: string): Uint8Array {
  const bytes = Buffer.from(name);
  if (!/^[/@]./s.test(name) || name.includes("\0")) {
    throw new RangeError("it is no absolute path, and no @ with a name");
  }
  if (bytes.length > MOST_NAME_BYTES) throw new RangeError(`it has more than ${MOST_NAME_BYTES} bytes`);
  const isAbstract = name.startsWith("@");
  const family = new Uint8Array(Uint16Array.of(AF_UNIX).buffer);
  return isAbstract
    ? Buffer.concat([family, Buffer.from([0]), bytes.subarray(1)])
    : Buffer.concat([family, bytes, Buffer.from([0])]);
}

function failure(what: string): NativeError {
  const errno = errnoAt(functions().__errno_location());
  return new NativeError(`${what}: ${errno === 0 ? "unknown error" : getSystemErrorName(-errno)}`, errno);
}
