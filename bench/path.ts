/**
 * The path of a byte: `npm run bench path`. Runs `stream --bytes 32 --format hex` from the sources once and prints the
 * project's own files of which a function ran on the main thread, in the order of each file's first call.
 *
 * A file of which only the top level was evaluated does not count. Nor does code on the sampling thread.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entered, REPORT_VARIABLE } from "./path/entered.ts";

const ROOT = join(import.meta.dir, "..");
const BYTES = 32;
const ARGUMENTS = ["stream", "--bytes", String(BYTES), "--format", "hex"];

/** Runs the program. @throws unless it printed the bytes: a run that fails takes a shorter path */
async function enteredFiles(): Promise<Entered> {
  const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-path-"));
  try {
    const report = join(folder, "report.json");
    const preload = join(import.meta.dir, "path", "entered.ts");
    const child = Bun.spawn(
      [process.execPath, "--preload", preload, join(ROOT, "src", "main.ts"), ...ARGUMENTS],
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "inherit",
        env: { ...process.env, [REPORT_VARIABLE]: report },
      },
    );
    const [stdout, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    if (exitCode !== 0) throw new Error(`${ARGUMENTS.join(" ")} exited with ${exitCode}`);
    if (!new RegExp(`^[0-9a-f]{${BYTES * 2}}$`).test(stdout.trim()))
      throw new Error(`${ARGUMENTS.join(" ")} printed ${JSON.stringify(stdout)}`);
    return JSON.parse(readFileSync(report, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints one line a file: its number, its path, the first function that ran, and how many others did. */
function show(files: Entered["running"], numberFrom: number): void {
  const width = Math.max(...Object.keys(files).map((file) => file.length));
  for (const [i, [file, [first, ...others]]] of Object.entries(files).entries()) {
    const rest = others.length > 0 ? ` and ${others.length} more` : "";
    console.log(`${String(numberFrom + i).padStart(3)}  ${file.padEnd(width)}  ${first}${rest}`);
  }
}

if (process.argv.length > 2) {
  console.error(`error: unexpected argument "${process.argv[2]}"\nhint: bench path takes none`);
  process.exit(2);
}
const { running, loading } = await enteredFiles();
const ran = Object.keys(running).length;
const loaded = Object.keys(loading).length;
if (ran === 0) throw new Error("no function call was noted: the files were loaded without the noting calls");
console.log("in the order of each file's first call, with the function that was called:\n");
show(running, 1);
if (loaded > 0) {
  console.log("\ncalled only by the top level of a module, while it was loaded:\n");
  show(loading, ran + 1);
}
console.log(
  `\nmeasured in one run of "${ARGUMENTS.join(" ")}" from the sources, with a noting call at the start of every function body`,
);
console.log(
  `${ran + loaded} files of which a function ran on the main thread: ${ran} in the run, ${loaded} only while modules were loaded`,
);
