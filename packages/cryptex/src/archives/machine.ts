/**
 * libarchive as an instance of a WebAssembly module: an archive's members one by one, a member's content block by block. A trap spends
 * the instance, and nothing else. c/unpacker/unpack.c is the other side.
 */

/** Addresses come as int32; `>>> 0` makes them what they are. */
type Address = number;

interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  ux_open(kind: number, size: number, isTar: number): number;
  ux_close(): void;
  ux_next(): number;
  ux_block(): number;
  ux_block_address(): Address;
  ux_block_length(): number;
  ux_block_offset(): number;
  ux_pass(): number;
  ux_needed(): number;
  ux_error(): Address;
  ux_name(): Address;
  ux_link(): Address;
  ux_is_hard_link(): number;
  ux_type(): number;
  ux_size(): number;
  ux_is_encrypted(): number;
  ux_is_sparse(): number;
  ux_is_raw(): number;
}

/** In the order of `enum kind` of c/unpacker/streams.h. */
const KINDS = ["tar", "7z", "zip-member", "gzip", "bzip2", "xz", "zstd", "lzip"] as const;
export type MachineKind = (typeof KINDS)[number];

/** The bytes that are read, in pieces. */
export interface Source {
  readonly length: number;
  /** Copies what stands at an offset, as much as there is room for. Returns how much. */
  copy(offset: number, into: Uint8Array): number;
}

export interface MachineWatch {
  /**
   * Is asked before each piece that is read, and told of bytes that are unpacked: all of compressed streams, and of other archives those
   * that are passed. What it throws ends the call.
   */
  check(unpacked: number): void;
}

export interface Entry {
  /** Binary string; undefined where there is none. */
  readonly name: string | undefined;
  readonly type: "file" | "folder" | "symbolic link" | "hard link" | "device" | "FIFO" | "socket" | "other";
  /** Target of a link, binary string. */
  readonly target: string | undefined;
  /** Undefined where it is not known before the end. */
  readonly size: number | undefined;
  readonly isEncrypted: boolean;
  readonly isSparse: boolean;
  /** The content of a compressed stream that holds no tar archive. */
  readonly isRaw: boolean;
}

/** Result of a step. A fault's text is libarchive's. */
export type Step =
  | { readonly kind: "ok"; readonly warning?: string }
  | { readonly kind: "end" }
  /** "member": the next one may be asked for. "archive": nothing more can be read of it. */
  | { readonly kind: "fault"; readonly of: "member" | "archive"; readonly message: string };

export interface Block {
  readonly offset: number;
  /** Valid until the next call. */
  readonly bytes: Uint8Array;
}

/** Memory above which an instance is not used again, since memory never shrinks. */
const GROWN_BYTES = 16 * 2 ** 20;

const CODES = { end: 1, ok: 0, retry: -10, warning: -20, failed: -25 } as const;

const TYPES: ReadonlyMap<number, Entry["type"]> = new Map([
  [0o100000, "file"],
  [0o040000, "folder"],
  [0o120000, "symbolic link"],
  [0o020000, "device"],
  [0o060000, "device"],
  [0o010000, "FIFO"],
  [0o140000, "socket"],
]);

export class Unpacker {
  readonly #exports: Exports;
  #source: Source | undefined;
  #watch: MachineWatch | undefined;
  /** Thrown by the watch inside a call. */
  #stop: { readonly error: unknown } | undefined;
  #isSpent = false;

  constructor(module: WebAssembly.Module) {
    const ux = {
      read: (offset: number, address: Address, length: number) =>
        this.#watched(0, () => this.#source!.copy(offset, this.#bytes(address, length))),
      passed: (count: number) => this.#watched(count, () => 0),
    };
    this.#exports = new WebAssembly.Instance(module, { ux }).exports as unknown as Exports;
    this.#exports._initialize();
  }

  /** False after a trap, and where the memory has grown. */
  get isUsable(): boolean {
    return !this.#isSpent && this.memoryBytes <= GROWN_BYTES;
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** @param isTar a compressed stream holds a tar archive, and is read as one */
  open(kind: MachineKind, source: Source, watch: MachineWatch, isTar = kind === "tar"): Step {
    this.#source = source;
    this.#watch = watch;
    return this.#step(() => this.#exports.ux_open(KINDS.indexOf(kind), source.length, Number(isTar)));
  }

  close(): void {
    if (!this.#isSpent) {
      this.#step(() => {
        this.#exports.ux_close();
        return CODES.ok;
      });
    }
    this.#source = undefined;
    this.#watch = undefined;
  }

  next(): Step {
    return this.#step(() => this.#exports.ux_next());
  }

  /** Describes the member that `next` has come to. */
  entry(): Entry {
    const unpacker = this.#exports;
    const size = unpacker.ux_size();
    const isHardLink = unpacker.ux_is_hard_link() !== 0;
    return {
      name: this.#text(unpacker.ux_name()),
      type: isHardLink ? "hard link" : (TYPES.get(unpacker.ux_type()) ?? "other"),
      target: this.#text(unpacker.ux_link()),
      size: size < 0 ? undefined : size,
      isEncrypted: unpacker.ux_is_encrypted() !== 0,
      isSparse: unpacker.ux_is_sparse() !== 0,
      isRaw: unpacker.ux_is_raw() !== 0,
    };
  }

  /** Reads the next block: `block` has it where there was one, even beside a fault. */
  read(): Step {
    return this.#step(() => this.#exports.ux_block());
  }

  get block(): Block | undefined {
    if (this.#isSpent) return undefined;
    const length = this.#exports.ux_block_length() >>> 0;
    const address = this.#exports.ux_block_address() >>> 0;
    // Beside a fault anything may stand there.
    if (length === 0 || address + length > this.memoryBytes) return undefined;
    return { offset: this.#exports.ux_block_offset(), bytes: this.#bytes(address, length) };
  }

  /** Unpacks what is left of the member, and drops it. */
  pass(): Step {
    return this.#step(() => this.#exports.ux_pass());
  }

  /** Bytes of the source that were needed so far. */
  get needed(): number {
    return this.#isSpent ? 0 : this.#exports.ux_needed();
  }

  #watched(unpacked: number, action: () => number): number {
    try {
      this.#watch!.check(unpacked);
      return action();
    } catch (error) {
      this.#stop = { error };
      return -1;
    }
  }

  /** @throws what the watch threw */
  #step(call: () => number): Step {
    if (this.#isSpent) return { kind: "fault", of: "archive", message: "the unpacker has ended before" };
    this.#stop = undefined;
    let code: number;
    try {
      code = call();
    } catch (error) {
      this.#isSpent = true;
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError)
        return { kind: "fault", of: "archive", message: `the unpacker has trapped: ${error.message}` };
      throw error;
    }
    const stop = this.#stop as { readonly error: unknown } | undefined;
    if (stop) throw stop.error;
    if (code === CODES.ok) return { kind: "ok" };
    if (code === CODES.end) return { kind: "end" };
    const message = this.#message();
    if (code === CODES.warning) return { kind: "ok", warning: message };
    return {
      kind: "fault",
      of: code === CODES.failed || code === CODES.retry ? "member" : "archive",
      message,
    };
  }

  #message(): string {
    const text = Buffer.from(this.#text(this.#exports.ux_error()) ?? "", "latin1").toString();
    // Its longer texts end with a line feed.
    return text.trim() || "damaged";
  }

  #text(address: Address): string | undefined {
    if (address === 0) return undefined;
    const memory = new Uint8Array(this.#exports.memory.buffer, address >>> 0);
    return Buffer.from(memory.subarray(0, memory.indexOf(0))).toString("latin1");
  }

  #bytes(address: Address, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, address >>> 0, length);
  }
}
