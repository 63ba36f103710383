/** `device`: a FIFO that behaves like a device file, or entropy for the kernel's own. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, nameOf, type OptionsOf, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { type DeviceOptions, serveDevice } from "../faces/device/serve.ts";
import { POOL_FLAGS } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

/**
 * Flags of the FIFO alone. A pipe holds at least a page, and at most a mebibyte for an ordinary user
 * (/proc/sys/fs/pipe-max-size).
 */
const FIFO_FLAGS = {
  bufferBytes: flag.size({
    name: "buffer-size",
    least: "4K",
    most: "1M",
    default: "4K",
    about: "Bytes that wait in the pipe for a reader, at most: 4K to 1M",
  }),
  mode: flag.choice(["full", "drbg"], {
    default: "full",
    about: "full: 320 credited bits for each 32 bytes; drbg: fast, reseeded",
  }),
  format: flag.choice(["raw", "hex"], { default: "raw", about: "Encoding of the output" }),
  wrap: flag.count(1, 65_536, { about: "hex: begin a new line after N characters" }),
  modeBits: flag.value(parseModeBits, {
    hint: "OCTAL",
    default: "0600",
    about: "Permissions of a new FIFO",
  }),
};

const FLAGS = {
  path: positional.file({ required: false, about: "Path of the FIFO; it is made if there is none" }),
  ...FIFO_FLAGS,
  kernel: flag.switch({ about: "Feed the kernel's own generator instead (Linux, root)" }),
  intervalMs: flag.seconds({
    name: "interval",
    default: "60",
    about: "kernel: seconds between blocks of 256 bits",
  }),
  ...SOURCES_FLAGS,
  ...POOL_FLAGS,
};

export const device = command({
  name: "device",
  description: "Serve random bytes through a FIFO that behaves like a device file",
  flags: FLAGS,
  examples: [
    "esoteric-entropy device /tmp/entropy",
    "esoteric-entropy device /run/entropy --mode drbg --mode-bits 0640",
    "esoteric-entropy device --kernel --interval 300",
  ],
  seeAlso: ["stream", "server"],
  check({ kernel, path, format, wrap }, given) {
    if (kernel) {
      const stray = Object.entries(FIFO_FLAGS).find(([key]) => given.has(key));
      if (stray) throw new UsageError(`--${nameOf(...stray)} is for a FIFO, not for --kernel`);
      if (path !== undefined) throw new UsageError("a path is for a FIFO, not for --kernel");
    } else {
      if (!path) throw new UsageError("missing argument <path>", ["esoteric-entropy device /tmp/entropy"]);
      if (wrap !== undefined && format === "raw") throw new UsageError("--wrap is for --format hex");
      if (given.has("intervalMs")) throw new UsageError("--interval is for --kernel");
    }
  },
  runsUntilStopped: () => true,
  async run(options, io, deps: Deps) {
    await serveDevice(deviceOptions(options), io, { ...deps, userId: process.geteuid!() });
    return EXIT.ok;
  },
});

/** @param options that `check` accepts */
export function deviceOptions(options: OptionsOf<typeof FLAGS>): DeviceOptions {
  const { kernel, path = "" } = options;
  return kernel ? { kind: "kernel", ...options } : { kind: "fifo", ...options, path };
}

function parseModeBits(text: string, name: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) {
    throw new UsageError(`${name}: '${text}' is not like 0600`, [
      "three octal digits: what the owner, the group and others may do; 4 is to read",
    ]);
  }
  return Number.parseInt(text, 8);
}
