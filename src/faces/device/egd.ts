/**
 * A Unix socket at which programs fetch entropy as from an entropy-gathering daemon (egd-commands.ts has the protocol).
 *
 * Of each client one command at a time is worked on, and no further one before its answer is taken. So a client that sends a
 * flood, or never reads, waits in the kernel's buffers, and requests of all clients stand in the pool's queue side by side.
 *
 * The system tells alike of a client that has gone and of one that says no more and still listens. Both keep their place until their
 * answers are written, or until that place is wanted by another.
 */
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { onAbort } from "#kit/abort.ts";
import { bindSocket } from "#kit/http/unix-socket.ts";
import { InputError, InsufficientEntropyError, writeRefusal } from "../../errors.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import { type EgdCommand, EgdCommands, EgdProtocolError } from "./egd-commands.ts";

export interface EgdOptions {
  readonly path: string;
  /** Permissions of the socket. Who may write to it may connect. */
  readonly mode: number;
}

export interface EgdDeps {
  readonly pool: { readonly readyBytes: number };
  readonly generator: RbgGenerator;
  /** Tells the user what is waited for, until it is disposed. */
  readonly notice: () => Disposable;
  readonly warn: (text: string) => void;
  /** Is called once clients may connect. */
  readonly onListening: () => void;
  /** Is called whenever a wait for entropy is over: for the generator's seed first, then for a client. */
  readonly onServing: () => void;
}

/** Clients at the same time. systemd, and most shells, let a process have 1,024 files. */
export const MOST_CLIENTS = 512;

/** Command 01 does not wait: longer, with bytes that are ready, it takes only where the generator is to be reseeded first. */
const SOON_MS = 100;

/**
 * Serves until the signal is aborted, and removes the socket.
 * @throws the signal's reason; InputError for a path that cannot be used; InsufficientEntropyError when no source can ever deliver
 */
export async function serveEgd(options: EgdOptions, deps: EgdDeps, signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  const ending = new AbortController();
  using _ = onAbort(signal, () => ending.abort(signal.reason));
  const answers = new Answers(deps);
  const clients = new Set<Client>();
  let hasTurnedAway = false;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {}); // whoever writes next is told
    if (clients.size >= MOST_CLIENTS) removeSilent(clients);
    if (clients.size >= MOST_CLIENTS) {
      if (!hasTurnedAway) deps.warn(`${MOST_CLIENTS} clients are connected, and others are turned away`);
      hasTurnedAway = true;
      socket.destroy();
      return;
    }
    const client = new Client(socket, ending.signal);
    clients.add(client);
    serveClient(client, answers)
      .catch((error: unknown) => ending.abort(error))
      .finally(() => clients.delete(client));
  });
  try {
    await bindSocket(options.path, (path) => listening(server, path));
    chmodSync(options.path, options.mode);
    deps.onListening();
    await answers.ready(ending.signal);
    return await new Promise<never>((_resolve, reject) => {
      onAbort(ending.signal, () => reject(ending.signal.reason));
    });
  } finally {
    server.close();
    for (const client of clients) client.remove();
  }
}

/** Makes room: removes the first of the clients that say no more. */
function removeSilent(clients: Set<Client>): void {
  for (const client of clients) {
    if (!client.saysNoMore) continue;
    client.remove();
    clients.delete(client);
    return;
  }
}

async function listening(server: Server, path: string): Promise<void> {
  server.listen(path);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new InputError(`cannot listen on ${path}: ${writeRefusal(cause)}`, { cause });
  }
}

/** Bytes read ahead of the commands that are worked on, or one piece of what the system gives at a time. */
const MOST_AHEAD_BYTES = 4_096;

/** A connection, read ahead of the work: so it is known that the client says no more before all of its commands are answered. */
class Client {
  /** Aborted once nobody wants its answers, or the server ends. */
  readonly signal: AbortSignal;
  readonly #removal = new AbortController();
  readonly #pieces: Uint8Array[] = [];
  #aheadBytes = 0;
  #saysNoMore = false;
  #wake: () => void = () => {};

  constructor(
    readonly socket: Socket,
    ending: AbortSignal,
  ) {
    this.signal = AbortSignal.any([ending, this.#removal.signal]);
    socket.on("data", (piece: Uint8Array) => {
      this.#pieces.push(piece);
      this.#aheadBytes += piece.length;
      if (this.#aheadBytes > MOST_AHEAD_BYTES) socket.pause();
      this.#wake();
    });
    for (const event of ["end", "close"]) {
      socket.once(event, () => {
        this.#saysNoMore = true;
        this.#wake();
      });
    }
  }

  get saysNoMore(): boolean {
    return this.#saysNoMore;
  }

  get isRemoved(): boolean {
    return this.#removal.signal.aborted;
  }

  /** Resolves with what the client says next; undefined once it says no more. */
  async piece(): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece) {
        this.#aheadBytes -= piece.length;
        if (this.#aheadBytes <= MOST_AHEAD_BYTES) this.socket.resume();
        return piece;
      }
      if (this.#saysNoMore) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the connection, and withdraws the request that waits. */
  remove(): void {
    this.#removal.abort();
    this.socket.destroy();
  }
}

/** @throws only what concerns all clients: the generator's errors */
async function serveClient(client: Client, answers: Answers): Promise<void> {
  const { socket, signal } = client;
  const commands = new EgdCommands();
  for (;;) {
    const piece = await client.piece();
    if (piece === undefined) return void socket.end();
    try {
      for (const command of commands.read(piece)) {
        const answer = await answers.to(command, signal);
        if (!(await sent(socket, answer))) return void socket.destroy();
      }
    } catch (error) {
      socket.destroy();
      if (error instanceof EgdProtocolError || client.isRemoved) return;
      throw error;
    }
  }
}

/** Writes an answer, and wipes it once the kernel has it. Others have their turn meanwhile. @returns false if the client has gone */
async function sent(socket: Socket, answer: Uint8Array): Promise<boolean> {
  const isSent = await new Promise<boolean>((resolve) => socket.write(answer, (error) => resolve(!error)));
  answer.fill(0);
  await new Promise((resolve) => setImmediate(resolve));
  return isSent;
}

class Answers {
  #waiting = 0;
  #notice: Disposable | undefined;

  constructor(private readonly deps: EgdDeps) {}

  /** Waits for the generator's seed. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#patiently(this.deps.generator.ready({ signal }));
  }

  /** @param signal ends the wait for entropy */
  async to(command: EgdCommand, signal: AbortSignal): Promise<Uint8Array> {
    switch (command.kind) {
      case "level":
        return this.#level();
      case "read-ready":
        return this.#readReady(command.bytes, signal);
      case "read":
        return this.#read(command.bytes, signal);
      case "pid":
        return withLength(Buffer.from(`${process.pid}`));
      case "take":
        return NOTHING; // no claim comes with it that could be tested, so it would be worth nothing
    }
  }

  /** Bytes of full entropy that are there. Without a seed none can be given. */
  get #readyBytes(): number {
    return this.deps.generator.isReady ? this.deps.pool.readyBytes : 0;
  }

  #level(): Uint8Array {
    const answer = Buffer.alloc(4);
    answer.writeUInt32BE(8 * this.#readyBytes);
    return answer;
  }

  async #readReady(bytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const { generator } = this.deps;
    if (generator.mode === "drbg") {
      const out = new Uint8Array(bytes);
      return withLength(generator.fillNow(out) ? out : NOTHING);
    }
    const out = new Uint8Array(Math.min(bytes, this.#readyBytes));
    try {
      if (out.length > 0) await generator.fill(out, { signal, timeoutMs: SOON_MS });
      return withLength(out);
    } catch (error) {
      if (error instanceof InsufficientEntropyError) return withLength(NOTHING);
      throw error;
    }
  }

  async #read(bytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const out = new Uint8Array(bytes);
    if (bytes > 0) await this.#patiently(this.deps.generator.fill(out, { signal }));
    return out;
  }

  /** However many wait, the user is told once. */
  async #patiently(work: Promise<void>): Promise<void> {
    this.#waiting += 1;
    this.#notice ??= this.deps.notice();
    try {
      await work;
      this.deps.onServing();
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) {
        this.#notice?.[Symbol.dispose]();
        this.#notice = undefined;
      }
    }
  }
}

const NOTHING = new Uint8Array(0);

/** Puts the length before the bytes, of which there are at most 255, and wipes theirs. */
function withLength(bytes: Uint8Array): Uint8Array {
  const answer = new Uint8Array(1 + bytes.length);
  answer[0] = bytes.length;
  answer.set(bytes, 1);
  bytes.fill(0);
  return answer;
}
