/** Archives that other programs write hold for us what those programs put in. Skipped aloud where a program is not installed. */
import { afterAll, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { look } from "./look.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-peers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files: Record<string, string> = {
  "in/a.txt": "a needle in it\n".repeat(2000),
  "in/b c/d.bin": Array.from({ length: 20_000 }, (_, index) =>
    String.fromCharCode((index * 7919) % 251),
  ).join(""),
  "in/empty": "",
};
for (const [name, content] of Object.entries(files)) {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), content, "latin1");
}

/** Runs a program in the folder. Returns false where it is missing. */
function run(...command: string[]): boolean {
  if (!Bun.which(command[0]!)) {
    console.warn(`skipped: ${command[0]} is not installed`);
    return false;
  }
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd: folder, stdout: "pipe", stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return true;
}

function expectAllOf(archive: string): void {
  const { scanned, lines } = look(readFileSync(join(folder, archive)));
  const contents = scanned.map(([name, content]) => [name.replace(/^!\/(\.\/)?/, ""), content] as const);
  const expected = Object.entries(files).map(([name, content]) => [name, content.slice(0, 4096)] as const);
  expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(expected));
  expect(lines.filter((line) => !line.startsWith("match "))).toEqual([]);
}

const TARS = [
  ["plain.tar", "-cf"],
  ["gzip.tar", "-czf"],
  ["bzip2.tar", "-cjf"],
  ["xz.tar", "-cJf"],
] as const;

test.each(TARS)("tar: %s", (archive, flags) => {
  const packer = { "-czf": "gzip", "-cjf": "bzip2", "-cJf": "xz" }[flags as string];
  if (packer && !Bun.which(packer)) return void console.warn(`skipped: ${packer} is not installed`);
  if (run("tar", flags, archive, "in")) expectAllOf(archive);
});

test.each(["ustar", "gnu", "posix"])("tar --format=%s", (format) => {
  if (!run("tar", "--version")) return;
  if (!Bun.spawnSync(["tar", "--version"]).stdout.toString().includes("GNU")) {
    return void console.warn("skipped: this tar is not GNU's");
  }
  run("tar", `--format=${format}`, "-cf", `${format}.tar`, "in");
  expectAllOf(`${format}.tar`);
});

test.each([0, 1, 9])("zip -%d", (level) => {
  if (run("zip", "-qr", `-${level}`, `z${level}.zip`, "in")) expectAllOf(`z${level}.zip`);
});

test.each(["LZMA2", "LZMA", "BZip2", "Deflate", "Copy"])("7z: %s", (method) => {
  if (run(Bun.which("7zz") ? "7zz" : "7z", "a", "-bd", `-m0=${method}`, `${method}.7z`, "in")) {
    expectAllOf(`${method}.7z`);
  }
});

test("zstd", () => {
  if (run("tar", "-cf", "z.tar", "in") && run("zstd", "-q", "-19", "z.tar", "-o", "z.tar.zst"))
    expectAllOf("z.tar.zst");
});

const PYTHON = `
import zipfile, os
methods = dict(stored=0, deflated=8, bzip2=12, lzma=14)
for name, method in methods.items():
    try: archive = zipfile.ZipFile(f"py-{name}.zip", "w", method)
    except RuntimeError: continue
    with archive:
        for root, _, files in os.walk("in"):
            for each in files: archive.write(os.path.join(root, each))
with open("py-stream.zip", "wb") as out:
    class Pipe:
        def write(self, data): return out.write(data)
        def flush(self): pass
    with zipfile.ZipFile(Pipe(), "w", 8) as archive:
        for root, _, files in os.walk("in"):
            for each in files: archive.write(os.path.join(root, each))
`;

test("zipfile of Python, each method, and to a pipe", () => {
  writeFileSync(join(folder, "make.py"), PYTHON);
  if (!run("python3", "make.py")) return;
  const made = readdirSync(folder).filter((name) => name.startsWith("py-"));
  expect(made.length).toBeGreaterThanOrEqual(3);
  for (const archive of made) expectAllOf(archive);
  expect(existsSync(join(folder, "py-stream.zip"))).toBe(true);
});
