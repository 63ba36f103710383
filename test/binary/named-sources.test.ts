/** Every command that takes sources, with a serial stick that is made of a pseudo-terminal, and with commands. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PoolStatus } from "../../src/pool/status.ts";
import type { SourceStatus } from "../../src/sampling/source-state.ts";
import { requireBuiltProgram } from "../support/built-program.ts";
import { keystream } from "../support/keystream.ts";
import { PouringLine } from "../support/pouring-line.ts";
import { noPseudoTerminal, PseudoTerminal } from "../support/pseudo-terminal.ts";
import { runProcess } from "../support/run-process.ts";
import { StartedProgram } from "../support/started-program.ts";

let folder: string;
let stick: PouringLine;
/** Pours the same bytes again after a megabyte: far more than any test takes at a time. */
const noise = keystream(1 << 20, 1);
let poured = 0;

function pour(count: number): Uint8Array {
  if (poured + count > noise.length) poured = 0;
  poured += count;
  return noise.subarray(poured - count, poured);
}

const noTerminals = noPseudoTerminal();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-named-"));
  if (!noTerminals) stick = new PouringLine(join(folder, "ttyACM0"), pour);
});
afterAll(() => {
  stick?.[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const environment = () => ({ XDG_STATE_HOME: join(folder, "state") });
const run = (...args: readonly string[]) =>
  runProcess([requireBuiltProgram(), ...args], { cwd: folder, env: environment() });
const named = () => [`--source-file=stick=${stick.path}`];
const credited = () => [...named(), "--sources=stick", "--credit=stick=2"];

async function outputOf(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...args);
  if (exitCode !== 0) throw new Error(`${args.join(" ")}: exit code ${exitCode}\n${stderr}`);
  return stdout;
}

describe.skipIf(noTerminals)("a serial stick", () => {
  test("is listed, claims nothing, and its pace is not known", async () => {
    const { sources } = JSON.parse(await outputOf("scan", "--json", ...named()));
    expect(sources.at(-1)).toMatchObject({
      id: "stick",
      family: "external",
      available: true,
      default: true,
      claimedH: 0,
      typicalRateHz: null,
    });
    expect(await outputOf("scan", ...named())).toMatch(/stick +external +yes +yes +\? +0 /);
  });

  test("stream: credited on the user's word, and never without it", async () => {
    const { exitCode, stdout, stderr } = await run("stream", "--bytes=64", "--format=hex", ...credited());
    expect([exitCode, stdout.trim().length]).toEqual([0, 128]);
    expect(stderr).toContain("stick is credited up to 2 bits per 8-bit symbol on your word");
    const without = await run("stream", "--bytes=1", "--timeout=1", "--sources=stick", ...named());
    expect(without.exitCode).toBe(3);
    expect(without.stdout).toBe("");
  });

  test("pool and bench", async () => {
    const { sources } = JSON.parse(await outputOf("pool", "--json", "--seconds=4", ...credited()));
    expect(sources).toMatchObject([{ id: "stick", family: "external", state: "healthy", claimedH: 2 }]);
    expect(sources[0].creditedBits).toBeGreaterThan(0);
    const bench = await outputOf("bench", "--samples=2000", ...credited());
    expect(bench).toMatch(/stick +2\.00k/);
  });

  test("probe, report, record and assess", async () => {
    expect(await outputOf("probe", "stick", "--samples=2000", ...named())).toContain("start-up     passed");
    const report = await outputOf("report", "--source=stick", "--bytes=4000", "--json", ...named());
    expect(JSON.parse(report).input).toMatchObject({ bytes: 4000 });
    const out = join(folder, "recordings");
    await outputOf("record", "stick", "--samples=3000", "--restarts=3x20", `--out=${out}`, ...named());
    const manifest = JSON.parse(readFileSync(join(out, "stick.json"), "utf8"));
    expect(manifest.source).toMatchObject({ id: "stick", title: `Bytes of ${stick.path}`, claimedH: 0 });
    expect(manifest.restarts).toMatchObject({ rows: 3, cols: 20 });
    const assessed = await outputOf("assess", join(out, "stick.symbols.u8"), "--bits-per-symbol=8");
    expect(assessed).toContain("3,000 symbols of 8 bits");
    const drilled = await outputOf("drill", `--from=${out}`, "--fault=stuck", ...credited());
    expect(drilled).toContain("none earned more than it may");
  });

  test("drill and calibrate", async () => {
    const drill = await outputOf("drill", "--fault=stuck", "--seconds=2", ...credited());
    expect(drill).toMatch(/^stick: .*claim 2,/);
    const calibrated = await outputOf(
      ...["calibrate", "--samples=3000", "--seconds=60", "--sources=stick,vmstat", "--json", ...named()],
    );
    expect(JSON.parse(calibrated).sources).toContainEqual(
      expect.objectContaining({ id: "stick", symbolBits: 8, symbols: 3000, claimedH: 0, creditedH: 0 }),
    );
  });

  test("server: in its status and its metrics; unplugged and plugged in again", async () => {
    using server = new StartedProgram(
      [
        requireBuiltProgram(),
        "server",
        "--port=0",
        ...named(),
        "--sources=stick,clock_jitter",
        "--credit=stick=2",
      ],
      folder,
      environment(),
    );
    const said = await server.until("listening on ");
    const url = /listening on (http:\S+)/.exec(said)![1]!;
    const until = async (condition: (source: SourceStatus) => boolean) => {
      for (;;) {
        // Takes from the pool, so that it goes on sampling.
        await (await fetch(`${url}/api/v1/bytes?n=4096`)).arrayBuffer();
        const { sources } = (await (await fetch(`${url}/pool/status`)).json()) as Pick<PoolStatus, "sources">;
        const source = sources.find(({ id }) => id === "stick")!;
        if (condition(source)) return source;
      }
    };
    await until(({ state }) => state === "healthy");
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('{source="stick",family="external"}');
    stick.unplug();
    const gone = await until(({ state }) => state === "failed");
    expect(gone.reason).toMatch(/unplugged|gone|no such device/);
    stick.plugIn();
    await until(({ state }) => state === "healthy");
    server.signal("SIGTERM");
    expect(await server.exited).toBe(0);
  });

  test("monitor: in its table", async () => {
    using terminal = new PseudoTerminal();
    const command = [requireBuiltProgram(), "monitor", "--refresh=0.2", ...credited()];
    const monitor = terminal.start(command, environment());
    try {
      // It draws what has changed: only what never does stands in one piece.
      for (let seen = ""; !/stick[\s\S]*external/.test(seen); seen += terminal.read()) {
        if (monitor.exitCode !== null) throw new Error(await new Response(monitor.stderr).text());
        await Bun.sleep(5);
      }
      terminal.write("q");
      while (monitor.exitCode === null) {
        terminal.read();
        await Bun.sleep(5);
      }
      expect(monitor.exitCode).toBe(0);
    } finally {
      monitor.kill("SIGKILL");
    }
  });
});

describe("a command", () => {
  test("is a source of bytes, beside others and alone", async () => {
    const exec = "--source-exec=cmd=sh -c 'exec cat /dev/urandom'";
    expect(
      await outputOf("stream", "--bytes=32", "--format=hex", "--sources=cmd", "--credit=cmd=2", exec),
    ).toHaveLength(65);
    const { sources } = JSON.parse(
      await outputOf("pool", "--json", "--seconds=1", "--sources=cmd,clock_jitter", exec),
    );
    expect(sources.map(({ id }: { id: string }) => id).sort()).toEqual(["clock_jitter", "cmd"]);
  });

  test("is started anew for each row of restarts", async () => {
    const starts = join(folder, "starts");
    const script = join(folder, "counting");
    writeFileSync(script, `#!/bin/sh\necho >> ${starts}\nexec cat /dev/urandom\n`, { mode: 0o755 });
    await outputOf(
      ...["record", "cmd", "--samples=100", "--restarts=4x10", `--out=${folder}/restarts`],
      "--source-exec=cmd=./counting",
    );
    expect(readFileSync(starts, "latin1")).toHaveLength(5);
  });

  test("dies with the program, with all that it has started", async () => {
    const pids = join(folder, "pids");
    const script = join(folder, "stubborn");
    const body = `trap '' TERM INT HUP\nsleep 1000 &\necho $$ $! > ${pids}\ncat /dev/urandom`;
    writeFileSync(script, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    using program = new StartedProgram(
      [
        requireBuiltProgram(),
        "server",
        "--port=0",
        "--sources=cmd",
        "--credit=cmd=2",
        `--source-exec=cmd=${script}`,
      ],
      folder,
      environment(),
    );
    const url = /listening on (http:\S+)/.exec(await program.until("listening on "))![1]!;
    const answer = await fetch(`${url}/api/v1/bytes?n=32`);
    expect((await answer.arrayBuffer()).byteLength).toBe(32);
    program.signal("SIGTERM");
    expect(await program.exited).toBe(0);
    for (const pid of readFileSync(pids, "latin1").trim().split(" ").map(Number)) {
      while (lives(pid)) await Bun.sleep(5);
    }
  });
});

/** True while the process runs. A killed one may stay in the table until its parent looks. */
function lives(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (existsSync("/proc/self/stat"))
    return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, "latin1"));
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("what is refused", () => {
  test("more credit than a byte holds, any for what is no noise, and for what is not asked for", async () => {
    writeFileSync(join(folder, "plain"), keystream(5_000, 1));
    const refusals = [
      ["--source-file=a=/dev/zero", "--credit=a=9"],
      ["--source-file=a=/dev/urandom", "--credit=a=1"],
      ["--source-file=a=plain", "--credit=a=1"],
      ["--source-file=hwrng=/dev/zero"],
      ["--source-file=a=/dev/zero", "--source-exec=a=cat"],
      ["--source-exec=a=cat x | head"],
    ];
    for (const args of refusals) {
      const { exitCode, stderr } = await run("stream", "--bytes=1", ...args);
      expect([exitCode, stderr.split("\n")[0]], args.join(" ")).toEqual([
        2,
        expect.stringContaining("error: "),
      ]);
    }
    const restarts = await run("record", "a", "--out=none", "--source-file=a=plain");
    expect([restarts.exitCode, restarts.stderr]).toEqual([2, expect.stringContaining("--restarts 0")]);
  });

  test("/dev/zero earns nothing", async () => {
    const pool = await outputOf(
      "pool",
      "--json",
      "--seconds=3",
      "--source-file=a=/dev/zero",
      "--sources=a",
      "--credit=a=4",
    );
    expect(JSON.parse(pool).sources).toMatchObject([{ id: "a", state: "failed", creditedBits: 0 }]);
  });

  test("the same bytes twice: a plain file ends", async () => {
    const { exitCode, stderr } = await run("probe", "a", "--samples=6000", "--source-file=a=plain");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("at its end, after 5000 bytes")]);
  });
});
