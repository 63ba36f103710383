/** A menu for people who type only the program's name. It asks questions, runs a command, and shows how to type it next time. */
import { NewFile } from "../files/new-file.ts";
import { shellWord } from "../format/shell-word.ts";
import { EXIT, InterruptedError } from "./exit.ts";
import type { Io } from "./io.ts";

/** Makes the menu of a product for this machine. */
export type Menu<Deps> = (deps: Deps) => Promise<readonly Item[]>;

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

export type Question = { readonly name: string; readonly message: string } & (
  | { readonly choices: readonly Choice[] }
  | {
      readonly suggested: string;
      /** Describes what is wrong with an answer; undefined if nothing is. */
      problem(answer: string): string | undefined;
    }
);

/** A command line. */
export interface Plan {
  readonly argv: readonly string[];
  /** File that takes its output instead of the terminal. */
  readonly toFile?: string;
}

export interface Item extends Choice {
  readonly questions: readonly Question[];
  /** Turns the answers into a command line; undefined to do nothing. */
  plan(answers: Readonly<Record<string, string>>): Plan | undefined;
}

/** Asks a question on the terminal. Resolves with undefined if the user wants to leave. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<string | undefined>;

/** Runs a command line. Resolves with its exit code. */
export type RunArgv = (argv: readonly string[], io: Io) => Promise<number>;

/** @returns the exit code @throws InterruptedError if the user leaves; whatever the command throws */
export async function runMenu(
  items: readonly Item[],
  program: string,
  io: Io,
  ask: Ask,
  run: RunArgv,
): Promise<number> {
  const answered = async (question: Question): Promise<string> => {
    const answer = await ask(question, io.signal);
    io.signal.throwIfAborted();
    if (answer === undefined) throw new InterruptedError(EXIT.interrupted);
    return answer;
  };
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
    io.err(`\nnext time: ${shellLine(program, plan)}\n`);
  }
}

/** Runs the plan. @throws InputError if its file cannot be created, or exists by now; whatever the command throws, and then there is no file */
async function carryOut({ argv, toFile }: Plan, io: Io, run: RunArgv): Promise<number> {
  if (toFile === undefined) return await run(argv, io);
  // The file may hold keys, so only its owner may read it.
  await using file = await NewFile.create(toFile);
  const code = await run(argv, {
    ...io,
    outIsTerminal: false,
    widenPipe: () => {},
    async out(data) {
      io.signal.throwIfAborted();
      await file.append(data);
    },
  });
  await file.complete();
  return code;
}

/** Formats the plan as a line for a POSIX shell. */
export function shellLine(program: string, { argv, toFile }: Plan): string {
  const line = [program, ...argv].map(shellWord).join(" ");
  return toFile === undefined ? line : `${line} > ${shellWord(toFile)}`;
}

export function choice(name: string, message: string, choices: readonly Choice[]): Question {
  return { name, message, choices };
}

export function text(
  name: string,
  message: string,
  suggested: string,
  problemWith: (answer: string) => string | undefined,
): Question {
  return { name, message, suggested, problem: problemWith };
}
