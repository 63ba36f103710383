/**
 * Measures scans in fresh processes, beside `yara` where it is installed. Prints a list; asserts nothing.
 *
 *     npm run bench cryptex-scan [-- PART…]     system, small, again, million; without a part, all but the last
 *
 * Rules are those of CRYPTEX_RULESETS (a folder), else 3,000 generated ones.
 */
import {
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { walk } from "../packages/cryptex/src/scan-runner/walk.ts";

const MAIN = join(import.meta.dir, "..", "packages", "cryptex", "src", "main.ts");
const ROUNDS = 5;
const yara = Bun.which("yara");
const work = mkdtempSync(join(tmpdir(), "cryptex-scan-"));
const rules = process.env["CRYPTEX_RULESETS"] ?? generatedRules(join(work, "rules.yar"));

const PARTS: Readonly<Record<string, () => void>> = { system, small, again, million };
const asked = process.argv.slice(2);
try {
  for (const part of asked.length > 0 ? asked : ["system", "small", "again"]) PARTS[part]!();
} finally {
  rmSync(work, { recursive: true });
}

/** 5,000 files of /usr. */
function system(): void {
  const list = join(work, "list");
  const paths: string[] = [];
  const options = { exclude: [], maxSize: 32 << 20, maxDepth: Number.POSITIVE_INFINITY, follow: false };
  for (const found of walk({ roots: ["/usr/bin", "/usr/lib", "/usr/share"], ...options })) {
    if (found.kind === "file" && paths.push(found.path) === 5000) break;
  }
  writeFileSync(list, `${paths.join("\n")}\n`, "latin1");
  cryptex("rules compiled", ["scan", list]);
  const ours = [1, 2].map((n) =>
    cryptex(`5,000 files, ${n} thread${n > 1 ? "s" : ""}`, [
      "scan",
      "--scan-list",
      list,
      "--threads",
      `${n}`,
    ]),
  );
  ratio("two threads to one, wall", ours[1]!.wallMs, ours[0]!.wallMs);
  if (!yara) return;
  const theirs = measure("yara -p 1", [yara, "-w", "-p", "1", "--scan-list", rules, list]);
  ratio("one thread to yara, CPU", ours[0]!.cpuMs, theirs.cpuMs);
}

function small(): void {
  const file = join(work, "small");
  writeFileSync(file, "nothing of interest\n");
  const first = cryptex("one small file, rules not compiled", ["scan", file], () =>
    rmSync(join(work, "cache"), { recursive: true, force: true }),
  );
  const second = cryptex("one small file, rules compiled", ["scan", file]);
  if (!yara) return;
  const theirs = measure("yara, from source", [yara, "-w", rules, file]);
  ratio("first time to yara, wall", first.wallMs, theirs.wallMs);
  ratio("second time to yara, wall", second.wallMs, theirs.wallMs);
}

/** 20,000 files of 32 KB. */
function again(): void {
  const tree = join(work, "tree");
  const block = crypto.getRandomValues(new Uint8Array(32_768));
  for (let folder = 0; folder < 200; folder++) {
    mkdirSync(join(tree, `d${folder}`), { recursive: true });
    for (let file = 0; file < 100; file++) {
      const fd = openSync(join(tree, `d${folder}`, `f${file}`), "w");
      block.set([folder, file]);
      writeSync(fd, block);
      closeSync(fd);
    }
  }
  const db = join(work, "seen.db");
  const words = ["scan", tree, "--cache", "--db", db];
  Bun.sleepSync(100); // files that were just written are not trusted to stay as they are
  const first = cryptex("20,000 files of 32 KB, first time", words, undefined, 1);
  const second = cryptex("the same again", words);
  const script = `const { readdirSync, lstatSync } = require("node:fs");
    const walk = (f) => { for (const n of readdirSync(f)) { const p = f + "/" + n; if (lstatSync(p).isDirectory()) walk(p); } };
    walk(${JSON.stringify(tree)});`;
  const bare = measure("a bare walk with lstat", [process.execPath, "-e", script]);
  ratio("first time to again, wall", first.wallMs, second.wallMs);
  ratio("again to a bare walk, wall", second.wallMs, bare.wallMs);
}

/** Links to one small file: as many names, without as many blocks. */
function million(): void {
  const many = join(work, "many");
  mkdirSync(many);
  writeFileSync(join(work, "one"), "nothing of interest\n");
  for (let folder = 0; folder < 1000; folder++) {
    mkdirSync(join(many, `d${folder}`));
    for (let file = 0; file < 1000; file++)
      linkSync(join(work, "one"), join(many, `d${folder}`, `file-${file}`));
  }
  cryptex("1,000,000 small files, 4 threads", ["scan", many, "--threads", "4"], undefined, 1);
}

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function cryptex(name: string, words: readonly string[], before?: () => void, rounds = ROUNDS): Cost {
  const argv = [process.execPath, MAIN, ...words, "--rules", rules, "--format", "ndjson"];
  return measure(name, argv, before, rounds);
}

/** Runs a program; prints and returns the medians of its costs. */
function measure(name: string, argv: readonly string[], before?: () => void, rounds = ROUNDS): Cost {
  const env = { ...process.env, XDG_CACHE_HOME: join(work, "cache") };
  const runs = Array.from({ length: rounds }, () => {
    before?.();
    const start = performance.now();
    const { resourceUsage } = Bun.spawnSync([...argv], { env, stdout: "ignore", stderr: "inherit" });
    return {
      wallMs: performance.now() - start,
      cpuMs: Number(resourceUsage.cpuTime.total) / 1000,
      megabytes: resourceUsage.maxRSS / 1e6,
    };
  });
  const median = (key: keyof (typeof runs)[0]) =>
    runs.map((run) => run[key]).sort((a, b) => a - b)[rounds >> 1]!;
  const cost = { wallMs: median("wallMs"), cpuMs: median("cpuMs") };
  const figures = [
    `${cost.wallMs.toFixed(0)} ms`,
    `CPU ${cost.cpuMs.toFixed(0)} ms`,
    `${median("megabytes").toFixed(0)} MB`,
  ];
  console.log(name.padEnd(40), ...figures.map((figure) => figure.padStart(14)));
  return cost;
}

function ratio(name: string, a: number, b: number): void {
  console.log(name.padEnd(40), `× ${(a / b).toFixed(2)}`.padStart(14));
}

/** Writes 3,000 rules with four strings each, of words drawn by a fixed seed. */
function generatedRules(path: string): string {
  let seed = 1;
  // MINSTD (Park and Miller, 1988)
  const below = (limit: number) => {
    seed = (seed * 48_271) % 0x7fff_ffff;
    return seed % limit;
  };
  const word = () =>
    Array.from({ length: 8 + below(10) }, () => String.fromCharCode(97 + below(26))).join("");
  const hex = () => Array.from({ length: 8 }, () => below(256).toString(16).padStart(2, "0")).join(" ");
  const rule = (n: number) => `rule generated_${n} {
  strings:
    $a = "${word()}" nocase
    $b = "${word()}" wide ascii
    $c = { ${hex()} }
    $d = /${word()}[0-9]{2,8}${word()}/
  condition:
    2 of them or (uint16(0) == 0x5a4d and $a)
}
`;
  writeFileSync(path, Array.from({ length: 3000 }, (_, n) => rule(n)).join("\n"));
  return path;
}
