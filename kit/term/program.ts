/** Runs a program: signals, the command and its options, the exit code, error messages. */
import { setTimeout as sleep } from "node:timers/promises";
import { aborted } from "../abort.ts";
import { UsageError } from "../errors.ts";
import type { Command } from "./command.ts";
import { findCommand, groupOf, unknownCommand } from "./command-name.ts";
import { EXIT, exitCodeOf, messageOf, stopCodeOf } from "./exit.ts";
import { type Flags, type OptionsOf, parseOptions } from "./flags.ts";
import { evenUnread, type Io, processIo } from "./io.ts";
import type { Product } from "./product.ts";
import { Signals } from "./signals.ts";
import { Talk } from "./talk.ts";

/** @returns the exit code; never throws */
export async function runProgram<Deps, Settings extends Flags>(
  product: Product<Deps, Settings>,
  argv: readonly string[],
): Promise<number> {
  const signals = new Signals();
  const talk = new Talk(2);
  const io = processIo(signals.signal, (act) => signals.onHangUp(act), talk);
  const code = await exitCodeOfRun(product, argv, io, product.thread && threadOf(product.thread));
  // A terminal that takes nothing must not keep the program from ending.
  const patience = aborted(io.signal).then(() => sleep(LAST_WORDS_MS));
  await Promise.race([talk.written, patience]);
  return code;
}

/** Time for messages to be written after a signal. */
const LAST_WORDS_MS = 200;

/** Runs a command line elsewhere. @returns the exit code @throws the signal's reason */
type Elsewhere = (argv: readonly string[], io: Io) => Promise<number>;

/** Time for a thread to clear away after a signal. */
const CLEARING_MS = 100;

/** @param thread file that calls `serveCommand` */
function threadOf(thread: URL): Elsewhere {
  return async (argv, io) => {
    const { inThread } = await import("../thread.ts");
    const request: ThreadCommand = { argv, columns: io.columns };
    const failure = "the command could not be run";
    return inThread(thread, request, { signal: io.signal, work: "command", failure, lastMs: CLEARING_MS });
  };
}

/** Command line for a thread, and what a thread cannot find out by itself. */
export interface ThreadCommand {
  readonly argv: readonly string[];
  readonly columns: number;
}

/** @param elsewhere runs the commands that have a thread of their own; without it, they run here */
export async function exitCodeOfRun<Deps, Settings extends Flags>(
  product: Product<Deps, Settings>,
  argv: readonly string[],
  io: Io,
  elsewhere?: Elsewhere,
): Promise<number> {
  try {
    return await runApp(product, argv, io, elsewhere);
  } catch (failure) {
    // After an interrupt, any failure is its consequence.
    const error = io.signal.aborted ? io.signal.reason : failure;
    const message = messageOf(error, product.name, io.errColor);
    if (message) io.err(`${message}\n`);
    return exitCodeOf(error, product.exits);
  }
}

/** Runs one command line. @returns the exit code @throws whatever the command throws; UsageError for a wrong command line */
export async function runApp<Deps, Settings extends Flags>(
  product: Product<Deps, Settings>,
  argv: readonly string[],
  io: Io,
  elsewhere?: Elsewhere,
): Promise<number> {
  const [name, ...words] = argv;
  if (name === undefined && product.menu && io.inIsTerminal && io.outIsTerminal) {
    const [{ runMenu }, { askOnTerminal }] = await Promise.all([
      import("./menu.ts"),
      import("./menu-prompts.ts"),
    ]);
    const items = await product.menu(product.deps({}, io));
    return runMenu(items, product.name, io, askOnTerminal, (line, itsIo) => runApp(product, line, itsIo));
  }
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && words.length === 0)) {
    const { programHelp } = await import("./help.ts");
    await io.out(`${programHelp(product, io)}\n`);
    return EXIT.ok;
  }
  if (name === "--version" || name === "-V" || name === "version") {
    await io.out(`${product.version}\n`);
    return EXIT.ok;
  }
  if (name === "--licences" || name === "--licenses") {
    const { licences } = await import("./licences.ts");
    await io.out(await licences());
    return EXIT.ok;
  }
  if (name === "complete" && words[0] === "--") {
    const { completionOf, completionText } = await import("./complete.ts");
    await io.out(completionText(await completionOf(words.slice(1), product, io)));
    return EXIT.ok;
  }
  if (name === "help") return runApp(product, [...words, "--help"], io);
  if (name.startsWith("-")) {
    throw new UsageError(`unknown option '${name}'`, [
      `options follow the command: ${product.examples.at(-1) ?? `${product.name} <command> [options]`}`,
    ]);
  }
  const found = findCommand(product.commands, argv);
  if (!found) {
    const group = groupOf(product, name);
    if (group.length === 0 || !isHelp(words[0])) throw unknownCommand(product, argv);
    const { groupHelp } = await import("./help.ts");
    await io.out(`${groupHelp(product, name, group, io)}\n`);
    return EXIT.ok;
  }
  const { entry, rest } = found;
  const command = await entry.load();
  if (wantsHelp(rest)) {
    const { commandHelp } = await import("./help.ts");
    await io.out(`${commandHelp(command, product, io)}\n`);
    return EXIT.ok;
  }
  const options = parseOptions(command, rest);
  if (command.ownThread && elsewhere) return elsewhere(argv, io);
  const itsIo = command.judges ? evenUnread(io) : io;
  const work = async () =>
    (await command.run(options, itsIo, product.deps(settingsOf(product, command, options), itsIo))) ??
    EXIT.ok;
  return command.runsUntilStopped?.(options) ? await untilStopped(work, io.signal) : await work();
}

/** @returns the exit code: that of the signal that ends it, unless the work has another one for itself */
async function untilStopped(work: () => Promise<number>, signal: AbortSignal): Promise<number> {
  try {
    const code = await work();
    if (!signal.aborted || code !== EXIT.ok) return code;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return stopCodeOf(signal.reason);
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some(isHelp);
}

function isHelp(arg: string | undefined): boolean {
  return arg === "--help" || arg === "-h";
}

/** Picks the options whose flags are the product's settings: the same object under the same key. */
function settingsOf<Deps, Settings extends Flags>(
  { settings }: Product<Deps, Settings>,
  { flags }: Command<Deps>,
  options: Readonly<Record<string, unknown>>,
): Partial<OptionsOf<Settings>> {
  const shared = Object.keys(settings).filter((key) => flags[key] === settings[key]);
  return Object.fromEntries(shared.map((key) => [key, options[key]])) as Partial<OptionsOf<Settings>>;
}
