/** install.sh against a release on a server of ours. The program in it is a script that says its version. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
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
  readonly cwd?: string;
}

async function install(args: readonly string[], surroundings: Surroundings = {}): Promise<Run> {
  const { files = release(), env = {}, prefix = [], script = SCRIPT, cwd } = surroundings;
  [served, asked] = [files, []];
  const { exitCode, stdout, stderr } = await runProcess([...prefix, "/bin/sh", script, ...args], {
    cwd,
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

const TOOLS = [
  "uname",
  "mktemp",
  "awk",
  "cut",
  "cp",
  "mv",
  "rm",
  "mkdir",
  "chmod",
  "id",
  "dirname",
  "sed",
  "cat",
];
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

describe.skipIf(!hasCurl)("a processor below x86-64-v2", () => {
  /** Everything as here, but for a machine with these flags in /proc/cpuinfo; none: without that line. */
  const machine = (flags: string | undefined, more: Record<string, string> = {}) => {
    const real = Bun.which("awk")!;
    return commands([...TOOLS.filter((name) => !["uname", "awk"].includes(name)), "curl", "sha256sum"], {
      uname: 'case "$1" in -s) echo Linux ;; -m) echo x86_64 ;; esac',
      ldd: "echo GNU",
      awk: `case "$*" in */proc/cpuinfo) ${flags === undefined ? ":" : `echo " ${flags}"`} ;; *) exec ${real} "$@" ;; esac`,
      ...more,
    });
  };
  const KVM64 = "fpu sse sse2 syscall lm pni cx16 hypervisor";

  const telling = existsSync("/proc/cpuinfo");
  if (!telling) console.log("skipped: a system that tells of its processor takes /proc/cpuinfo");
  test.skipIf(!telling)("is refused in a sentence before anything is asked for", async () => {
    for (const [flags, missing] of [
      [KVM64, "ssse3"],
      [`${KVM64} ssse3 sse4_1 popcnt`, "sse4_2"],
      [`ssse3x ${KVM64} sse4_1 sse4_2 popcnt`, "ssse3"],
    ] as const) {
      const { exitCode, talk, asked } = await install(["--to", newFolder()], {
        env: { PATH: machine(flags) },
      });
      expect(talk).toBe(
        `install: error: this processor lacks ${missing} of the level x86-64-v2, without which esoteric-entropy does not run\n` +
          "hint: in a virtual machine choose another model than qemu64 or kvm64: for QEMU -cpu host or -cpu Nehalem\n",
      );
      expect([exitCode, asked]).toEqual([1, []]);
    }
  });

  test("a better one is not, nor one of which nothing is told", async () => {
    for (const flags of [`${KVM64} ssse3 sse4_1 sse4_2 popcnt`, undefined]) {
      const { exitCode, talk } = await install(["--to", newFolder()], { env: { PATH: machine(flags) } });
      expect([exitCode, talk]).toEqual([0, expect.stringContaining("version 9.8.7")]);
    }
  });

  test("is what an illegal instruction at the first start means", async () => {
    const files = Object.fromEntries(
      esotericEntropy.targets.map((target) => [`esoteric-entropy-${target}`, "#!/bin/sh\nkill -ILL $$\n"]),
    );
    const sums = Object.entries(files).map(([file, text]) => `${sha256(text)}  ${file}\n`);
    const { exitCode, talk } = await install(["--to", newFolder()], {
      files: { ...files, SHA256SUMS: sums.join("") },
      env: { PATH: machine(undefined) },
    });
    expect(talk).toContain("install: error: this processor lacks instructions of the level x86-64-v2");
    expect(exitCode).toBe(1);
  });
});

describe.skipIf(!hasCurl)("a folder", () => {
  test("that is named from here is named in full", async () => {
    for (const named of ["some/bin", "./some/bin", "some/bin/"]) {
      const here = newFolder();
      const { talk, exitCode } = await install(["--to", named], { cwd: here });
      expect(talk).toContain(`installed ${here}/some/bin/esoteric-entropy, version 9.8.7`);
      expect(talk).toContain(`export PATH="${here}/some/bin:$PATH"`);
      expect([exitCode, runsIn(join(here, "some", "bin"))]).toEqual([0, "9.8.7"]);
    }
  });

  test("may follow an equals sign", async () => {
    const to = newFolder();
    expect((await install([`--to=${to}`, `--from=${server.url.origin}/`])).exitCode).toBe(0);
    expect(runsIn(to)).toBe("9.8.7");
  });
});

test("--help says what there is, on stdout, and does nothing", async () => {
  for (const args of [["--help"], ["-h"], ["--to", "somewhere", "--help"]]) {
    asked = [];
    const { exitCode, stdout, stderr } = await runProcess(["/bin/sh", SCRIPT, ...args], { cwd: newFolder() });
    expect([exitCode, stderr, asked]).toEqual([0, "", []]);
    for (const word of ["--product", "--to", "--from", "--help", "minisign"]) expect(stdout).toContain(word);
  }
});

describe.skipIf(!hasCurl)("signed checksums", () => {
  /** The script as it is once there is a key. */
  function scriptWith(key: string): string {
    const path = join(newFolder(), "install.sh");
    const text = readFileSync(SCRIPT, "utf8").replace(/^RELEASE_KEY=.*$/m, `RELEASE_KEY=${key}`);
    expect(text).toContain(`\nRELEASE_KEY=${key}\n`);
    writeFileSync(path, text);
    return path;
  }
  const everything = [...TOOLS, "curl", "sha256sum", "grep"];
  /** Stands for minisign: takes a signature that says for which key it is. */
  const minisign = `[ "$1 $2 $3 $5 $7" = "-V -Q -P -m -x" ] && [ -s "$6" ] && grep -q "^signed by $4$" "$8" && echo "esoteric-entropy 9.8.7"`;
  const path = () => commands(everything, { minisign, ldd: "echo GNU" });
  const signed = (signature: string | undefined, { prefix } = esotericEntropy.release) => ({
    ...release(prefix === "" ? esotericEntropy : cryptex),
    ...(signature !== undefined && { [`${prefix}SHA256SUMS.minisig`]: signature }),
  });

  test("are asked for and checked, of either product", async () => {
    for (const product of [esotericEntropy, cryptex]) {
      const { exitCode, talk, asked } = await install(["--to", newFolder(), "--product", product.name], {
        script: scriptWith("RWkey"),
        files: signed("signed by RWkey\n", product.release),
        env: { PATH: path() },
      });
      expect(talk).toContain("the checksums are signed: esoteric-entropy 9.8.7\n");
      const sums = `${product.release.prefix}SHA256SUMS`;
      expect([exitCode, asked.slice(0, 2)]).toEqual([0, [sums, `${sums}.minisig`]]);
    }
  });

  test("by another key, or without a signature: nothing is installed, and no program asked for", async () => {
    for (const signature of ["signed by RWother\n", "", undefined]) {
      const to = newFolder();
      const { exitCode, talk, asked } = await install(["--to", to], {
        script: scriptWith("RWkey"),
        files: signed(signature),
        env: { PATH: path() },
      });
      expect(talk).toContain(
        signature === undefined
          ? "SHA256SUMS.minisig could not be downloaded"
          : "is not signed with the release key",
      );
      expect([exitCode, asked, readdirSync(to)]).toEqual([1, ["SHA256SUMS", "SHA256SUMS.minisig"], []]);
    }
  });

  test("without minisign it says that nobody has checked, and goes on", async () => {
    const { exitCode, talk, asked } = await install(["--to", newFolder()], {
      script: scriptWith("RWkey"),
      env: { PATH: commands(everything, { ldd: "echo GNU" }) },
    });
    expect(talk).toContain("minisign is not installed: nobody checks that the checksums are signed\n");
    expect([exitCode, asked]).toEqual([0, ["SHA256SUMS", expect.any(String)]]);
  });

  test("without a key nothing is said of signatures", async () => {
    const { exitCode, talk } = await install(["--to", newFolder()], {
      script: scriptWith(""),
      env: { PATH: path() },
    });
    expect([exitCode, talk.includes("sign")]).toEqual([0, false]);
  });

  test("the key in the script is one, or none", () => {
    // An Ed25519 key in minisign's form: 2 + 8 + 32 bytes, the first of them "Ed".
    expect(readFileSync(SCRIPT, "utf8")).toMatch(/^RELEASE_KEY=(RW[\w+/]{54})?$/m);
  });

  const missing = ["minisign", "sh"].filter((name) => !Bun.which(name));
  if (missing.length > 0) console.log(`skipped: signing with the real program takes ${missing.join(", ")}`);
  describe.skipIf(missing.length > 0)("by minisign itself", () => {
    const sign = (folder: string, secret: string) =>
      runProcess(["/bin/sh", join(folder, "packaging", "sign-checksums.sh"), join(folder, "dist"), "9.8.7"], {
        env: { PATH: process.env["PATH"], MINISIGN_KEY: secret },
      });

    /** A checkout with a release in it, and with a key, if one is given. */
    function checkout(key: string): string {
      const folder = newFolder();
      for (const name of ["packaging", "dist"]) mkdirSync(join(folder, name));
      copyFileSync(
        join(ROOT, "packaging", "sign-checksums.sh"),
        join(folder, "packaging", "sign-checksums.sh"),
      );
      copyFileSync(scriptWith(key), join(folder, "install.sh"));
      for (const [name, text] of Object.entries({ ...release(), ...release(cryptex) }))
        writeFileSync(join(folder, "dist", name), text);
      return folder;
    }

    async function newKey(): Promise<{ readonly key: string; readonly secret: string }> {
      const folder = newFolder();
      const [key, secret] = [join(folder, "public"), join(folder, "secret")];
      await runProcess(["minisign", "-G", "-W", "-p", key, "-s", secret]);
      return { key: readFileSync(key, "utf8").trim().split("\n")[1]!, secret: readFileSync(secret, "utf8") };
    }

    test("what the release signs is installed, and not after a change", async () => {
      const { key, secret } = await newKey();
      const folder = checkout(key);
      expect(await sign(folder, secret)).toMatchObject({ exitCode: 0, stdout: "the checksums are signed\n" });
      const names = readdirSync(join(folder, "dist"));
      const files = Object.fromEntries(
        names.map((name) => [name, readFileSync(join(folder, "dist", name), "utf8")]),
      );
      const script = join(folder, "install.sh");
      const env = { PATH: process.env["PATH"]! };
      for (const product of ["esoteric-entropy", "cryptex"]) {
        const good = await install(["--to", newFolder(), "--product", product], { script, files, env });
        expect([good.exitCode, good.talk]).toEqual([
          0,
          expect.stringContaining(`the checksums are signed: ${product} 9.8.7\n`),
        ]);
      }
      const changed = { ...files, SHA256SUMS: `${files["SHA256SUMS"]}\n` };
      const bad = await install(["--to", newFolder()], { script, files: changed, env });
      expect([bad.exitCode, bad.talk]).toEqual([
        1,
        expect.stringContaining("is not signed with the release key"),
      ]);
    });

    test("a release with half a key, or with two halves of different ones, is none", async () => {
      const [one, other] = [await newKey(), await newKey()];
      for (const [key, secret, message] of [
        [one.key, other.secret, "not the secret half of the key in install.sh"],
        [one.key, "", "MINISIGN_KEY is not set"],
        ["", one.secret, "install.sh has no release key"],
        [one.key, "nonsense", "could not be signed"],
      ] as const) {
        const ended = await sign(checkout(key), secret);
        expect([ended.exitCode, ended.stderr]).toEqual([1, expect.stringContaining(message)]);
      }
      expect(await sign(checkout(""), "")).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining("no release key"),
      });
    });
  });
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
