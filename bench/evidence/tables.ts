/** The tables of docs/EVIDENCE.md, as Markdown on stdout. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { correlation, sharedInformation } from "../../src/recording/dependence.ts";
import { bytes, type Evidence, figures, WINDOW } from "./figures.ts";
import { ROUND_DROPPED, ROUND_SAMPLES } from "./interleave.ts";

export async function print(folders: string[]): Promise<void> {
  if (folders.length === 0) throw new Error("print: which folders?");
  const all = await figures(folders);
  printConditions(folders, all);
  printClaims(folders, all);
  printCoarse(folders, all);
  printStretches(folders, all);
  printControls(folders, all);
  printCorrelations(folders, all);
}

function printConditions(folders: readonly string[], all: readonly Evidence[]): void {
  const manifests = all.flatMap((each) => each.manifests.filter((manifest) => manifest !== undefined));
  const first = manifests[0];
  if (!first) throw new Error("nothing was recorded");
  const { machine, clock, tool } = first;
  const days = manifests.map((manifest) => manifest.startedAt.slice(0, 10)).sort();
  console.log(`- Machine: ${machine.cpu}, ${machine.processors} processors, ${machine.memoryGiB} GiB`);
  console.log(`- System: ${machine.system}, kernel ${machine.kernel}, ${machine.arch}`);
  console.log(`- Virtual machine: ${machine.virtualMachine.answer} (${machine.virtualMachine.evidence})`);
  console.log(`- Counter: ${clock?.name}, one tick ${clock?.periodNs.toFixed(3)} ns (${clock?.step} units)`);
  const libraries = Map.groupBy(manifests, (manifest) => manifest.library?.sha256.slice(0, 16) ?? "none");
  const builds = [...libraries].map(([hash, made]) => `${hash}… (${made.length} recordings)`).join(", ");
  console.log(`- Program: version ${tool.version}, library ${builds}; ${days[0]} to ${days.at(-1)}`);
  for (const [i, folder] of folders.entries()) {
    const loads = all.flatMap((each) => each.manifests[i]?.runs.flatMap((run) => run.loadAverage) ?? []);
    if (loads.length === 0) continue;
    const [low, high] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
    console.log(`- Condition "${basename(folder)}": load average from ${low} to ${high}`);
  }
}

function printClaims(folders: readonly string[], all: readonly Evidence[]): void {
  const names = folders.map((folder) => basename(folder));
  console.log("\n### Assessed entropy\n");
  const heads = [
    "source",
    "samples",
    "rate/s",
    ...names.map((name) => `H ${name}`),
    "H_r",
    "H_c",
    "restarts",
    "claim",
    "½ of the lowest",
  ];
  console.log(row(heads));
  console.log(row(heads.map((head, i) => (i === 0 || head === "" ? "---" : "---:"))));
  for (const { id, manifests, assessed, restart, rateHz, claim } of all) {
    const lowest = Math.min(...assessed.filter((h) => h !== undefined), ...(restart ? [restart.h] : []));
    const counts = [
      ...new Set(manifests.filter((manifest) => manifest).map((manifest) => manifest!.samples)),
    ];
    console.log(
      row([
        id,
        counts.join(", "),
        rateHz === undefined ? "" : rateHz.toPrecision(3),
        ...assessed.map((h) => h?.toFixed(3) ?? ""),
        restart?.hRow?.toFixed(3) ?? "",
        restart?.hCol?.toFixed(3) ?? "",
        restart
          ? `${restart.rows} × ${restart.cols} ${restart.passed ? "passed" : `failed: ${restart.reason}`}`
          : "none",
        Number.isFinite(lowest) ? claimCell(claim, lowest / 2) : `${claim}, not recorded`,
        Number.isFinite(lowest) ? (lowest / 2).toFixed(3) : "",
      ]),
    );
  }
}

function printCoarse(folders: readonly string[], all: readonly Evidence[]): void {
  const names = folders.map((folder) => basename(folder));
  console.log("\n### With a counter of 24 MHz\n");
  console.log(row(["source", ...names.map((name) => `H ${name}`), "claim", "½ of the lowest"]));
  console.log(row(["---", ...names.map(() => "---:"), "---:", "---:"]));
  for (const { id, coarse, coarseClaim } of all) {
    const half = Math.min(...coarse.filter((h) => h !== undefined)) / 2;
    if (!Number.isFinite(half)) continue;
    const cells = coarse.map((h) => h?.toFixed(3) ?? "");
    console.log(row([id, ...cells, claimCell(coarseClaim, half), half.toFixed(3)]));
  }
}

function claimCell(claim: number, half: number): string {
  return claim <= half ? String(claim) : `**${claim}, too high**`;
}

function printStretches(folders: readonly string[], all: readonly Evidence[]): void {
  const names = folders.map((folder) => basename(folder));
  console.log("\n### The running estimate\n");
  console.log(row(["source", "claim", ...names.flatMap((name) => [`lowest, ${name}`, "below the claim"])]));
  console.log(row(["---", "---:", ...names.flatMap(() => ["---:", "---:"])]));
  for (const { id, claim, stretches: found } of all) {
    const cells = found.flatMap((each) =>
      each ? [each.lowest.toFixed(3), `${(100 * each.belowClaim).toFixed(1)} %`] : ["", ""],
    );
    console.log(row([id, String(claim), ...cells]));
  }
}

function printControls(folders: readonly string[], all: readonly Evidence[]): void {
  const names = folders.map((folder) => basename(folder));
  console.log("\n### Controls\n");
  console.log(
    row(["source", "null control, H", ...names.flatMap((name) => [`replay ${name}`, "beyond drift"])]),
  );
  console.log(row(["---", "---:", ...names.flatMap(() => ["---:", "---:"])]));
  for (const { id, nullH, replays } of all) {
    const h = typeof nullH === "number" ? nullH.toFixed(3) : nullH;
    console.log(row([id, h, ...replays.flatMap((pair) => pair?.map((bits) => bits.toFixed(4)) ?? ["", ""])]));
  }
}

function printCorrelations(folders: readonly string[], all: readonly Evidence[]): void {
  const folder = folders.find((each) => all.some(({ id }) => existsSync(join(each, `${id}.interleaved.u8`))));
  if (!folder) return;
  const live = all.filter(({ id }) => existsSync(join(folder, `${id}.interleaved.u8`)));
  const symbols = live.map(({ id }) => bytes(folder, `${id}.interleaved.u8`));
  const n = symbols[0]!.length;
  const r = symbols.map((a, i) => symbols.map((b, j) => (j > i ? correlation(a, b) : 0)));
  const below = (measure: (a: Uint8Array, b: Uint8Array) => number) =>
    symbols.map((a, i) => symbols.map((b, j) => (j < i ? measure(a, b) : 0)));
  const drifting = below((a, b) => sharedInformation(a, b));
  const mi = below((a, b) => sharedInformation(a, b, WINDOW));
  console.log(`\n### Correlations\n`);
  console.log(
    `${live.length} sources, ${n} symbols of each, recorded in turns of ${ROUND_SAMPLES} after ${ROUND_DROPPED}`,
  );
  console.log(
    "that were dropped. Above the diagonal Pearson's r in thousandths, below it mutual information beyond",
  );
  console.log(`slow drift (windows of ${WINDOW} symbols) in thousandths of a bit per symbol.\n`);
  console.log(row(["", "source", "family", ...live.map((_, i) => String(i + 1))]));
  console.log(row(["---:", "---", "---", ...live.map(() => "---:")]));
  for (const [i, { id, family }] of live.entries()) {
    const cells = live.map((_, j) => (i === j ? "·" : ((j > i ? r[i]![j]! : mi[i]![j]!) * 1000).toFixed(0)));
    console.log(row([String(i + 1), id, family, ...cells]));
  }
  const pairs = live.flatMap((a, i) =>
    live.slice(0, i).map((b, j) => ({ a, b, r: r[j]![i]!, mi: mi[i]![j]!, all: drifting[i]![j]! })),
  );
  for (const [order, heading] of [
    ["mi", "The strongest beyond slow drift"],
    ["all", "The strongest, slow drift included"],
  ] as const) {
    console.log(`\n${heading}:\n`);
    console.log(row(["pair", "families", "r", "bits per symbol, all", "beyond drift"]));
    console.log(row(["---", "---", "---:", "---:", "---:"]));
    for (const pair of pairs.sort((x, y) => y[order] - x[order]).slice(0, 10)) {
      const { a, b } = pair;
      const families = a.family === b.family ? `both ${a.family}` : `${b.family}, ${a.family}`;
      const figures = [pair.r.toFixed(3), pair.all.toFixed(4), pair.mi.toFixed(4)];
      console.log(row([`${b.id}, ${a.id}`, families, ...figures]));
    }
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
