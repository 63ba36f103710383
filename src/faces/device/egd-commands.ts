/**
 * The protocol of EGD 0.9, the entropy-gathering daemon, which QEMU's rng-egd speaks, too: the side of clients. A byte names the
 * command; docs/DEVICE.md has the answers.
 *
 *     00              how many bits are there?
 *     01 n            n bytes, or as many as are there
 *     02 n            n bytes, however long it takes
 *     03 bits₂ n …    takes n bytes of entropy, worth so many bits (two bytes, big-endian); no answer
 *     04              the process id
 */
export type EgdCommand =
  | { readonly kind: "level" | "take" | "pid" }
  | { readonly kind: "read-ready" | "read"; readonly bytes: number };

/** The client does not speak the protocol. What follows cannot be understood. */
export class EgdProtocolError extends Error {
  override name = "EgdProtocolError";
}

/** Bytes of each command, but for those that 03 brings. */
const HEAD_BYTES: readonly number[] = [1, 2, 2, 4, 1];

/** Reads the commands of one client, wherever the pieces are cut. Keeps at most four bytes. */
export class EgdCommands {
  readonly #head: number[] = [];
  /** Bytes of the client's own that are still to come. They are not looked at. */
  #brought = 0;

  /** Yields the commands that a piece completes. @throws EgdProtocolError for a byte that begins none */
  *read(piece: Uint8Array): Generator<EgdCommand> {
    for (let at = 0; at < piece.length; ) {
      const skipped = Math.min(this.#brought, piece.length - at);
      this.#brought -= skipped;
      at += skipped;
      if (at === piece.length) return;
      this.#head.push(piece[at++]!);
      const [code = 0, first = 0] = this.#head;
      const length = HEAD_BYTES[code];
      if (length === undefined) throw new EgdProtocolError(`there is no command ${code}`);
      if (this.#head.length < length) continue;
      const command = commandOf(code, first);
      if (command.kind === "take") this.#brought = this.#head[3]!;
      this.#head.length = 0;
      yield command;
    }
  }
}

function commandOf(code: number, bytes: number): EgdCommand {
  switch (code) {
    case 0:
      return { kind: "level" };
    case 1:
      return { kind: "read-ready", bytes };
    case 2:
      return { kind: "read", bytes };
    case 3:
      return { kind: "take" };
    default:
      return { kind: "pid" };
  }
}
