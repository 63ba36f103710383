/**
 * The program beside its peers, in one run: `npm run bench`. Prints a table with ratios and asserts nothing.
 *
 * Rates are medians of rounds in which all commands take turns, so that a slow moment hits all alike. Peers that are not
 * installed are left out and named. jitterentropy is built from its own sources, whose folder JITTERENTROPY_SOURCE names
 * (`apt-get source jitterentropy-rngd` brings one that contains the library).
 */
import { existsSync, mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const PROGRAM = join(ROOT, "dist", "esoteric-entropy");
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const MEGABYTE = 1e6;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

interface Timed {
  readonly seconds: number;
  readonly stdout: string;
  readonly peakMegabytes: number;
}

async function timed(command: readonly string[]): Promise<Timed> {
  const start = performance.now();
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const [stdout, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  const seconds = (performance.now() - start) / 1000;
  if (exitCode !== 0) throw new Error(`${command.join(" ")} exited with ${exitCode}`);
  return { seconds, stdout, peakMegabytes: (child.resourceUsage()?.maxRSS ?? 0) / MEGABYTE };
}

const shell = (script: string) => ["/bin/sh", "-c", script];
const onOneCore = (command: readonly string[]) =>
  Bun.which("taskset") ? ["taskset", "-c", "0", ...command] : command;

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** Source bytes, for the rate. */
  readonly bytes: number;
}

/** Megabytes a second, medians over the rounds. */
async function race(contenders: readonly Contender[]): Promise<Map<string, number>> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { name, command, bytes } of contenders) {
      const { seconds } = await timed(command);
      if (round > 0) rates.get(name)!.push(bytes / seconds / MEGABYTE); // round 0 warms up
    }
  }
  return new Map([...rates].map(([name, values]) => [name, median(values)]));
}

function row(name: string, value: string, ratio = ""): void {
  console.log(`| ${name} | ${value} | ${ratio} |`);
}

function heading(title: string, value: string): void {
  console.log(`\n| ${title} | ${value} | ratio |\n|---|---|---|`);
}

async function bulk(pinned: boolean): Promise<void> {
  const bytes = 2047 * 2 ** 20; // openssl rand takes less than 2 GiB
  const few = 128 * 2 ** 20;
  const pipe = (command: string) => {
    const whole = shell(`${command} | cat > /dev/null`);
    return pinned ? onOneCore(whole) : whole;
  };
  const contenders: Contender[] = [
    { name: "stream --mode drbg", command: pipe(`${PROGRAM} stream --mode drbg --bytes ${bytes}`), bytes },
    {
      name: "stream --mode drbg --format hex",
      command: pipe(`${PROGRAM} stream --mode drbg --format hex --bytes ${bytes}`),
      bytes,
    },
    { name: "/dev/urandom", command: pipe(`head -c ${few} /dev/urandom`), bytes: few },
    { name: "/dev/zero (the pipe's own limit)", command: pipe(`head -c ${bytes} /dev/zero`), bytes },
  ];
  if (Bun.which("openssl")) {
    contenders.splice(2, 0, { name: "openssl rand", command: pipe(`openssl rand ${bytes}`), bytes });
  }
  const rates = await race(contenders);
  heading(`bytes through a pipe to cat, ${pinned ? "all on one core" : "all cores"}`, "MB/s");
  const ours = rates.get("stream --mode drbg")!;
  for (const [name, rate] of rates)
    row(name, rate.toFixed(0), name.startsWith("stream") ? "" : `drbg is ${(ours / rate).toFixed(2)} ×`);
  row(
    "hex / raw, source bytes",
    "",
    `${(rates.get("stream --mode drbg --format hex")! / ours).toFixed(2)} ×`,
  );
}

async function jitterentropy(): Promise<string | undefined> {
  const source = process.env["JITTERENTROPY_SOURCE"];
  const compiler = Bun.which("cc") ?? Bun.which("gcc");
  if (!source || !compiler) return undefined;
  const folder = join(ROOT, "build", "bench");
  mkdirSync(folder, { recursive: true });
  const driver = join(folder, "jitterentropy");
  // -O0 is what the library's authors require: an optimiser would remove its work.
  const library = existsSync(join(source, "lib")) ? `${source}/lib` : `${source}/src`;
  await timed(
    shell(
      `${compiler} -O0 -fwrapv -I${source} -I${library} ${join(import.meta.dir, "jitterentropy.c")} ${library}/*.c -lpthread -o ${driver}`,
    ),
  );
  return driver;
}

async function fullEntropy(): Promise<void> {
  const driver = await jitterentropy();
  const bytes = 1_000_000;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { seconds } = await timed(shell(`${PROGRAM} stream --bytes ${bytes} > /dev/null`));
    ours.push(bytes / seconds / 1000);
    if (!driver) continue;
    const [count, cpuSeconds] = (await timed([driver, "2"])).stdout.split(" ").map(Number);
    theirs.push(count! / cpuSeconds! / 1000);
  }
  heading("full-entropy bytes, default sources", "KB/s");
  row("stream --mode full", median(ours).toFixed(1));
  if (driver)
    row(
      "jitterentropy (per CPU second)",
      median(theirs).toFixed(1),
      `${(median(ours) / median(theirs)).toFixed(1)} ×`,
    );
  else row("jitterentropy", "not built: set JITTERENTROPY_SOURCE");
}

async function starts(): Promise<void> {
  const runs = 15;
  heading("cold start", "ms, median (least)");
  for (const args of [["--version"], ["stream", "--bytes", "32", "--format", "hex"]]) {
    const times: number[] = [];
    for (let i = 0; i <= runs; i++) {
      const { seconds } = await timed([PROGRAM, ...args]);
      if (i > 0) times.push(seconds * 1000);
    }
    row(args.join(" "), `${median(times).toFixed(0)} (${Math.min(...times).toFixed(0)})`);
  }
}

async function memory(): Promise<void> {
  heading("peak memory", "MB");
  for (const args of ["stream --bytes 32", "stream --bytes 200K", "stream --mode drbg --bytes 2G"]) {
    const { peakMegabytes } = await timed(shell(`exec ${PROGRAM} ${args} > /dev/null`));
    row(args, peakMegabytes.toFixed(0));
  }
}

console.log(
  `machine: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, ${process.platform}; ${ROUNDS} rounds`,
);
await starts();
await memory();
await fullEntropy();
await bulk(false);
if (Bun.which("taskset")) await bulk(true);
