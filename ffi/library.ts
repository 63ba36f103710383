/** The native library, bound and checked: noise kernels and the clock they read. Its C side is c/ee.h. */
import { CString, dlopen, FFIType, type Pointer } from "bun:ffi";
import { getSystemErrorName } from "node:util";
import { reason } from "#kit/native/reason.ts";
import { NativeError } from "../src/errors.ts";

/** EE_ABI_VERSION of c/ee.h. */
export const ABI_VERSION = 1;

/**
 * Fills the array with raw samples, oldest first: ticks of {@link NativeClock}.
 * @throws NativeError with an errno; what the array then holds is undefined
 */
export type Kernel = (out: BigUint64Array) => void;

export interface NativeClock {
  /** What is read: "tsc", "cntvct", "mach_absolute_time", "clock_monotonic_raw"; "null" in a null control. */
  readonly name: string;
  /** Counter units in one tick. */
  readonly step: number;
  /** Nanoseconds in one tick. Where the system does not state it, the first look takes up to 5 ms after loading. */
  readonly periodNs: number;
}

export interface NativeLibrary {
  readonly path: string;
  readonly abiVersion: number;
  readonly clock: NativeClock;
  /** The kernel of the source with this id. @throws NativeError if there is none */
  kernel(id: string): Kernel;
  /**
   * What some kernels need besides memory, `ee_<id>_<verb>(text)`: see c/ee.h for the verbs and their texts.
   * @throws NativeError with the errno it answered, or without one if there is no such command
   */
  command(id: string, verb: "check" | "open" | "close", text?: string): void;
  /** Gives back the kernels' working memory; they map it anew when called again. @throws NativeError EBUSY */
  release(): void;
  /** Makes the pipe behind a file descriptor hold so many bytes. Whether it does: not every system or file lets it. */
  resizePipe(fd: number, bytes: number): boolean;
  /** Makes a FIFO with these permissions less the umask. @throws NativeError EEXIST if there is anything of that name */
  makeFifo(path: string, mode: number): void;
  /**
   * Mixes at most 512 bytes into the kernel's generator, counted as so many bits of entropy (Linux).
   * @throws NativeError EPERM without the right to; EINVAL for more than 8 bits a byte; ENOTSUP
   */
  feedKernel(bytes: Uint8Array, bits: number): void;
  /** Writes two hexadecimal digits for each byte. @throws RangeError unless `text` is twice as long as `bytes` */
  writeHex(bytes: Uint8Array, text: Uint8Array): void;
  /**
   * The key stream of CTR_DRBG(AES-256), see c/ee.h: fills `out` and replaces `state`, Key ‖ V, 48 bytes. Undefined where
   * the processor has no AES instructions.
   */
  readonly keyStream: ((state: Uint8Array, out: Uint8Array) => void) | undefined;
}

/** What every version of the library has. */
const VERSION_SYMBOLS = { ee_abi_version: { args: [], returns: FFIType.u32 } } as const;

const SYMBOLS = {
  ee_clock_name: { args: [], returns: FFIType.ptr },
  ee_clock_step: { args: [], returns: FFIType.u64 },
  ee_clock_period_ns: { args: [], returns: FFIType.f64 },
  ee_release: { args: [], returns: FFIType.i32 },
} as const;

/** Bound when first called: few runs need them, and each costs some 0.1 ms. */
const SERVICES = {
  ee_resize_pipe: { args: [FFIType.i32, FFIType.u32], returns: FFIType.i32 },
  ee_make_fifo: { args: [FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  ee_feed_kernel: { args: [FFIType.ptr, FFIType.u64, FFIType.u32], returns: FFIType.i32 },
  ee_hex: { args: [FFIType.ptr, FFIType.u64, FFIType.ptr], returns: FFIType.void },
} as const;

const KEY_STREAM = {
  ee_ctr_drbg_check: { args: [], returns: FFIType.i32 },
  ee_ctr_drbg_advance: { args: [FFIType.ptr, FFIType.ptr, FFIType.u64], returns: FFIType.i32 },
} as const;

/** EE_SEED_LENGTH of c/ee.h. */
const SEED_LENGTH = 48;

const KERNEL = { args: [FFIType.ptr, FFIType.u64], returns: FFIType.i32 } as const;
const COMMAND = { args: [FFIType.ptr], returns: FFIType.i32 } as const;

/** Loads the library that lies at `path`. @throws NativeError if it cannot be loaded or has another ABI version */
export function bindLibrary(path: string): NativeLibrary {
  const abiVersion = open(path, VERSION_SYMBOLS).ee_abi_version();
  if (abiVersion !== ABI_VERSION) {
    throw new NativeError(
      `native library ${path} has ABI version ${abiVersion}, this program needs ${ABI_VERSION}`,
    );
  }
  const symbols = open(path, SYMBOLS);
  const periodNs = once(() => symbols.ee_clock_period_ns());
  const keyStream = once(() => bindKeyStream(path));
  const services = once(() => open(path, SERVICES));
  const clock: NativeClock = {
    name: new CString(symbols.ee_clock_name() as Pointer).toString(),
    step: Number(symbols.ee_clock_step()),
    get periodNs() {
      return periodNs();
    },
  };
  return {
    path,
    abiVersion,
    clock,
    kernel: boundOnce((id) => bindKernel(path, id)),
    command: commandRunner(path),
    release: () => check("release", symbols.ee_release()),
    resizePipe: (fd, bytes) => services().ee_resize_pipe(fd, bytes) === 0,
    makeFifo: (fifo, mode) => check(fifo, services().ee_make_fifo(cText(fifo), mode)),
    feedKernel(bytes, bits) {
      if (bytes.length === 0) throw new RangeError("no bytes to feed the kernel with");
      check("/dev/random", services().ee_feed_kernel(bytes, bytes.length, bits));
    },
    writeHex(bytes, text) {
      if (text.length !== 2 * bytes.length) throw new RangeError("the text has two digits for each byte");
      // There is no pointer to the memory of an empty array.
      if (bytes.length > 0) services().ee_hex(bytes, bytes.length, text);
    },
    get keyStream() {
      return keyStream();
    },
  };
}

function bindKeyStream(path: string): NativeLibrary["keyStream"] {
  const { ee_ctr_drbg_check, ee_ctr_drbg_advance } = open(path, KEY_STREAM);
  if (ee_ctr_drbg_check() !== 0) return undefined;
  return (state, out) => {
    if (state.length !== SEED_LENGTH) throw new RangeError(`Key and V have ${SEED_LENGTH} bytes`);
    // There is no pointer to the memory of an empty array.
    check("key stream", ee_ctr_drbg_advance(state, out.length === 0 ? null : out, out.length));
  };
}

/** A symbol table of Bun's covers the names it was asked for, so each kernel is looked up by itself: some 0.1 ms. */
function bindKernel(path: string, id: string): Kernel {
  const name = `ee_${id}`;
  if (!/^[a-z0-9_]+$/.test(id) || name in SYMBOLS || name in VERSION_SYMBOLS) {
    throw new NativeError(`the native library has no kernel "${id}"`);
  }
  let symbols: Record<string, (out: BigUint64Array, n: number) => number>;
  try {
    symbols = dlopen(path, { [name]: KERNEL }).symbols;
  } catch (error) {
    throw new NativeError(`the native library has no kernel "${id}": ${reason(error)}`, undefined, {
      cause: error,
    });
  }
  const kernel = symbols[name]!;
  return (out) => {
    if (!(out instanceof BigUint64Array)) throw new TypeError("samples are written to a BigUint64Array");
    // There is no pointer to the memory of an empty array.
    if (out.length > 0) check(id, kernel(out, out.length));
  };
}

function commandRunner(path: string): NativeLibrary["command"] {
  const commandNamed = boundOnce((name) => open(path, { [name]: COMMAND })[name]!);
  return (id, verb, text) => {
    const name = `ee_${id}_${verb}`;
    if (!/^[a-z0-9_]+$/.test(id)) throw new NativeError(`the native library has no command "${name}"`);
    const result = commandNamed(name)(text === undefined ? null : cText(text));
    check(`${id}: ${verb}`, result);
  };
}

/** @throws RangeError for a text that C would take for a shorter one */
function cText(text: string): Buffer {
  if (text.includes("\0")) throw new RangeError("a text for the native library has a zero byte in it");
  return Buffer.from(`${text}\0`);
}

/** Made when first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Each binding of Bun's takes a kilobyte and never gives it back, and sources are opened again and again. */
function boundOnce<T>(bind: (name: string) => T): (name: string) => T {
  const bound = new Map<string, T>();
  return (name) => {
    const found = bound.get(name) ?? bind(name);
    bound.set(name, found);
    return found;
  };
}

function open<S extends Parameters<typeof dlopen>[1]>(path: string, symbols: S) {
  try {
    return dlopen(path, symbols).symbols;
  } catch (error) {
    throw new NativeError(`native library ${path}: ${reason(error)}`, undefined, { cause: error });
  }
}

/** @throws NativeError for the negative errno a C function returned */
function check(what: string, result: number): void {
  if (result >= 0) return;
  throw new NativeError(`${what}: ${getSystemErrorName(result)} (errno ${-result})`, -result);
}
