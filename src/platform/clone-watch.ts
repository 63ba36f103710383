/**
 * Notices that this process, or the machine it runs in, may have been copied: forked, restored from a snapshot or a
 * hibernated image, or moved to another kernel. Two copies would hand out the same bytes, so whoever keeps bytes, or
 * the state that makes them, asks before each hand-out and forgets them on a change. SECURITY.md says what cannot be seen.
 */
import { closeSync, openSync, readlinkSync, readSync } from "node:fs";
import type { Host } from "./host.ts";
import { type Secrets, secretsOf } from "./secrets.ts";

/** Words of an identity: `ee_identity` in c/ee.h says what each is. */
export const IDENTITY_WORDS = 7;

/** Asks the system. Fills words that stay as they are until the process or its machine is copied. */
export type ReadIdentity = (words: BigUint64Array) => void;

/** Place of the nanoseconds asleep, the one word that is not exact. */
const ASLEEP = 1;
/**
 * Least change of the time asleep that counts. Without the native library it is read to 10 ms, with interruptions on top. No
 * machine sleeps and wakes, and none is hibernated and restored, in less.
 */
export const ASLEEP_TOLERANCE_NS = 100_000_000;

/** Says what a changed word means. */
const REASONS = [
  "the process was forked",
  "the machine slept, or was restored from an image of its memory",
  "the process goes on under another kernel",
  "the process goes on under another kernel",
  "the virtual machine was copied or restored from a snapshot",
  "the virtual machine was moved or restored from a snapshot",
  "the virtual machine was copied or restored from a snapshot",
] as const;

export class CloneWatch {
  readonly #known = new BigUint64Array(IDENTITY_WORDS);
  readonly #now = new BigUint64Array(IDENTITY_WORDS);
  // Halves of the words: to read a word as such makes an object of it.
  readonly #knownHalves = new Uint32Array(this.#known.buffer);
  readonly #nowHalves = new Uint32Array(this.#now.buffer);
  readonly #listeners: ((reason: string) => void)[] = [];

  /** Takes the present identity as the original's. */
  constructor(private readonly read: ReadIdentity) {
    read(this.#known);
  }

  /** Has this called, in the order of registration, whenever `check` finds a change. The listener must not throw. */
  onChange(listener: (reason: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Asks the system, in about a microsecond. When it returns, whatever the listeners keep is of this copy alone. */
  check(): void {
    this.read(this.#now);
    const changed = this.#changedWord();
    if (changed === undefined) return;
    this.#known.set(this.#now);
    for (const listener of this.#listeners) listener(REASONS[changed]!);
  }

  #changedWord(): number | undefined {
    for (let half = 0; half < 2 * IDENTITY_WORDS; half++) {
      if (this.#knownHalves[half] === this.#nowHalves[half]) continue;
      const word = half >> 1;
      if (word !== ASLEEP) return word;
      const apart = Math.abs(asleepNs(this.#nowHalves) - asleepNs(this.#knownHalves));
      // Modulo 2⁶⁴: just below 0 is not far from just above.
      if (Math.min(apart, 2 ** 64 - apart) > ASLEEP_TOLERANCE_NS) return word;
    }
    return undefined;
  }
}

function asleepNs(halves: Uint32Array): number {
  return halves[2 * ASLEEP + 1]! * 2 ** 32 + halves[2 * ASLEEP]!;
}

/** Serves a generator as the system around it: `System` of rbg/generator.ts. */
export interface SystemAround {
  readonly clones: CloneWatch;
  osRandom(out: Uint8Array): void;
  drbgCipher(): DrbgCipher | undefined;
  readonly secrets: Secrets;
}

type Library = Extract<Host["native"], { ok: true }>["library"];
type DrbgCipher = NonNullable<Library["drbgCipher"]>;

/** @param host its native library is used if it can be loaded */
export function systemAround({ native }: Pick<Host, "native">): SystemAround {
  const secrets = secretsOf(native);
  if (!native.ok) {
    const clones = new CloneWatch(identityFromFiles);
    return { clones, osRandom: randomFromDevice, drbgCipher: () => undefined, secrets };
  }
  const { library } = native;
  return {
    clones: new CloneWatch((words) => library.identity(words)),
    osRandom: (out) => library.osRandom(out),
    drbgCipher: () => library.drbgCipher,
    secrets,
  };
}

/**
 * Reads what can be read without the native library: on Linux process, sleep and boot, in some 10 µs; elsewhere the
 * runtime's idea of the process.
 */
export function identityFromFiles(words: BigUint64Array): void {
  words.fill(0n);
  words[0] = BigInt(linkedNumber("/proc/self") ?? process.pid);
  const uptimeSeconds = Number.parseFloat(smallText("/proc/uptime"));
  if (uptimeSeconds > 0) {
    // Modulo 2⁶⁴: the two clocks may have different origins.
    words[ASLEEP] = BigInt(Math.round(uptimeSeconds * 1e9)) - process.hrtime.bigint();
  }
  const bootId = smallText("/proc/sys/kernel/random/boot_id").replaceAll("-", "").trim();
  if (/^[0-9a-f]{32}$/.test(bootId)) {
    words[2] = BigInt(`0x${bootId.slice(0, 16)}`);
    words[3] = BigInt(`0x${bootId.slice(16)}`);
  }
}

function linkedNumber(path: string): number | undefined {
  try {
    return Number.parseInt(readlinkSync(path), 10) || undefined;
  } catch {
    return undefined; // no such file on this system
  }
}

const TEXT_BYTES = 64;

/** Returns the beginning of a text; empty if there is no such file. */
function smallText(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const bytes = Buffer.alloc(TEXT_BYTES);
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, TEXT_BYTES, null));
  } finally {
    closeSync(file);
  }
}

/**
 * Fills `out` from the kernel's generator. The runtime's own functions would not do: they draw from a generator in this
 * process, of which a copy has the state.
 */
function randomFromDevice(out: Uint8Array): void {
  const file = openSync("/dev/urandom", "r");
  try {
    for (let done = 0; done < out.length; ) done += readSync(file, out, done, out.length - done, null);
  } finally {
    closeSync(file);
  }
}
