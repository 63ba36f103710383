/** Runs cryptex in a folder whose keys are in `keys/`. */
import { runCryptex, type WorkFolder } from "../support/program.ts";

export interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Adds `--keys keys`. */
export async function run(folder: WorkFolder, ...args: readonly string[]): Promise<Said> {
  return await runCryptex(folder, ...args, "--keys", "keys");
}

/** Runs a command that has to succeed. @returns its stdout without the last line end */
export async function must(folder: WorkFolder, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(folder, ...args);
  if (exitCode !== 0) throw new Error(`${args.join(" ")}: exit code ${exitCode}\n${stdout}${stderr}`);
  return stdout.trimEnd();
}
