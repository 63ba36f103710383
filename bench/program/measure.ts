/** Runs commands and measures their time, processor time and memory. */
import { shellWord } from "#kit/format/shell-word.ts";

/** A failure that is printed with its hints, without a stack. */
export class BenchError extends Error {
  constructor(
    message: string,
    readonly hints: readonly string[],
  ) {
    super(message);
  }
}

/** Prints a failure of a benchmark with its hints, and sets the exit code. Throws any other error on. */
export function reportFailure(error: unknown): void {
  if (!(error instanceof BenchError)) throw error;
  console.error([`error: ${error.message}`, ...error.hints.map((hint) => `hint: ${hint}`)].join("\n"));
  process.exitCode = 1;
}

export interface Run {
  readonly seconds: number;
  /** Processor time of the command and of the children it waited for. */
  readonly cpuSeconds: number;
  /** Never below the size of this process; `peakBytes` has the command's own. */
  readonly maxResidentBytes: number;
  readonly stdout: string;
}

/** @param accepted exit codes that are no failure */
export async function run(command: readonly string[], accepted: readonly number[] = [0]): Promise<Run> {
  const start = performance.now();
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const [stdout, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  const seconds = (performance.now() - start) / 1000;
  if (!accepted.includes(exitCode)) throw new BenchError(`${command.join(" ")} exited with ${exitCode}`, []);
  const usage = child.resourceUsage();
  if (!usage) throw new BenchError("this system reports no resource usage of a process", []);
  return { seconds, cpuSeconds: Number(usage.cpuTime.total) / 1e6, maxResidentBytes: usage.maxRSS, stdout };
}

/** Returns a command that discards the program's output. The program replaces the shell, so that its usage is measured. */
export function discarding(program: string, args: string): string[] {
  return ["/bin/sh", "-c", `exec ${shellWord(program)} ${args} > /dev/null`];
}

/** Runs a command with its output through a pipe to cat, optionally both on one core. CPU time is that of both. */
export async function runThroughPipe(
  program: string,
  args: string,
  { onOneCore }: { readonly onOneCore: boolean },
): Promise<Run> {
  // A pipe has the exit code of its last command, so the first one's goes to descriptor 3.
  const script = `exec 3>&1; { ${shellWord(program)} ${args} || echo $? >&3; } | cat > /dev/null`;
  const shell = ["/bin/sh", "-c", script];
  const result = await run(onOneCore ? ["taskset", "-c", "0", ...shell] : shell);
  if (result.stdout !== "")
    throw new BenchError(`${program} ${args} exited with ${result.stdout.trim()}`, []);
  return result;
}

export function canPin(): boolean {
  return Bun.which("taskset") !== null;
}

/**
 * Measures the largest resident size of a command. Linux counts the size of this process as the child's own, since a
 * child begins as a copy of it. @throws BenchError for a figure that is not above that size
 */
export async function peakBytes(
  command: readonly string[],
  accepted: readonly number[] = [0],
): Promise<number> {
  const leastBytes = (await run(["/bin/sh", "-c", ":"])).maxResidentBytes;
  const { maxResidentBytes } = await run(command, accepted);
  if (maxResidentBytes <= leastBytes)
    throw new BenchError(
      `${command.join(" ")} takes less memory than the benchmark, so its peak cannot be measured`,
      [],
    );
  return maxResidentBytes;
}

/** Measures all contenders once per turn, and returns their values by turn. Turn 0 warms up and is left out. */
export async function takeTurns<Name extends string, Value>(
  contenders: Readonly<Record<Name, () => Promise<Value>>>,
  turns: number,
): Promise<Record<Name, Value[]>> {
  const names = Object.keys(contenders) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Value[]>;
  for (let turn = 0; turn <= turns; turn++) {
    for (const name of names) {
      const value = await contenders[name]();
      if (turn > 0) values[name].push(value);
    }
  }
  return values;
}

export function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)]!;
}

export function heading(...cells: readonly string[]): void {
  console.log(`\n| ${cells.join(" | ")} |\n|${"---|".repeat(cells.length)}`);
}

export function row(...cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
