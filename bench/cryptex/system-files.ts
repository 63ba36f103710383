/** Files of this system with all rules: one thread beside yara's one, and two threads beside one. */
import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { heading, row } from "../program/measure.ts";
import { CONTENDERS, type Contender, contender, cpu, ratio, type Workbench, wall } from "./workbench.ts";

const FILES = 5_000;
/** Keeps a few archives from deciding everything. */
const MAX_BYTES = 8 * 2 ** 20;

export async function systemFiles(bench: Workbench): Promise<void> {
  const files = chosenFiles();
  const list = join(bench.folder, "files.txt");
  writeFileSync(list, files.map(({ path }) => `${path}\n`).join(""));
  const mebibytes = files.reduce((sum, { size }) => sum + size, 0) / 2 ** 20;
  heading(`${files.length} system files, ${mebibytes.toFixed(0)} MiB`, ...CONTENDERS.slice(1));

  const one = ["--threads", "1", "--scan-list", list];
  const { first, yara, again, two, peer } = await bench.turns({
    first: bench.firstScan(...one),
    yara: bench.yara("--scan-list", bench.index, list),
    again: bench.scan(...one),
    two: bench.scan("--threads", "2", "--scan-list", list),
    peer: yaraX(bench, list),
  });
  contender("cryptex, one thread, first time", first);
  contender("cryptex, one thread, rules compiled before", again);
  contender("cryptex, two threads, rules compiled before", two);
  ratio("two threads / one, wall", [two, again], wall, "≤ 0.6");
  if (yara.length === 0) row("yara skipped: not installed", "", "", "", "");
  else {
    contender("yara, one thread, from source", yara);
    ratio("first time / yara, CPU", [first, yara], cpu, "≤ 1");
    ratio("rules compiled before / yara, CPU", [again, yara], cpu, "≤ 1");
  }
  if (peer.length === 0)
    row("yara-x skipped: CRYPTEX_PEERS names no Python environment with it", "", "", "", "");
  else contender("yara-x, one thread, from source", peer);
}

interface Chosen {
  readonly path: string;
  readonly size: number;
}

/** Takes every n-th regular file of /usr in the order of paths: programs, libraries, texts as they come. */
function chosenFiles(): Chosen[] {
  const found: Chosen[] = [];
  for (const name of new Bun.Glob("**/*").scanSync({ cwd: "/usr", dot: true, followSymlinks: false })) {
    const path = join("/usr", name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    // A list of paths has one a line.
    if (stats?.isFile() && stats.size <= MAX_BYTES && !name.includes("\n"))
      found.push({ path, size: stats.size });
  }
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const step = Math.max(1, found.length / FILES);
  return Array.from({ length: Math.min(FILES, found.length) }, (_, at) => found[Math.floor(at * step)]!);
}

const PEER = `
import sys, yara_x
compiler = yara_x.Compiler(relaxed_re_syntax=True)
for line in open(sys.argv[1]):
    try: compiler.add_source(open(line.split('"')[1], errors="replace").read())
    except yara_x.CompileError: pass
scanner = yara_x.Scanner(compiler.build())
for path in open(sys.argv[2]):
    scanner.scan(open(path[:-1], "rb").read())
`;

/** A rule file that YARA-X refuses is left out. Undefined where it is not installed. */
function yaraX({ index }: Workbench, list: string): Contender | undefined {
  const python = join(process.env["CRYPTEX_PEERS"] ?? "", "bin", "python");
  if (!process.env["CRYPTEX_PEERS"] || !existsSync(python)) return undefined;
  const isThere = Bun.spawnSync([python, "-c", "import yara_x"], { stderr: "ignore" }).exitCode === 0;
  return isThere ? { command: [python, "-c", PEER, index, list] } : undefined;
}
