/** Runs a program to its end, and gathers its output. */

export interface Surroundings {
  readonly cwd?: string;
  /** Its whole environment. Defaults to this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Its stdin. Defaults to nothing. */
  readonly stdin?: Uint8Array<ArrayBuffer>;
}

export interface Ended<Output = string> {
  /** For a program that a signal ended, 128 and the signal's number. */
  readonly exitCode: number;
  readonly stdout: Output;
  readonly stderr: string;
}

export async function runProcess(command: readonly string[], surroundings?: Surroundings): Promise<Ended> {
  const ended = await runForBytes(command, surroundings);
  return { ...ended, stdout: ended.stdout.toString() };
}

/** For output that is not text. */
export async function runForBytes(
  command: readonly string[],
  { cwd, env, stdin }: Surroundings = {},
): Promise<Ended<Buffer>> {
  const child = Bun.spawn([...command], {
    cwd,
    env,
    stdin: stdin ?? "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).arrayBuffer(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout: Buffer.from(stdout), stderr };
}

/** Runs a program and returns its stdout. @throws unless it exits with 0 */
export async function stdoutOf(command: readonly string[], surroundings?: Surroundings): Promise<string> {
  const { exitCode, stdout, stderr } = await runProcess(command, surroundings);
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: exit code ${exitCode}\n${stdout}${stderr}`);
  return stdout;
}
