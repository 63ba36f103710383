/** The native library, bound and checked: noise kernels, the clock they read, and a few services. Its C side is c/. */
import { NativeError } from "#kit/errors.ts";
import { checkErrno, cText, memoryAt, once, oncePerName, textAt } from "#kit/native/calls.ts";
import { Library } from "#kit/native/library.ts";
import { loadOwnLibrary } from "#kit/native/load.ts";
import { type ProgramFiles, placeProgram } from "#kit/native/own-program.ts";
import { bindDeepLoops, type DeepLoops } from "./deep-loops.ts";
import { bindEstimatorLoops, type EstimatorLoops } from "./estimator-loops.ts";
import { COMMANDS, KERNELS, READINGS, STEPS } from "./kernels.ts";

export type { ProgramFiles } from "#kit/native/own-program.ts";

/** EE_ABI_VERSION of c/ee.h. */
export const ABI_VERSION = 2;

/** See c/restart/restart.c. */
const RESTART_PROGRAM = "ee-restart";

const LIBRARY = {
  name: "ee",
  versionSymbol: "ee_abi_version",
  abiVersion: ABI_VERSION,
} as const;

/** A function of c/kernels/ that fills or changes an array of 64-bit words. */
export type WordsFunction = (typeof KERNELS | typeof READINGS | typeof STEPS)[number];

/**
 * Fills the array with raw samples, oldest first: ticks of {@link NativeClock}.
 * @throws NativeError with an errno; what the array then holds is undefined
 */
export type Kernel = (out: BigUint64Array) => void;

export interface NativeClock {
  /** "tsc", "cntvct", "mach_absolute_time", "clock_monotonic_raw"; "null" in a null control. */
  readonly name: string;
  /** Counter units in one tick. */
  readonly step: number;
  /** Nanoseconds in one tick. Where the system does not state it, the first read takes up to 5 ms after loading. */
  readonly periodNs: number;
}

export interface NativeLibrary {
  readonly path: string;
  readonly abiVersion: number;
  readonly clock: NativeClock;
  /** The function `ee_<name>` of c/kernels/. @throws NativeError if there is none */
  kernel(name: WordsFunction): Kernel;
  /**
   * Calls `ee_<id>_<verb>(text)`, by which some kernels get what they need besides memory: see c/ee.h for verbs and texts.
   * @throws NativeError with the errno it returned, or without one if there is no such command
   */
  command(id: string, verb: "check" | "open" | "close", text?: string): void;
  /** Unmaps the kernels' working memory; they map it anew when called again. @throws NativeError EBUSY */
  release(): void;
  /**
   * Puts the program that takes samples from one start of a kernel (c/restart/restart.c), and this library, where processes can be started
   * with them.
   * @param tryOut starts the program once; throws where it does not run
   * @throws NativeError saying what was tried and why each way failed
   */
  placeRestartProgram(tryOut: (files: ProgramFiles) => Promise<void>): Promise<ProgramFiles>;
  /** Resizes the pipe behind a file descriptor; false where the system or the file does not allow it. */
  resizePipe(fd: number, bytes: number): boolean;
  /** Makes a FIFO with these permissions less the umask. @throws NativeError EEXIST if there is anything of that name */
  makeFifo(path: string, mode: number): void;
  /**
   * Mixes at most 512 bytes into the kernel's generator, counted as `bits` bits of entropy (Linux).
   * @throws NativeError EPERM without the right to; EINVAL for more than 8 bits a byte; ENOTSUP
   */
  feedKernel(bytes: Uint8Array, bits: number): void;
  /**
   * Has the kernel's generator take in at once what it was fed (Linux 4.17).
   * @throws NativeError EPERM without the right to; EINVAL where there is no such call; ENODATA before it has enough; ENOTSUP
   */
  reseedKernel(): void;
  /**
   * Fills seven words that stay as they are until this process, or its machine, was copied: see `ee_identity` in c/ee.h.
   */
  identity(words: BigUint64Array): void;
  /** Fills `out` with bytes of the kernel's generator. */
  osRandom(out: Uint8Array): void;
  /**
   * Maps at least `bytes` bytes, zeros, for secrets, and as long as the process lives. What the system does for them is 0 or a
   * negative errno: see `ee_secret_map` in c/ee.h. @throws NativeError where there is no memory
   */
  mapSecret(bytes: number): {
    readonly memory: Uint8Array;
    readonly lock: number;
    readonly dumps: number;
    readonly forks: number;
  };
  /** Writes two hexadecimal digits for each byte. @throws RangeError unless `text` is twice as long as `bytes` */
  writeHex(bytes: Uint8Array, text: Uint8Array): void;
  /** Binds the loops of the estimators. @param stop in shared memory: anything but 0 there ends them */
  estimatorLoops(stop?: Int32Array): EstimatorLoops;
  /** Binds the loops of the battery for large data. @param stop in shared memory: anything but 0 there ends them */
  deepLoops(stop?: Int32Array): DeepLoops;
  /** The steps of CTR_DRBG(AES-256) that are costly. Undefined where the processor has no AES instructions. */
  readonly drbgCipher: DrbgCipher | undefined;
}

/** See c/ee.h, `ee_ctr_drbg_advance` and `ee_ctr_drbg_derive`. */
interface DrbgCipher {
  /** Fills `out` with the key stream, and replaces `state`, Key ‖ V, 48 bytes. */
  keyStream(state: Uint8Array, out: Uint8Array): void;
  /** Writes Block_Cipher_df of `input` to `out`, 48 bytes. */
  derive(input: Uint8Array, out: Uint8Array): void;
}

const SYMBOLS = {
  ee_clock_name: { args: [], returns: "ptr" },
  ee_clock_step: { args: [], returns: "u64" },
  ee_clock_period_ns: { args: [], returns: "f64" },
  ee_release: { args: [], returns: "i32" },
} as const;

const SERVICES = {
  ee_resize_pipe: { args: ["i32", "u32"], returns: "i32" },
  ee_make_fifo: { args: ["ptr", "u32"], returns: "i32" },
  ee_feed_kernel: { args: ["ptr", "u64", "u32"], returns: "i32" },
  ee_reseed_kernel: { args: [], returns: "i32" },
  ee_hex: { args: ["ptr", "u64", "ptr"], returns: "void" },
} as const;

const ORIGIN = {
  ee_identity: { args: ["ptr", "u64"], returns: "i32" },
  ee_os_random: { args: ["ptr", "u64"], returns: "i32" },
} as const;

const SECRETS = {
  ee_secret_page: { args: [], returns: "u64" },
  ee_secret_map: { args: ["u64", "ptr"], returns: "ptr" },
} as const;

const DRBG_CIPHER = {
  ee_ctr_drbg_check: { args: [], returns: "i32" },
  ee_ctr_drbg_advance: { args: ["ptr", "ptr", "u64"], returns: "i32" },
  ee_ctr_drbg_derive: { args: ["ptr", "u64", "ptr"], returns: "i32" },
} as const;

const WORDS_FUNCTION = { args: ["ptr", "u64"], returns: "i32" } as const;
const COMMAND = { args: ["ptr"], returns: "i32" } as const;

/** EE_SEED_LENGTH of c/ee.h. */
const SEED_LENGTH = 48;

export interface LoadOptions {
  /** A library file to load instead of this program's own: tests with a null clock. */
  readonly path?: string;
}

const ownLibrary = once(() => bindLibrary(loadOwnLibrary(LIBRARY)));

/** Loads this program's own library once. @throws NativeError saying what was tried and why each way failed */
export function loadLibrary({ path }: LoadOptions = {}): NativeLibrary {
  return path === undefined ? ownLibrary() : bindLibrary(Library.open(path, LIBRARY));
}

function bindLibrary(library: Library): NativeLibrary {
  const symbols = library.bind(SYMBOLS);
  const periodNs = once(() => symbols.ee_clock_period_ns());
  const drbgCipher = once(() => bindDrbgCipher(library));
  const services = once(() => library.bind(SERVICES));
  const origin = once(() => library.bind(ORIGIN));
  const secrets = once(() => library.bind(SECRETS));
  const commandNamed = oncePerName((name) => library.bind({ [name]: COMMAND })[name]!);
  return {
    path: library.path,
    abiVersion: library.abiVersion,
    clock: {
      name: textAt(symbols.ee_clock_name()),
      step: Number(symbols.ee_clock_step()),
      get periodNs() {
        return periodNs();
      },
    },
    kernel: oncePerName((name) => bindWords(library, name)),
    command(id, verb, text) {
      const name = `${id}_${verb}`;
      if (!isAmong(COMMANDS, name)) throw new NativeError(`the native library has no command "ee_${name}"`);
      checkErrno(`${id}: ${verb}`, commandNamed(`ee_${name}`)(text === undefined ? null : cText(text)));
    },
    release: () => checkErrno("release", symbols.ee_release()),
    placeRestartProgram: (tryOut) => placeProgram(RESTART_PROGRAM, library.path, tryOut),
    resizePipe: (fd, bytes) => services().ee_resize_pipe(fd, bytes) === 0,
    makeFifo: (fifo, mode) => checkErrno(fifo, services().ee_make_fifo(cText(fifo), mode)),
    feedKernel(bytes, bits) {
      if (bytes.length === 0) throw new RangeError("no bytes to feed the kernel with");
      checkErrno("/dev/random", services().ee_feed_kernel(bytes, bytes.length, bits));
    },
    reseedKernel: () => checkErrno("/dev/random", services().ee_reseed_kernel()),
    identity: (words) => checkErrno("identity", origin().ee_identity(words, words.length)),
    osRandom(out) {
      // There is no pointer to the memory of an empty array.
      if (out.length > 0) checkErrno("random bytes of the system", origin().ee_os_random(out, out.length));
    },
    mapSecret(bytes) {
      const { ee_secret_page, ee_secret_map } = secrets();
      const page = Number(ee_secret_page());
      const size = Math.ceil(bytes / page) * page;
      const kept = new Int32Array(3);
      const memory = memoryAt(ee_secret_map(size, kept), size);
      return { memory, lock: kept[0]!, dumps: kept[1]!, forks: kept[2]! };
    },
    writeHex(bytes, text) {
      if (text.length !== 2 * bytes.length) throw new RangeError("the text has two digits for each byte");
      // There is no pointer to the memory of an empty array.
      if (bytes.length > 0) services().ee_hex(bytes, bytes.length, text);
    },
    estimatorLoops: (stop) => bindEstimatorLoops(library, stop),
    deepLoops: (stop) => bindDeepLoops(library, stop),
    get drbgCipher() {
      return drbgCipher();
    },
  };
}

function bindDrbgCipher(library: Library): DrbgCipher | undefined {
  const { ee_ctr_drbg_check, ee_ctr_drbg_advance, ee_ctr_drbg_derive } = library.bind(DRBG_CIPHER);
  if (ee_ctr_drbg_check() !== 0) return undefined;
  // There is no pointer to the memory of an empty array.
  const pointed = (bytes: Uint8Array) => (bytes.length === 0 ? null : bytes);
  return {
    keyStream(state, out) {
      if (state.length !== SEED_LENGTH) throw new RangeError(`Key and V have ${SEED_LENGTH} bytes`);
      checkErrno("key stream", ee_ctr_drbg_advance(state, pointed(out), out.length));
    },
    derive(input, out) {
      if (out.length !== SEED_LENGTH) throw new RangeError(`derived are ${SEED_LENGTH} bytes`);
      checkErrno("derivation", ee_ctr_drbg_derive(pointed(input), input.length, out));
    },
  };
}

function bindWords(library: Library, name: WordsFunction): Kernel {
  if (![KERNELS, READINGS, STEPS].some((names) => isAmong(names, name))) {
    throw new NativeError(`the native library has no kernel "${name}"`);
  }
  const symbol = `ee_${name}`;
  const kernel = library.bind({ [symbol]: WORDS_FUNCTION })[symbol]!;
  return (out) => {
    if (!(out instanceof BigUint64Array)) throw new TypeError("samples are written to a BigUint64Array");
    // There is no pointer to the memory of an empty array.
    if (out.length > 0) checkErrno(name, kernel(out, out.length));
  };
}

function isAmong(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
