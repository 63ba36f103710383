/** Reads and checks the files by which systemd and launchd run a program. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Verdict {
  readonly exitCode: number;
  readonly text: string;
}

/** Runs a checker; undefined, said aloud, where there is none. */
export function said(
  tool: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Verdict | undefined {
  if (!Bun.which(tool)) {
    console.warn(`skipped: there is no ${tool} here`);
    return undefined;
  }
  const { exitCode, stdout, stderr } = Bun.spawnSync([tool, ...args], { env: { ...process.env, ...env } });
  return { exitCode, text: `${stdout}${stderr}`.trim() };
}

/** Splits the command line of a unit. */
export function commandOfUnit(unit: string): string[] {
  return /^ExecStart=(.*)$/m.exec(unit)![1]!.split(" ");
}

/** Has systemd look at a unit. @param program as the unit names it: systemd complains of one that is not installed */
export function verifyUnit(
  name: string,
  unit: string,
  program: string,
  manager: "system" | "user" = "system",
): Verdict | undefined {
  const folder = mkdtempSync(join(tmpdir(), "unit-"));
  const path = join(folder, name);
  writeFileSync(path, unit.replaceAll(program, "/bin/sh"));
  const verdict = said("systemd-analyze", [`--${manager}`, "verify", path], { XDG_RUNTIME_DIR: folder });
  rmSync(folder, { recursive: true });
  return verdict;
}

/** Finds the command line of a property list. */
export function commandOfPropertyList(text: string): string[] {
  const [, array] = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(text)!;
  return [...array!.matchAll(/<string>(.*?)<\/string>/g)].map(([, word]) => word!);
}

export function verifyPropertyList(path: string): Verdict | undefined {
  const parse = "import plistlib, sys; plistlib.load(open(sys.argv[1], 'rb'))";
  return process.platform === "darwin"
    ? said("plutil", ["-lint", "-s", path])
    : said("python3", ["-c", parse, path]);
}
