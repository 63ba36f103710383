/** `device`: a FIFO that behaves like a device file, a socket as of EGD, or entropy for the kernel's own generator. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { type DeviceOptions, serveDevice } from "../faces/device/serve.ts";
import { POOL_FLAGS } from "./claims.ts";
import { type DeviceKind, parseModeBits, parseSocket, requireKind } from "./device-values.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

const FLAGS = {
  path: positional.file({ required: false, about: "Path of the FIFO; it is made if there is none" }),
  // A pipe holds at least a page, and at most a mebibyte for an ordinary user (/proc/sys/fs/pipe-max-size).
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
    about: "Permissions of a new FIFO or socket",
  }),
  egd: flag.value(parseSocket, {
    hint: "unix:PATH",
    about: "Serve a Unix socket by the protocol of EGD instead, as for QEMU's rng-egd",
  }),
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
    "esoteric-entropy device --egd unix:/run/egd.sock --mode-bits 0660",
    "esoteric-entropy device --kernel --interval 300",
  ],
  seeAlso: ["stream", "server"],
  check({ kernel, egd, path, format, wrap }, given) {
    if (kernel && egd !== undefined) throw new UsageError("--egd and --kernel do not go together");
    const kind = kindOf({ kernel, egd });
    if (kind !== "fifo" && path !== undefined)
      throw new UsageError(`a path is for a FIFO, not for --${kind}`);
    if (kind === "fifo" && !path) {
      throw new UsageError("missing argument <path>", ["esoteric-entropy device /tmp/entropy"]);
    }
    requireKind(kind, FLAGS, given);
    if (wrap !== undefined && format === "raw") throw new UsageError("--wrap is for --format hex");
  },
  runsUntilStopped: () => true,
  async run(options, io, deps: Deps) {
    await serveDevice(deviceOptions(options), io, { ...deps, userId: process.geteuid!(), env: process.env });
    return EXIT.ok;
  },
});

/** @param options that `check` accepts */
export function deviceOptions(options: OptionsOf<typeof FLAGS>): DeviceOptions {
  const { egd = "", path = "" } = options;
  const kind = kindOf(options);
  if (kind === "kernel") return { ...options, kind };
  return kind === "egd" ? { ...options, kind, path: egd } : { ...options, kind, path };
}

function kindOf({ kernel, egd }: Pick<OptionsOf<typeof FLAGS>, "kernel" | "egd">): DeviceKind {
  if (kernel) return "kernel";
  return egd === undefined ? "fifo" : "egd";
}
