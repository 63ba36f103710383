/** esoteric-entropy as a program: its commands, exit codes, settings and the text of its manual. */

import type { Product } from "#kit/term/product.ts";
import { runProgram } from "#kit/term/program.ts";
import { EXITS } from "./commands/exits.ts";
import { SETTINGS_FLAGS } from "./commands/source-flags.ts";
import { type Deps, programDeps } from "./deps.ts";
import { VERSION } from "./version.ts";

const PROMISE =
  "No byte leaves in full mode unless noise that passed its health tests and was credited at least 320 bits went into its 32-byte block.";

export const product: Product<Deps, typeof SETTINGS_FLAGS> = {
  name: "esoteric-entropy",
  version: VERSION,
  tagline: "noise of this machine, credited honestly, handed out as random bytes",
  promise: PROMISE,
  commands: {
    scan: {
      summary: "List the noise sources of this machine",
      load: async () => (await import("./commands/scan.ts")).scan,
    },
    probe: {
      summary: "Look at one source's raw noise",
      load: async () => (await import("./commands/probe.ts")).probe,
    },
    pool: {
      summary: "Collect for a moment and show the account",
      load: async () => (await import("./commands/pool.ts")).pool,
    },
    stream: {
      summary: "Write random bytes to stdout",
      load: async () => (await import("./commands/stream.ts")).stream,
    },
    device: {
      summary: "Serve random bytes through a FIFO, or feed the kernel",
      load: async () => (await import("./commands/device.ts")).device,
    },
    monitor: {
      summary: "Watch the pool and its sources in the terminal",
      load: async () => (await import("./commands/monitor.ts")).monitor,
    },
    record: {
      summary: "Record raw noise and restarts to files",
      load: async () => (await import("./commands/record.ts")).record,
    },
    report: {
      summary: "Test data, or the pool's own output, for randomness",
      load: async () => (await import("./commands/report.ts")).report,
    },
    assess: {
      summary: "Assess min-entropy after SP 800-90B",
      load: async () => (await import("./commands/assess.ts")).assess,
    },
    "assess restart": {
      summary: "Test restart data after SP 800-90B",
      load: async () => (await import("./commands/assess-restart.ts")).assessRestart,
    },
    "assess transpose": {
      summary: "Write the columns of restart data",
      load: async () => (await import("./commands/assess-transpose.ts")).assessTranspose,
    },
    "assess conditioning": {
      summary: "Compute the entropy of a conditioning component's output",
      load: async () => (await import("./commands/assess-conditioning.ts")).assessConditioning,
    },
    bench: {
      summary: "Measure sources side by side: rate, entropy, credit",
      load: async () => (await import("./commands/bench.ts")).bench,
    },
    calibrate: {
      summary: "Assess the sources on this machine, for lower credit where it is due",
      load: async () => (await import("./commands/calibrate.ts")).calibrate,
    },
    drill: {
      summary: "Break sources on purpose: what would they still be credited?",
      load: async () => (await import("./commands/drill.ts")).drill,
    },
    "evidence package": {
      summary: "Pack what an entropy validation asks for into a folder",
      load: async () => (await import("./commands/evidence-package.ts")).evidencePackage,
    },
    "evidence verify": {
      summary: "Say whether a package of evidence is what was signed",
      load: async () => (await import("./commands/evidence-verify.ts")).evidenceVerify,
    },
    "evidence keygen": {
      summary: "Make a key to sign packages of evidence with",
      load: async () => (await import("./commands/evidence-keygen.ts")).evidenceKeygen,
    },
    "evidence compare": {
      summary: "Say in what two recordings, packages or profiles differ",
      load: async () => (await import("./commands/evidence-compare.ts")).evidenceCompare,
    },
    "evidence tag": {
      summary: "Give names to recordings, packages and profiles",
      load: async () => (await import("./commands/evidence-tag.ts")).evidenceTag,
    },
    "evidence list": {
      summary: "List tagged evidence, and what of it is gone or changed",
      load: async () => (await import("./commands/evidence-list.ts")).evidenceList,
    },
    server: {
      summary: "Serve random bytes over HTTP, and a page to look at",
      load: async () => (await import("./commands/server.ts")).server,
    },
    "seed keygen": {
      summary: "Make an identity that seeds are sealed to",
      load: async () => (await import("./commands/seed-keygen.ts")).seedKeygen,
    },
    "seed seal": {
      summary: "Seal a seed to another machine",
      load: async () => (await import("./commands/seed-seal.ts")).seedSeal,
    },
    "seed open": {
      summary: "Open a sealed seed",
      load: async () => (await import("./commands/seed-open.ts")).seedOpen,
    },
    "seed fetch": {
      summary: "Fetch seeds of other machines into the system's generator",
      load: async () => (await import("./commands/seed-fetch.ts")).seedFetch,
    },
    worker: {
      summary: "Run tests for other machines",
      load: async () => (await import("./commands/worker.ts")).worker,
    },
    "fleet doctor": {
      summary: "Say what is wrong with the servers and certificates of a fleet",
      load: async () => (await import("./commands/fleet-doctor.ts")).fleetDoctor,
    },
    "fleet resume": {
      summary: "Have done what a run of a fleet lacks",
      load: async () => (await import("./commands/fleet-resume.ts")).fleetResume,
    },
    "fleet status": {
      summary: "Show which nodes of a fleet answer, and how they are",
      load: async () => (await import("./commands/fleet-status.ts")).fleetStatus,
    },
    completion: {
      summary: "Print a script that makes the shell complete commands",
      load: async () => (await import("./commands/completion.ts")).completion,
    },
    password: {
      summary: "Make passwords",
      load: async () => (await import("./commands/everyday/password.ts")).password,
      group: "Everyday",
    },
    passphrase: {
      summary: "Make passphrases of English words",
      load: async () => (await import("./commands/everyday/passphrase.ts")).passphrase,
      group: "Everyday",
    },
    key: {
      summary: "Make keys: hex, base64, age, WireGuard",
      load: async () => (await import("./commands/everyday/key.ts")).key,
      group: "Everyday",
    },
    uuid: {
      summary: "Make UUIDs",
      load: async () => (await import("./commands/everyday/uuid.ts")).uuid,
      group: "Everyday",
    },
    dice: {
      summary: "Throw dice: 3d6, d20, 4d6+2",
      load: async () => (await import("./commands/everyday/dice.ts")).dice,
      group: "Everyday",
    },
    pick: {
      summary: "Pick from arguments or lines",
      load: async () => (await import("./commands/everyday/pick.ts")).pick,
      group: "Everyday",
    },
    shuffle: {
      summary: "Shuffle arguments or lines",
      load: async () => (await import("./commands/everyday/shuffle.ts")).shuffle,
      group: "Everyday",
    },
    "serve-stdio": {
      summary: "Internal: serve the Python and Node packages",
      load: async () => (await import("./commands/serve-stdio.ts")).serveStdio,
      hidden: true,
    },
  },
  exits: EXITS,
  examples: ["esoteric-entropy scan", "esoteric-entropy stream --format hex --bytes 32"],
  menu: async (deps) => (await import("./menu.ts")).menu(deps),
  settings: SETTINGS_FLAGS,
  deps: programDeps,
  manual: {
    title: "noise of this machine as random bytes",
    description: [
      "esoteric-entropy measures noise of the machine it runs on, says how much entropy that noise holds, and hands out random bytes that are backed by it.",
      PROMISE,
      "Full mode has the arithmetic of RBG3(XOR) in SP 800-90C, and drbg mode the construction of RBG2(NP), over non-physical sources that nobody has validated. Neither is what the standard calls by those names.",
      "Three figures are never mixed. Claimed H is what a source states, with evidence. Assessed H is what the estimators of NIST SP 800-90B measured on this machine. Credited bits are what was counted: never more than samples times the lower of the claim and half of what was assessed, and nothing for a source that fails its health tests.",
      "Without arguments it shows a menu on a terminal, and prints the command that it ran. Elsewhere it prints its help.",
    ],
    conventions: [
      "Results go to stdout, messages to stderr. --json makes a command write its results as JSON. Options follow the command; a value follows its option after a space or an equals sign.",
      "A list of sources, as for --sources, holds ids, families, and the words default, fast (100,000 samples a second or more, no side effects) and all, separated by commas. A leading - leaves one out: default,-sleep_jitter. A list that only leaves out starts from default. What --source-file and --source-exec name belongs to default.",
      "Sizes are like 64, 4K, 1.5M or 2G, in powers of 1024. Times are in seconds, or like 500ms.",
      "On a terminal, tables fit its width: remarks wrap or move below their row, and columns are left out. Pipes and files get all columns, without colour.",
    ],
    environment: [
      ["NO_COLOR", "Set and not empty: no colour."],
      [
        "LC_ALL, LC_CTYPE, LANG",
        "The first that is set tells the encoding of the terminal. Without UTF-8, bars and charts are drawn in ASCII.",
      ],
      ["TERM", "dumb: no colour, and drawings in ASCII."],
      [
        "NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID",
        "device, server: how systemd is told that they are ready and well.",
      ],
      [
        "OTEL_EXPORTER_OTLP_*",
        "server --otlp: headers, certificates, compression and the time limit of what is sent.",
      ],
      [
        "XDG_STATE_HOME, HOME",
        "Folder of the profile that calibrate makes, of the index of tagged evidence, and of the ledger of a fleet.",
      ],
      [
        "S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_SESSION_TOKEN, S3_ENDPOINT, S3_REGION, and the same with AWS_",
        "worker: how data at s3:// are read.",
      ],
      [
        "XDG_RUNTIME_DIR, TMPDIR, XDG_CACHE_HOME, HOME",
        "Folders in which the native library, and the program that restarts sources, are put while they are needed, where they cannot be in memory.",
      ],
    ],
    files: [
      ["~/.local/state/esoteric-entropy/profile.json", "The profile that calibrate makes, on Linux."],
      ["~/.local/state/esoteric-entropy/evidence.json", "The index that record --tag keeps, on Linux."],
      [
        "~/.local/state/esoteric-entropy/fleet.db",
        "The ledger of a fleet, unless --ledger says otherwise, on Linux.",
      ],
      ["~/Library/Application Support/esoteric-entropy/profile.json", "The same on macOS."],
    ],
  },
};

/** @returns the exit code; never throws */
export function run(argv: readonly string[]): Promise<number> {
  return runProgram(product, argv);
}
