/**
 * Makes the recorded noise that the drill's tests are run over, test/fixtures/noise:
 *
 *     bun bench/drill-noise.ts FOLDER
 *
 * Records each source into FOLDER with the program's command `record`; started again, it continues. Then it keeps the symbols
 * alone, compressed, with where they come from.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../src/recording/manifest.ts";

const ROOT = join(import.meta.dir, "..");
const OUT = join(ROOT, "test", "fixtures", "noise");

/** Sources of every family that is on by default, quick and slow, with much entropy and with little. */
const SOURCES = [
  "clock_jitter",
  "cpu_memory_beat",
  "dram_row_buffer",
  "jitter_loop",
  "mach_timing",
  "metadata_timing",
  "mprotect_timing",
  "page_fault_timing",
  "process",
  "sleep_jitter",
  "speculative_execution",
  "sysctl",
  "vmstat",
];

/** As many as the longest of the faults takes, with blocks of 4,096 (src/drill/drill.ts). */
const SAMPLES = 130_000;

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: drill-noise.ts FOLDER");
mkdirSync(OUT, { recursive: true });
const manifests = SOURCES.map((id) => recorded(id, folder));
const recordings = manifests.map((manifest) => {
  const { source, clock, rateHz, runs, startedAt } = manifest;
  const symbols = readFileSync(join(folder, manifest.files.symbols.name));
  const packed = Bun.zstdCompressSync(symbols, { level: 19 });
  writeFileSync(join(OUT, `${source.id}.zst`), packed);
  return {
    id: source.id,
    symbolBits: source.symbolBits,
    samples: symbols.length,
    rateHz: Math.round(rateHz),
    stepNs: clock?.periodNs ?? null,
    startedAt,
    load: runs.flatMap((run) => run.loadAverage),
    sha256: createHash("sha256").update(symbols).digest("hex"),
    bytes: packed.length,
  };
});
const { cpu, processors, memoryGiB, system, kernel, arch, virtualMachine } = manifests[0]!.machine;
const machine = { cpu, processors, memoryGiB, system, kernel, arch, virtualMachine: virtualMachine.answer };
const { clock, tool } = manifests[0]!;
writeFileSync(
  join(OUT, "recordings.json"),
  `${JSON.stringify({ machine, clock, tool, recordings }, null, 2)}\n`,
);
writeFileSync(join(OUT, "README.md"), readme());

function recorded(id: string, out: string): Manifest {
  const program = [process.execPath, join(ROOT, "src", "main.ts")];
  const args = ["record", id, "--samples", `${SAMPLES}`, "--restarts", "0", "--out", out, "--json"];
  const { stdout, stderr, exitCode } = Bun.spawnSync([...program, ...args]);
  if (exitCode !== 0) throw new Error(`${id}: ${stderr}`);
  console.error(`${id} recorded`);
  return JSON.parse(stdout.toString()) as Manifest;
}

function readme(): string {
  const loads = recordings.flatMap(({ load }) => load);
  const days = recordings.map(({ startedAt }) => startedAt.slice(0, 10)).sort();
  const bytes = recordings.reduce((sum, recording) => sum + recording.bytes, 0);
  const rows = recordings.map(
    ({ id, samples, rateHz, sha256 }) => `| ${id} | ${samples} | ${rateHz} | ${sha256.slice(0, 16)}… |`,
  );
  return `# Recorded noise

Symbols of ${recordings.length} sources, one a byte, compressed with Zstandard (${bytes} bytes in all), as \`bench/drill-noise.ts\` recorded and
packed them. The tests of the fault drill break this noise. It has been in a public place ever since, and must never be credited.

- Machine: ${machine.cpu}, ${machine.processors} processors, ${machine.memoryGiB} GiB, virtual machine: ${machine.virtualMachine}
- System: ${machine.system}, kernel ${machine.kernel}, ${machine.arch}
- Counter: ${clock?.name}, one tick ${clock?.periodNs.toFixed(3)} ns
- Load average from ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}: other programs at work on both cores; ${days[0]}${days.at(-1) === days[0] ? "" : ` to ${days.at(-1)}`}
- Program: ${tool.name} ${tool.version}

| source | symbols | a second | SHA-256 of the symbols |
| --- | ---: | ---: | --- |
${rows.join("\n")}

\`recordings.json\` has the same for programs.
`;
}
