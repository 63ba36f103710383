/** The command line: finds the command, checks its flags, runs it. */
import { stripVTControlCharacters } from "node:util";
import { defineCommand, parseArgs, renderUsage } from "citty";
import { UsageError } from "../errors.ts";
import type { Settings } from "../platform/host.ts";
import { suggestion } from "../selection.ts";
import { VERSION } from "../version.ts";
import { checkedArgs } from "./args.ts";
import type { Command } from "./command.ts";
import type { Deps } from "./deps.ts";
import type { Io } from "./io.ts";
import { settingsOf } from "./source-args.ts";

/** Each is loaded only when it is called: a cold start reads no more than it needs. */
export const COMMANDS: Record<string, { summary: string; load: () => Promise<Command> }> = {
  scan: {
    summary: "List the noise sources of this machine",
    load: async () => (await import("./scan.ts")).scan,
  },
  probe: { summary: "Look at one source's raw noise", load: async () => (await import("./probe.ts")).probe },
  pool: {
    summary: "Collect for a moment and show the account",
    load: async () => (await import("./pool.ts")).pool,
  },
  stream: { summary: "Write random bytes to stdout", load: async () => (await import("./stream.ts")).stream },
  record: {
    summary: "Record raw noise and restarts to files",
    load: async () => (await import("./record.ts")).record,
  },
  report: {
    summary: "Test data, or the pool's own output, for randomness",
    load: async () => (await import("./report.ts")).report,
  },
  assess: {
    summary: "Assess min-entropy after SP 800-90B",
    load: async () => (await import("./assess.ts")).assess,
  },
  bench: {
    summary: "Measure sources side by side: rate, entropy, credit",
    load: async () => (await import("./bench.ts")).bench,
  },
  calibrate: {
    summary: "Assess the sources on this machine, for lower credit where it is due",
    load: async () => (await import("./calibrate.ts")).calibrate,
  },
};

/** @returns the exit code @throws whatever the command throws; UsageError for a wrong command line */
export async function runApp(
  argv: readonly string[],
  io: Io,
  deps: (settings: Partial<Settings>) => Deps,
): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    await io.out(`${overview()}\n`);
    return 0;
  }
  if (name === "--version" || name === "-V" || name === "version") {
    await io.out(`${VERSION}\n`);
    return 0;
  }
  if (name === "help") return runApp([rest[0]!, "--help"], io, deps);
  if (name.startsWith("-")) {
    throw new UsageError(`unknown option '${name}'`, [
      "options follow the command: esoteric-entropy stream --bytes 32",
    ]);
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) throw new UsageError(`unknown command '${name}'`, suggestion(name, Object.keys(COMMANDS)));

  const command = await entry.load();
  if (wantsHelp(rest)) {
    await io.out(`${await usage(command)}\n`);
    return 0;
  }
  const args = parseArgs(checkedArgs(rest, command.args), command.args);
  return (await command.run(args, io, deps(settingsOf(args)))) ?? 0;
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

async function usage({ name, description, args, examples }: Command): Promise<string> {
  const definition = defineCommand({ meta: { name, description }, args });
  const program = defineCommand({ meta: { name: "esoteric-entropy" } });
  const text = stripVTControlCharacters(await renderUsage(definition, program));
  return `${text.trimEnd()}\n\nEXAMPLES\n\n${examples.map((example) => `  ${example}`).join("\n")}`;
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const list = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    `esoteric-entropy ${VERSION}: noise of this machine, credited honestly, handed out as random bytes`,
    "",
    "USAGE  esoteric-entropy <command> [options]",
    "",
    "COMMANDS",
    "",
    ...list,
    "",
    "EXAMPLES",
    "",
    "  esoteric-entropy scan",
    "  esoteric-entropy stream --format hex --bytes 32",
    "",
    "'esoteric-entropy <command> --help' explains a command; --version prints the version.",
  ].join("\n");
}
