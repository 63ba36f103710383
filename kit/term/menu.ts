/** Asks what is wanted, does it, and says how to type it the next time. */
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import {
  type Choice,
  menuItems,
  type Plan,
  type Question,
  shellLine,
} from "../../src/commands/menu-items.ts";
import type { Deps } from "../../src/deps.ts";
import { InputError } from "../../src/errors.ts";
import type { Source } from "../../src/source.ts";
import { EXIT, InterruptedError } from "./exit.ts";
import type { Io } from "./io.ts";

/** Puts a question to whoever sits at the terminal. Undefined: they want to leave. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<string | undefined>;

/** Runs a command line. Gives its exit code. */
export type RunArgv = (argv: readonly string[], io: Io) => Promise<number>;

/** @throws InterruptedError if they leave; whatever the command throws */
export async function runMenu(io: Io, deps: Deps, ask: Ask, run: RunArgv): Promise<number> {
  const answered = async (question: Question): Promise<string> => {
    const answer = await ask(question, io.signal);
    io.signal.throwIfAborted();
    if (answer === undefined) throw new InterruptedError(EXIT.interrupted);
    return answer;
  };
  const items = menuItems(await availableSources(deps), existsSync);
  const choices: readonly Choice[] = items;
  const wanted = await answered({ name: "wanted", message: "What do you want?", choices });
  const item = items.find(({ value }) => value === wanted)!;
  const answers: Record<string, string> = {};
  for (const question of item.questions) answers[question.name] = await answered(question);

  const plan = item.plan(answers);
  if (!plan) return EXIT.ok;
  try {
    return await carryOut(plan, io, run);
  } finally {
    io.err(`\nnext time: ${shellLine(plan)}\n`);
  }
}

async function availableSources({ sources, host }: Deps): Promise<Source[]> {
  const found = await Promise.all(
    sources.map(async (source) => ({ source, ...(await source.availability(host)) })),
  );
  return found.filter(({ ok }) => ok).map(({ source }) => source);
}

/** @throws InputError if the file cannot be made, or is there by now */
async function carryOut({ argv, toFile }: Plan, io: Io, run: RunArgv): Promise<number> {
  if (toFile === undefined) return await run(argv, io);
  const cannotWrite = (error: Error) =>
    new InputError(`cannot write ${toFile}: ${error.message}`, { cause: error });
  // It may hold keys: for its owner only.
  await using file = await open(toFile, "wx", 0o600).catch((error: Error) => {
    throw cannotWrite(error);
  });
  return await run(argv, {
    ...io,
    outIsTerminal: false,
    widenPipe: () => {},
    async out(data) {
      io.signal.throwIfAborted();
      await file.writeFile(data).catch((error: Error) => {
        throw cannotWrite(error);
      });
    },
  });
}
