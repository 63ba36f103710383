/** Measures the program beside its peers. A peer that is not installed is left out. */

import { median } from "simple-statistics";
import { buildJitterEntropy } from "./jitterentropy.ts";
import { canPin, discarding, heading, peakBytes, row, run, runThroughPipe, takeTurns } from "./measure.ts";

const STARTS = 15;

export async function besidePeers(program: string, rounds: number): Promise<void> {
  await starts(program);
  await memory(program);
  await fullEntropy(program, rounds);
  await bulk(program, rounds, false);
  if (canPin()) await bulk(program, rounds, true);
}

async function starts(program: string): Promise<void> {
  heading("cold start", "ms, median (least)", "ratio");
  for (const args of [["--version"], ["stream", "--bytes", "32", "--format", "hex"]]) {
    const { ours } = await takeTurns(
      { ours: async () => (await run([program, ...args])).seconds * 1000 },
      STARTS,
    );
    row(args.join(" "), `${median(ours).toFixed(0)} (${Math.min(...ours).toFixed(0)})`, "");
  }
}

async function memory(program: string): Promise<void> {
  heading("peak memory", "MB", "ratio");
  for (const args of ["stream --bytes 32", "stream --bytes 200K", "stream --mode drbg --bytes 2G"]) {
    row(args, ((await peakBytes(discarding(program, args))) / 1e6).toFixed(0), "");
  }
}

async function fullEntropy(program: string, rounds: number): Promise<void> {
  const library = await buildJitterEntropy();
  const bytes = 1_000_000;
  const wall: number[] = [];
  const perCpu: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { seconds, cpuSeconds } = await run(discarding(program, `stream --bytes ${bytes}`));
    wall.push(bytes / seconds / 1000);
    perCpu.push(bytes / cpuSeconds / 1000);
    if (library) theirs.push((await library.rate()) / 1000);
  }
  heading("full-entropy bytes, default sources", "KB/s", "ratio");
  row("stream --mode full", median(wall).toFixed(1), "");
  row("stream --mode full (per CPU second)", median(perCpu).toFixed(1), "");
  if (!library) {
    row("jitterentropy", "not built: set JITTERENTROPY_SOURCE", "");
    return;
  }
  const times = (ours: readonly number[]) => `${(median(ours) / median(theirs)).toFixed(1)} ×`;
  row(
    `jitterentropy ${library.version} (per CPU second)`,
    median(theirs).toFixed(1),
    `${times(wall)}, per CPU second ${times(perCpu)}`,
  );
}

async function bulk(program: string, rounds: number, onOneCore: boolean): Promise<void> {
  const bytes = 2047 * 2 ** 20; // openssl rand takes less than 2 GiB
  const few = 128 * 2 ** 20;
  const rate = (command: string, args: string, count: number) => async () =>
    count / (await runThroughPipe(command, args, { onOneCore })).seconds / 1e6;
  const raw = "stream --mode drbg";
  const hex = "stream --mode drbg --format hex";
  const rates = await takeTurns<string, number>(
    {
      [raw]: rate(program, `${raw} --bytes ${bytes}`, bytes),
      [hex]: rate(program, `${hex} --bytes ${bytes}`, bytes),
      ...(Bun.which("openssl") && { "openssl rand": rate("openssl", `rand ${bytes}`, bytes) }),
      "/dev/urandom": rate("head", `-c ${few} /dev/urandom`, few),
      "/dev/zero (the pipe's own limit)": rate("head", `-c ${bytes} /dev/zero`, bytes),
    },
    rounds,
  );
  heading(`bytes through a pipe to cat, ${onOneCore ? "all on one core" : "all cores"}`, "MB/s", "ratio");
  const ours = median(rates[raw]!);
  for (const [name, values] of Object.entries(rates)) {
    const theirs = median(values);
    row(name, theirs.toFixed(0), name.startsWith("stream") ? "" : `drbg is ${(ours / theirs).toFixed(2)} ×`);
  }
  row("hex / raw, source bytes", "", `${(median(rates[hex]!) / ours).toFixed(2)} ×`);
}
