/** Commands that the user has named, well behaved and not. They run for longer than a test may, so one that ends has killed them. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { SourceError } from "../../../src/errors.ts";
import { currentHost } from "../../../src/platform/index.ts";
import { parseNamedCommand } from "../../../src/sources/named/definitions.ts";
import { namedCommand } from "../../../src/sources/named/named-command.ts";
import { keystream } from "../../support/keystream.ts";
import { PouringLine } from "../../support/pouring-line.ts";
import { noPseudoTerminal } from "../../support/pseudo-terminal.ts";
import { rejectionOf } from "../../support/rejection.ts";

const host = currentHost();
const never = new AbortController().signal;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-named-command-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sourceOf = (line: string, silenceMs?: number) =>
  namedCommand(parseNamedCommand(`cmd=${line}`, "--source-exec"), silenceMs);

let scripts = 0;
function script(body: string): string {
  const path = join(folder, `command-${scripts++}`);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

/** Takes one byte more than there is. */
async function failureOf(line: string, count: number): Promise<Error> {
  await using sampler = await sourceOf(line).open(host);
  await sampler.sample(count, never);
  return await rejectionOf(sampler.sample(1, never));
}

/** True while the process runs. A killed one may stay in the table until its parent looks. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, "latin1"));
}

describe("a command", () => {
  test("gives its bytes in order, whatever the requests", async () => {
    await using sampler = await sourceOf("printf 'abc\\000d'").open(host);
    const first = await sampler.sample(2, never);
    const second = await sampler.sample(3, never);
    expect([...first.samples, ...second.samples]).toEqual([97n, 98n, 99n, 0n, 100n]);
  });

  test("runs where the program was started, with no environment but one variable", async () => {
    const tool = script("pwd; env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=; printf '\\377'");
    await using sampler = await sourceOf(tool).open(host);
    const bytes: number[] = [];
    while (bytes.at(-1) !== 0xff) bytes.push(Number((await sampler.sample(1, never)).samples[0]));
    expect(Buffer.from(bytes).toString("latin1")).toBe(`${realpathSync(process.cwd())}\nLC_ALL=C\n\xff`);
  });

  test("that ends is an error, which says how", async () => {
    expect(await failureOf("printf abc", 3)).toBeInstanceOf(SourceError);
    expect((await failureOf("printf abc", 3)).message).toBe("cmd: printf: it has ended");
    const talking = script("echo first >&2; printf a; printf 'last \\033[2J\\n' >&2; exit 3");
    const { message } = await failureOf(talking, 1);
    expect(message).toMatch(/command-\d+: exit code 3: last \\x1B\[2J$/);
  });

  test("that says much before it ends is quoted in part", async () => {
    const talking = script("head -c 100000 /dev/zero | tr '\\000' x >&2; exit 1");
    const { message } = await rejectionOf((await sourceOf(talking).open(host)).sample(1, never));
    expect(message.length).toBeLessThan(400);
  });

  test("that is silent is given up", async () => {
    await using sampler = await sourceOf(script("printf a; exec sleep 1000"), 50).open(host);
    // The one byte may come in time or not.
    const { message } = await rejectionOf(sampler.sample(2, never));
    expect(message).toContain("nothing came for 0.05 s");
  });

  test("that floods has to wait, and loses nothing", async () => {
    const counted = script("i=0; while [ $i -lt 60000 ]; do echo $i; i=$((i + 1)); done; exec sleep 1000");
    await using sampler = await sourceOf(counted).open(host);
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i}\n`).join("");
    let text = "";
    while (text.length < lines.length) {
      const { samples } = await sampler.sample(Math.min(5_000, lines.length - text.length), never);
      text += String.fromCharCode(...Array.from(samples, Number));
    }
    expect(text).toBe(lines);
  });

  test("that never pauses can be aborted and closed", async () => {
    await using sampler = await sourceOf("cat /dev/zero").open(host);
    await sampler.sample(100_000, never);
    const abort = new AbortController();
    const endless = sampler.sample(1 << 26, abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 5);
    expect((await rejectionOf(endless)).message).toBe("enough");
  });

  test("that ignores signals dies with all that it has started", async () => {
    const pids = join(folder, "pids");
    const stubborn = script(
      `trap '' TERM INT HUP\nsleep 1000 &\necho $$ $! > ${pids}\nprintf a\nwait; sleep 1000`,
    );
    {
      await using sampler = await sourceOf(stubborn).open(host);
      await sampler.sample(1, never);
    }
    for (const pid of readFileSync(pids, "latin1").trim().split(" ").map(Number)) {
      while (lives(pid)) await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

describe("a program that is not there", () => {
  test.each(["no_such_program_at_all --x", "./no_such_program", "/tmp"])("%s", async (line) => {
    const state = await sourceOf(line).availability(host);
    expect(state).toMatchObject({ ok: false, reason: expect.stringContaining("there is no program") });
    expect(state).not.toHaveProperty("mayPass");
    expect(await rejectionOf(sourceOf(line).open(host))).toBeInstanceOf(SourceError);
  });
});

test.skipIf(noPseudoTerminal())("the line that starts a OneRNG gives bytes of the device", async () => {
  using line = new PouringLine(join(folder, "ttyACM0"), (count) => keystream(count, 1));
  const documented = readFileSync(join(ROOT, "docs", "NAMED-SOURCES.md"), "utf8");
  const [, command] = /--source-exec onerng="([^"]*)"/.exec(documented)!;
  await using sampler = await sourceOf(command!.replaceAll("/dev/ttyACM0", line.path)).open(host);
  await sampler.sample(10_000, never);
  while (line.heard !== "cmd0\ncmdO\n") await Bun.sleep(1);
});

test("arguments are shown nowhere", async () => {
  const line = "sh -c 'exit 1' --password=tops3cret";
  const source = sourceOf(line);
  const error = await rejectionOf((await source.open(host)).sample(1, never));
  expect(JSON.stringify([source.info, error.message, error.cause])).not.toContain("tops3cret");
  expect(source.info.title).toBe("Output of sh");
});
