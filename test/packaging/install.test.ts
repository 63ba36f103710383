/** install.sh against a release on a server of ours. The program in it is a script that says its version. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { esotericEntropy } from "../../make/esoteric-entropy.ts";
import { cryptex } from "../../packages/cryptex/make/cryptex.ts";
import { runProcess } from "../support/run-process.ts";

const SCRIPT = join(ROOT, "install.sh");
const program = (target: string) => `#!/bin/sh\n# ${target}\necho 9.8.7\n`;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The files of the server, by path: those of one product. */
function release({ name, targets, release: { prefix } } = esotericEntropy): Record<string, string> {
  const files = Object.fromEntries(targets.map((target) => [`${name}-${target}`, program(target)]));
  const sums = Object.entries(files).map(([file, text]) => `${sha256(text)}  ${file}\n`);
  return { ...files, [`${prefix}SHA256SUMS`]: sums.join("") };
}

const scratch = mkdtempSync(join(tmpdir(), "ee-install-"));
let served: Record<string, string> = {};
let asked: string[] = [];
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const name = new URL(request.url).pathname.slice(1);
    asked.push(name);
    return served[name] === undefined ? new Response("no", { status: 404 }) : new Response(served[name]);
  },
});

beforeAll(() => chmodSync(scratch, 0o755));
afterAll(() => {
  server.stop(true);
  rmSync(scratch, { recursive: true, force: true });
});

interface Run {
  readonly exitCode: number;
  readonly talk: string;
  readonly asked: readonly string[];
}

interface Surroundings {
  readonly files?: Record<string, string>;
  readonly env?: Record<string, string>;
  readonly prefix?: readonly string[];
  readonly script?: string;
}

async function install(args: readonly string[], surroundings: Surroundings = {}): Promise<Run> {
  const { files = release(), env = {}, prefix = [], script = SCRIPT } = surroundings;
  [served, asked] = [files, []];
  const { exitCode, stdout, stderr } = await runProcess([...prefix, "/bin/sh", script, ...args], {
    env: { PATH: "/usr/bin:/bin", ESOTERIC_ENTROPY_FROM: server.url.href.replace(/\/$/, ""), ...env },
  });
  expect(stdout).toBe("");
  return { exitCode, talk: stderr, asked };
}

let folders = 0;
function newFolder(): string {
  const path = join(scratch, `folder-${folders++}`);
  mkdirSync(path);
  return path;
}

const runsIn = (folder: string) =>
  Bun.spawnSync([join(folder, "esoteric-entropy")])
    .stdout.toString()
    .trim();

/** A folder of commands, so that a PATH can lack some and have others that say something else. */
function commands(names: readonly string[], scripts: Record<string, string> = {}): string {
  const folder = newFolder();
  for (const name of names) symlinkSync(Bun.which(name)!, join(folder, name));
  for (const [name, text] of Object.entries(scripts))
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return folder;
}

const TOOLS = ["uname", "mktemp", "awk", "cut", "cp", "mv", "rm", "mkdir", "chmod", "id", "dirname", "sed"];
const hasCurl = Bun.which("curl") !== null;
if (!hasCurl) console.log("skipped: install.sh takes curl here");

describe.skipIf(!hasCurl)("a good release", () => {
  test("is installed whole, may be run, and nothing else is left behind", async () => {
    const to = join(newFolder(), "new", "bin");
    const { exitCode, talk } = await install(["--to", to]);
    expect(talk).toContain(`installed ${to}/esoteric-entropy, version 9.8.7`);
    expect(exitCode).toBe(0);
    expect(readdirSync(to)).toEqual(["esoteric-entropy"]);
    expect(statSync(join(to, "esoteric-entropy")).mode & 0o777).toBe(0o755);
    expect(runsIn(to)).toBe("9.8.7");
  });

  test("replaces an older one", async () => {
    const to = newFolder();
    writeFileSync(join(to, "esoteric-entropy"), "#!/bin/sh\necho old\n", { mode: 0o755 });
    expect((await install(["--to", to])).exitCode).toBe(0);
    expect(runsIn(to)).toBe("9.8.7");
  });

  test("goes to ~/.local/bin, or to /usr/local/bin for root", async () => {
    const home = newFolder();
    const somebody = commands([...TOOLS.filter((name) => name !== "id"), "curl", "sha256sum"], {
      id: "echo 1000",
      ldd: "echo GNU",
    });
    const { exitCode } = await install([], { env: { HOME: home, PATH: somebody } });
    expect([exitCode, runsIn(join(home, ".local", "bin"))]).toEqual([0, "9.8.7"]);
  });

  test("says so if the folder is not in PATH, and only then", async () => {
    const to = newFolder();
    expect((await install(["--to", to])).talk).toContain(`${to} is not in PATH`);
    const inPath = await install(["--to", to], { env: { PATH: `/usr/bin:/bin:${to}` } });
    expect(inPath.talk).not.toContain("is not in PATH");
  });

  test("--from goes before the environment", async () => {
    const to = newFolder();
    const env = { ESOTERIC_ENTROPY_FROM: "http://127.0.0.1:1" };
    expect((await install(["--to", to, "--from", server.url.origin], { env })).exitCode).toBe(0);
  });

  for (const [getter, hasher] of [
    ["wget", "shasum"],
    ["wget", "openssl"],
    ["curl", "openssl"],
  ] as const) {
    const missing = [getter, hasher].filter((name) => !Bun.which(name));
    if (missing.length > 0) console.log(`skipped: install.sh with ${missing.join(", ")}`);
    test.skipIf(missing.length > 0)(`by ${getter} and ${hasher}`, async () => {
      const to = newFolder();
      // shasum is a Perl script.
      const names = [...TOOLS, getter, hasher, ...(hasher === "shasum" ? ["perl"] : [])];
      const env = { PATH: commands(names, { ldd: "echo GNU" }) };
      const { exitCode, talk } = await install(["--to", to], { env });
      expect(talk).toContain("version 9.8.7");
      expect(exitCode).toBe(0);
    });
  }
});

describe.skipIf(!hasCurl)("the machine is recognised", () => {
  const machines: [system: string, machine: string, scripts: Record<string, string>, target: string][] = [
    ["Linux", "x86_64", { ldd: "echo 'ldd (GNU libc) 2.36'" }, "linux-x64"],
    ["Linux", "aarch64", { ldd: "echo 'ldd (GNU libc) 2.36'" }, "linux-arm64"],
    ["Linux", "x86_64", { ldd: "echo 'musl libc (x86_64)' >&2; exit 1" }, "linux-x64-musl"],
    ["Linux", "aarch64", { ldd: "echo 'musl libc (aarch64)' >&2; exit 1" }, "linux-arm64-musl"],
    ["Darwin", "arm64", { sysctl: "exit 1" }, "darwin-arm64"],
    ["Darwin", "x86_64", { sysctl: "echo 0" }, "darwin-x64"],
    ["Darwin", "x86_64", { sysctl: "echo 1" }, "darwin-arm64"],
  ];
  for (const [system, machine, scripts, target] of machines) {
    test(`${system} ${machine} ${JSON.stringify(scripts)}: ${target}`, async () => {
      const to = newFolder();
      const uname = `case "$1" in -s) echo ${system} ;; -m) echo ${machine} ;; esac`;
      const names = [...TOOLS.filter((name) => name !== "uname"), "curl", "sha256sum"];
      const { exitCode, asked } = await install(["--to", to], {
        env: { PATH: commands(names, { uname, ...scripts }) },
      });
      expect(asked).toEqual(["SHA256SUMS", `esoteric-entropy-${target}`]);
      expect(exitCode).toBe(0);
    });
  }

  for (const [system, machine] of [
    ["FreeBSD", "x86_64"],
    ["Linux", "riscv64"],
  ]) {
    test(`${system} ${machine}: refused, and nothing asked for`, async () => {
      const uname = `case "$1" in -s) echo ${system} ;; -m) echo ${machine} ;; esac`;
      const names = TOOLS.filter((name) => name !== "uname");
      const run = await install(["--to", newFolder()], { env: { PATH: commands(names, { uname }) } });
      expect(run).toMatchObject({ exitCode: 1, asked: [] });
      expect(run.talk).toContain("install: error: there is no build for");
    });
  }
});

describe.skipIf(!hasCurl)("the other product", () => {
  test("is installed from the same release by its name, and nothing else", async () => {
    const to = newFolder();
    const files = { ...release(), ...release(cryptex) };
    const { exitCode, talk, asked } = await install(["--product", "cryptex", "--to", to], { files });
    expect(talk).toContain(`installed ${to}/cryptex, version 9.8.7`);
    expect([exitCode, readdirSync(to)]).toEqual([0, ["cryptex"]]);
    expect(asked).toEqual(["cryptex-SHA256SUMS", expect.stringMatching(/^cryptex-/)]);
  });

  test("has a build for FreeBSD, fetched by what that system has", async () => {
    const to = newFolder();
    const uname = 'case "$1" in -s) echo FreeBSD ;; -m) echo amd64 ;; esac';
    const names = [...TOOLS.filter((name) => name !== "uname"), "openssl"];
    const fetch = `exec ${Bun.which("curl")} -fsS -o "$3" "$4"`;
    const { asked, exitCode } = await install(["--product", "cryptex", "--to", to], {
      files: release(cryptex),
      env: { PATH: commands(names, { uname, fetch }) },
    });
    expect(asked).toEqual(["cryptex-SHA256SUMS", "cryptex-freebsd-x64"]);
    expect(exitCode).toBe(0);
  });

  test("is one that there is", async () => {
    const { exitCode, talk, asked } = await install(["--product", "cryptx"]);
    expect(talk).toBe(
      "install: error: there is no product 'cryptx'\nhint: there are esoteric-entropy and cryptex\n",
    );
    expect([exitCode, asked]).toEqual([1, []]);
  });
});

describe.skipIf(!hasCurl)("nothing is installed", () => {
  /** Runs it over an older program, which must survive. */
  async function expectRefusal(message: string, surroundings: Surroundings, args: readonly string[] = []) {
    const to = newFolder();
    const older = join(to, "esoteric-entropy");
    writeFileSync(older, "older");
    const { exitCode, talk } = await install(["--to", to, ...args], surroundings);
    expect(talk).toContain(`install: error: `);
    expect(talk).toContain(message);
    expect(exitCode).toBe(1);
    expect(readdirSync(to)).toEqual(["esoteric-entropy"]);
    expect(readFileSync(older, "utf8")).toBe("older");
  }

  function changed(change: (name: string, text: string) => string | undefined): Record<string, string> {
    const entries = Object.entries(release()).map(([name, text]) => [name, change(name, text)] as const);
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }
  const isProgram = (name: string) => name !== "SHA256SUMS";

  test("if a byte is another", () =>
    expectRefusal("has the wrong checksum; nothing was installed", {
      files: changed((name, text) => (isProgram(name) ? text.replace("9.8.7", "9.8.6") : text)),
    }));

  test("if the file is shorter", () =>
    expectRefusal("has the wrong checksum; nothing was installed", {
      files: changed((name, text) => (isProgram(name) ? text.slice(0, 10) : text)),
    }));

  test("if the program is missing", () =>
    expectRefusal("could not be downloaded", {
      files: changed((name, text) => (isProgram(name) ? undefined : text)),
    }));

  test("if the checksums are missing", () =>
    expectRefusal("SHA256SUMS could not be downloaded", {
      files: changed((name, text) => (isProgram(name) ? text : undefined)),
    }));

  test("if the checksums do not name it, or name it twice", async () => {
    for (const sums of [
      "",
      `${"0".repeat(64)}  esoteric-entropy-other\n`,
      release()["SHA256SUMS"]!.repeat(2),
    ]) {
      await expectRefusal("does not name esoteric-entropy-", { files: { ...release(), SHA256SUMS: sums } });
    }
  });

  test("if the connection breaks off", async () => {
    const broken = Bun.listen({
      port: 0,
      hostname: "127.0.0.1",
      socket: {
        data(socket) {
          socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf of it");
        },
      },
    });
    try {
      await expectRefusal("could not be downloaded", {}, ["--from", `http://127.0.0.1:${broken.port}`]);
    } finally {
      broken.stop(true);
    }
  });

  test("if nothing here computes checksums", () =>
    expectRefusal("no program that computes SHA-256 is installed", {
      env: { PATH: commands([...TOOLS, "curl"], { ldd: "echo GNU" }) },
    }));

  test("if the script itself was cut short", async () => {
    const to = newFolder();
    const text = readFileSync(SCRIPT, "utf8");
    const cut = join(scratch, "cut.sh");
    for (const share of [0.3, 0.6, 0.9]) {
      writeFileSync(cut, text.slice(0, text.length * share));
      const { asked } = await install(["--to", to], { script: cut });
      expect(asked).toEqual([]);
      expect(readdirSync(to)).toEqual([]);
    }
  });

  test("if an argument is not understood", async () => {
    for (const args of [["--force"], ["--to"], ["--to", ""], ["--from"]]) {
      const { exitCode, asked } = await install(args);
      expect([exitCode, asked]).toEqual([1, []]);
    }
  });
});

describe("a folder that may not be written", () => {
  /** Root may write anywhere: it becomes somebody who may not. And no terminal to ask at. */
  const isRoot = process.getuid?.() === 0;
  const asNobody = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : [];
  const prefix = ["setsid", "--wait", ...asNobody];
  const missing = [hasCurl ? "sh" : "curl", prefix[0]!, asNobody[0] ?? "sh"].filter(
    (name) => !Bun.which(name),
  );
  if (missing.length > 0)
    console.log(`skipped: a folder that may not be written takes ${missing.join(", ")}`);

  test.skipIf(missing.length > 0)(
    "is an error before anything is downloaded, and sudo is not used",
    async () => {
      const to = join(newFolder(), "bin");
      chmodSync(join(to, ".."), 0o555);
      const used = join(newFolder(), "used");
      const sudo = commands([], { sudo: `touch ${used}` });
      const { exitCode, talk, asked } = await install(["--to", to], {
        prefix,
        env: { PATH: `${sudo}:/usr/bin:/bin` },
      });
      expect(talk).toBe(
        `install: error: ${to} is not writable\nhint: choose another folder with --to FOLDER\n`,
      );
      expect([exitCode, asked, existsSync(to), existsSync(used)]).toEqual([1, ["SHA256SUMS"], false, false]);
    },
  );

  const terminal = Bun.which("script");
  if (!terminal) console.log("skipped: the question whether to use sudo takes script, of util-linux");
  for (const [answer, isUsed] of [
    ["n", false],
    ["", false],
    ["y", true],
  ] as const) {
    test.skipIf(missing.length > 0 || !terminal)(
      `at a terminal it asks, and "${answer}" ${isUsed ? "is a yes" : "is a no"}`,
      async () => {
        const to = join(newFolder(), "bin");
        chmodSync(join(to, ".."), 0o555);
        const log = newFolder();
        chmodSync(log, 0o777);
        const sudo = commands([], { sudo: `echo "$@" >>${log}/used` });
        served = release();
        const { exitCode, stdout } = await runProcess(
          [
            ...prefix,
            terminal!,
            "-qec",
            `/bin/sh ${SCRIPT} --from ${server.url.origin} --to ${to}`,
            "/dev/null",
          ],
          {
            env: { PATH: `${sudo}:/usr/bin:/bin`, SHELL: "/bin/sh" },
            stdin: Buffer.from(`${answer}\n`),
          },
        );
        expect(stdout).toContain(`${to} is not writable. Use sudo? [y/N]`);
        // The sudo here does nothing, so nothing is installed either way.
        expect(exitCode).toBe(1);
        const used = existsSync(join(log, "used")) ? readFileSync(join(log, "used"), "utf8") : "";
        expect(used.startsWith(`mkdir -p ${to}\ncp `)).toBe(isUsed);
        expect(used === "").toBe(!isUsed);
      },
    );
  }
});

const shellcheck = Bun.which("shellcheck");
if (!shellcheck) console.log("skipped: shellcheck is not installed");
test.skipIf(!shellcheck)("shellcheck has nothing to say", () => {
  const { stdout } = Bun.spawnSync([shellcheck!, SCRIPT]);
  expect(stdout.toString()).toBe("");
});
