/**
 * The WebAssembly module as an instance that is called from here: memory, texts, answers, traps, and the clock by which a scan is
 * cancelled. c/shim.c is the other side.
 */
import { EngineError } from "./engine-error.ts";

/** Addresses come as int32; `>>> 0` makes them what they are. */
type Address = number;

/** Functions of the module. @see c/shim.c */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  cx_initialize(): number;
  cx_version(): Address;
  cx_is_out_of_memory(): number;
  cx_alloc(size: number): Address;
  cx_free(block: Address): void;
  cx_answer(): Address;
  cx_answer_length(): number;
  cx_compiler_create(): Address;
  cx_compiler_define_integer(compiler: Address, name: Address, value: bigint): number;
  cx_compiler_define_boolean(compiler: Address, name: Address, value: number): number;
  cx_compiler_define_float(compiler: Address, name: Address, value: number): number;
  cx_compiler_define_text(compiler: Address, name: Address, value: Address): number;
  cx_compile(compiler: Address, source: Address, length: number): Address;
  cx_rules_count(rules: Address): number;
  cx_rules_free(rules: Address): void;
  cx_rule_enable(rules: Address, rule: number, enabled: number): void;
  cx_rules_save(rules: Address): number;
  cx_rules_load(data: Address, length: number): Address;
  cx_externals_reset(rules: Address): void;
  cx_external_set_integer(rules: Address, name: Address, value: bigint): number;
  cx_external_set_float(rules: Address, name: Address, value: number): number;
  cx_external_set_text(rules: Address, name: Address, value: Address): number;
  cx_scan(rules: Address, data: Address, length: number, timeoutNs: number, maxMatches: number): number;
}

export interface MachineOptions {
  /** In shared memory: as soon as its first number is not 0, a scan ends as "cancelled". */
  readonly cancel?: Int32Array;
  /** Reads the signatures of a PE file. Without it pe.signatures is not evaluated. */
  readonly readSignatures?: ((file: Uint8Array) => ReadSignatures) | undefined;
}

/** Signatures of a PE file on their way into the module. */
export interface ReadSignatures {
  /** In the form that c/authenticode.c describes; undefined where they could not be worked out. */
  readonly block: Uint8Array | undefined;
  /** Why something in them may be wrong or missing, a phrase each. */
  readonly notEvaluated: readonly string[];
}

/** C measures distances in a block by an int32. */
const MAX_BUFFER = 2 ** 31 - 1;
/** Memory grows in pages of this size. */
const PAGE = 2 ** 16;

/** By so much the clock leaps at each call while a scan is to be cancelled: 208 days, twice the longest time limit. */
const LEAP_NS = 2 ** 54;
/** The time limit that stands for none. */
export const NO_LIMIT_NS = 2 ** 53;

/** Numbers of WASI's clocks. */
const REALTIME = 0;

const UTF8 = new TextDecoder();

export class Machine {
  readonly #exports: Exports;
  readonly #cancel: Int32Array | undefined;
  #leaps = 0;
  #buffer = { address: 0, capacity: 0 };
  #dead: EngineError | undefined;
  #signatureFaults: readonly string[] = [];

  /** @throws EngineError where the host has no memory for it */
  constructor(module: WebAssembly.Module, { cancel, readSignatures }: MachineOptions) {
    this.#cancel = cancel;
    this.#exports = instantiate(module, {
      clock: (clock) => (clock === REALTIME ? Date.now() * 1e6 : this.#nanoseconds()),
      authenticode: (file, length) => {
        try {
          const read = readSignatures?.(this.bytes(file, length));
          this.#signatureFaults = read?.notEvaluated ?? [];
          return read?.block === undefined ? 0 : this.#copy(read.block, 0);
        } catch {
          return 0; // The scan says that the signatures were not evaluated. An error would leave it half done.
        }
      },
    });
    const code = this.call((engine) => {
      engine._initialize();
      return engine.cx_initialize();
    });
    if (code !== 0) throw new EngineError("failed", `the engine could not begin: error ${code} of libyara`);
  }

  get dead(): boolean {
    return this.#dead !== undefined;
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  get isToCancel(): boolean {
    return this.#cancel !== undefined && Atomics.load(this.#cancel, 0) !== 0;
  }

  #looks = 0;

  /** Looks at the time in the last scan. */
  get looks(): number {
    return this.#looks;
  }

  #nanoseconds(): number {
    this.#looks++;
    if (this.isToCancel) this.#leaps++;
    return performance.now() * 1e6 + this.#leaps * LEAP_NS;
  }

  /**
   * Makes memory for what is scanned next; valid until the next call. It is none of the module's blocks, whose sizes are powers of two,
   * but pages of its own, which are extended while they are the last ones, and else left behind for twice as many.
   * @throws EngineError where there is none
   */
  buffer(length: number): Uint8Array {
    if (length > MAX_BUFFER) {
      throw new EngineError("out-of-memory", `the engine takes ${MAX_BUFFER} bytes at most`);
    }
    this.call(({ memory }) => {
      const { address, capacity } = this.#buffer;
      if (length <= capacity) return;
      const isLast = address + capacity === memory.buffer.byteLength;
      const wanted = Math.ceil(Math.max(length, Math.min(2 * capacity, MAX_BUFFER)) / PAGE) * PAGE;
      const granted = isLast ? wanted - capacity : wanted;
      const end = grow(memory, granted);
      this.#buffer = isLast ? { address, capacity: wanted } : { address: end, capacity: wanted };
    });
    return this.bytes(this.#buffer.address, length);
  }

  /** Scans the first bytes of the buffer. Returns libyara's error number; the answer has the rest. */
  scan(rules: Address, length: number, timeoutNs: number, maxMatches: number): number {
    const { address, capacity } = this.#buffer;
    if (length > capacity)
      throw new RangeError(`${length} bytes are to be scanned, and the buffer has ${capacity}`);
    this.#leaps = 0;
    this.#looks = 0;
    this.#signatureFaults = [];
    return this.call((engine) => engine.cx_scan(rules, address, length, timeoutNs, maxMatches));
  }

  /** True where the clock has leapt in the last scan. */
  get wasCancelled(): boolean {
    return this.#leaps > 0;
  }

  /** Says why the last scan's signatures may be wrong or missing. */
  get signatureFaults(): readonly string[] {
    return this.#signatureFaults;
  }

  /**
   * Calls functions of the module. A trap leaves its memory in a state that nothing can be said of, so it is the last call.
   * @throws EngineError for a trap, and always after one
   */
  call<Result>(action: (engine: Exports) => Result): Result {
    if (this.#dead) {
      throw new EngineError("failed", `the engine has ended before: ${this.#dead.message}`, {
        cause: this.#dead,
      });
    }
    try {
      return action(this.#exports);
    } catch (error) {
      const trap = this.#trap(error);
      if (!trap) throw error;
      this.#dead = trap;
      throw trap;
    }
  }

  /** Explains a trap; undefined for any other error, which comes from the host's own code. */
  #trap(error: unknown): EngineError | undefined {
    if (error instanceof WebAssembly.RuntimeError) {
      if (this.#exports.cx_is_out_of_memory() !== 0) {
        return new EngineError("out-of-memory", "the engine has run out of memory", { cause: error });
      }
      return new EngineError("failed", `the engine has trapped: ${error.message}`, { cause: error });
    }
    // Both runtimes have the stack of WebAssembly on the thread's own, and report its end in these words.
    if (error instanceof RangeError && error.message.includes("call stack")) {
      return new EngineError("failed", "the engine has run out of stack", { cause: error });
    }
    return undefined;
  }

  /** Memory at an address. Valid until the next call, since memory may move. */
  bytes(address: Address, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, address >>> 0, length);
  }

  /** Copies bytes into memory, with a zero behind them, for the time of an action. */
  lend<Result>(bytes: Uint8Array, action: (address: Address) => Result): Result {
    const address = this.#copy(bytes, 1);
    try {
      return action(address);
    } finally {
      if (!this.#dead) this.#exports.cx_free(address);
    }
  }

  /** Lends UTF-8. @param text without a zero, which would end it */
  lendText<Result>(text: string, action: (address: Address) => Result): Result {
    return this.lend(Buffer.from(text, "utf8"), action);
  }

  #copy(bytes: Uint8Array, zeros: number): Address {
    const address = this.call((engine) => engine.cx_alloc(bytes.length + zeros)) >>> 0;
    if (address === 0) throw new EngineError("out-of-memory", "the engine has run out of memory");
    const memory = this.bytes(address, bytes.length + zeros);
    memory.set(bytes);
    memory.fill(0, bytes.length);
    return address;
  }

  textAt(address: Address): string {
    const memory = new Uint8Array(this.#exports.memory.buffer, address >>> 0);
    return UTF8.decode(memory.subarray(0, memory.indexOf(0)));
  }

  /** Reads the last call's answer. Valid until the next call. */
  answer(): AnswerReader {
    return new AnswerReader(this.bytes(this.#exports.cx_answer(), this.#exports.cx_answer_length() >>> 0));
  }
}

/** Reads the words of an answer in turn. */
export class AnswerReader {
  readonly #words: Uint32Array;
  #next = 0;

  constructor(readonly bytes: Uint8Array) {
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  }

  get atEnd(): boolean {
    return this.#next >= this.#words.length;
  }

  word(): number {
    return this.#words[this.#next++]!;
  }

  text(): string {
    const length = this.word();
    const start = this.#next * 4;
    this.#next += Math.ceil(length / 4);
    return UTF8.decode(this.bytes.subarray(start, start + length));
  }
}

/** Returns where the new memory begins. @throws EngineError where there is no more */
function grow(memory: WebAssembly.Memory, size: number): number {
  try {
    return memory.grow(size / PAGE) * PAGE;
  } catch (error) {
    throw new EngineError("out-of-memory", `the engine has no memory for another ${size} bytes`, {
      cause: error,
    });
  }
}

interface RawImports {
  clock(clock: number): number;
  authenticode(file: Address, length: number): Address;
}

function instantiate(module: WebAssembly.Module, cx: RawImports): Exports {
  try {
    return new WebAssembly.Instance(module, { cx: { ...cx } }).exports as unknown as Exports;
  } catch (error) {
    throw new EngineError("out-of-memory", "there is no memory for another engine", { cause: error });
  }
}
