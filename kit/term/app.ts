/** The command line: finds the command, checks its flags, runs it. */
import { parseArgs } from "citty";
import { settingsOf } from "../../src/commands/source-args.ts";
import type { Deps } from "../../src/deps.ts";
import { UsageError } from "../../src/errors.ts";
import type { Settings } from "../../src/platform/host.ts";
import { suggestion } from "../../src/sources/selection.ts";
import { VERSION } from "../../src/version.ts";
import { checkedArgs } from "./args.ts";
import type { Command } from "./command.ts";
import type { Io } from "./io.ts";

export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
  /** Internal: in no list of commands. */
  readonly hidden?: true;
}

/** Each is loaded only when it is called: a cold start reads no more than it needs. */
export const COMMANDS: Record<string, CommandEntry> = {
  scan: {
    summary: "List the noise sources of this machine",
    load: async () => (await import("../../src/commands/scan.ts")).scan,
  },
  probe: {
    summary: "Look at one source's raw noise",
    load: async () => (await import("../../src/commands/probe.ts")).probe,
  },
  pool: {
    summary: "Collect for a moment and show the account",
    load: async () => (await import("../../src/commands/pool.ts")).pool,
  },
  stream: {
    summary: "Write random bytes to stdout",
    load: async () => (await import("../../src/commands/stream.ts")).stream,
  },
  device: {
    summary: "Serve random bytes through a FIFO, or feed the kernel",
    load: async () => (await import("../../src/commands/device.ts")).device,
  },
  monitor: {
    summary: "Watch the pool and its sources in the terminal",
    load: async () => (await import("../../src/commands/monitor.ts")).monitor,
  },
  record: {
    summary: "Record raw noise and restarts to files",
    load: async () => (await import("../../src/commands/record.ts")).record,
  },
  report: {
    summary: "Test data, or the pool's own output, for randomness",
    load: async () => (await import("../../src/commands/report.ts")).report,
  },
  assess: {
    summary: "Assess min-entropy after SP 800-90B",
    load: async () => (await import("../../src/commands/assess.ts")).assess,
  },
  bench: {
    summary: "Measure sources side by side: rate, entropy, credit",
    load: async () => (await import("../../src/commands/bench.ts")).bench,
  },
  calibrate: {
    summary: "Assess the sources on this machine, for lower credit where it is due",
    load: async () => (await import("../../src/commands/calibrate.ts")).calibrate,
  },
  server: {
    summary: "Serve random bytes over HTTP, and a page to look at",
    load: async () => (await import("../../src/commands/server.ts")).server,
  },
  completion: {
    summary: "Print a script that makes the shell complete commands",
    load: async () => (await import("../../src/commands/completion.ts")).completion,
  },
  "serve-stdio": {
    summary: "Internal: serve the Python and Node packages",
    load: async () => (await import("../../src/commands/serve-stdio.ts")).serveStdio,
    hidden: true,
  },
};

/** @returns the exit code @throws whatever the command throws; UsageError for a wrong command line */
export async function runApp(
  argv: readonly string[],
  io: Io,
  deps: (settings: Partial<Settings>) => Deps,
): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined && io.inIsTerminal && io.outIsTerminal) {
    const [{ runMenu }, { askOnTerminal }] = await Promise.all([
      import("./menu.ts"),
      import("./menu-prompts.ts"),
    ]);
    return runMenu(io, deps({}), askOnTerminal, (line, itsIo) => runApp(line, itsIo, deps));
  }
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    const { programHelp } = await import("./help.ts");
    await io.out(`${programHelp(shownCommands().map((each) => [each, COMMANDS[each]!.summary]))}\n`);
    return 0;
  }
  if (name === "--version" || name === "-V" || name === "version") {
    await io.out(`${VERSION}\n`);
    return 0;
  }
  if (name === "complete" && rest[0] === "--") {
    const { completionOf, completionText } = await import("./complete.ts");
    await io.out(completionText(await completionOf(rest.slice(1), COMMANDS, deps({}).sources)));
    return 0;
  }
  if (name === "help") return runApp([rest[0]!, "--help"], io, deps);
  if (name.startsWith("-")) {
    throw new UsageError(`unknown option '${name}'`, [
      "options follow the command: esoteric-entropy stream --bytes 32",
    ]);
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) throw new UsageError(`unknown command '${name}'`, suggestion(name, shownCommands()));

  const command = await entry.load();
  if (wantsHelp(rest)) {
    const { commandHelp } = await import("./help.ts");
    await io.out(`${commandHelp(command, io.columns)}\n`);
    return 0;
  }
  const args = parseArgs(checkedArgs(rest, command.args), command.args);
  return (await command.run(args, io, deps(settingsOf(args)))) ?? 0;
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

/** The names of those that are for people. */
export function shownCommands(): string[] {
  return Object.keys(COMMANDS).filter((name) => !COMMANDS[name]?.hidden);
}
