import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { InterruptedError } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import { type Ask, type RunArgv, runMenu } from "#kit/term/menu.ts";
import { InputError } from "../../src/errors.ts";
import { menu } from "../../src/menu.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeIo } from "../support/fake-io.ts";
import { FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { rejectionOf } from "../support/rejection.ts";
import { runProcess } from "../support/run-process.ts";
import { Terminal } from "../support/terminal.ts";

const here = fakeSource({ id: "here" }, fakeNoise(1));
const absent = fakeSource({ id: "absent" }, fakeNoise(2));
absent.unavailable = "not on this machine";
const deps = { sources: [here, absent], host: fakeHost, startThread: () => new FakeThread([here]) };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-menu-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Answers by the question's name; leaves at one it has no answer for. */
const answering =
  (answers: Record<string, string>): Ask =>
  async ({ name }) =>
    answers[name];

const noRun: RunArgv = async () => {
  throw new Error("nothing was to be run");
};

const asked = async (io: Io, ask: Ask, run: RunArgv) =>
  runMenu(await menu(deps), "esoteric-entropy", io, ask, run);

describe("the menu", () => {
  test("runs what comes of the answers, gives its exit code, and says how to type it", async () => {
    const io = fakeIo({ terminal: true });
    const ran: (readonly string[])[] = [];
    const exitCode = await asked(io, answering({ wanted: "key", kind: "base64" }), async (argv) => {
      ran.push(argv);
      return 3;
    });
    expect(exitCode).toBe(3);
    expect(ran).toEqual([["key", "base64"]]);
    expect(io.talk()).toBe("\nnext time: esoteric-entropy key base64\n");
  });

  test("says so when the command fails, too", async () => {
    const io = fakeIo({ terminal: true });
    const failing: RunArgv = async () => {
      throw new InputError("no");
    };
    expect(await rejectionOf(asked(io, answering({ wanted: "scan" }), failing))).toBeInstanceOf(InputError);
    expect(io.talk()).toContain("next time: esoteric-entropy scan");
  });

  test("offers only sources that this machine has", async () => {
    let offered: string[] = [];
    await rejectionOf(
      asked(
        fakeIo(),
        async (question) => {
          if (question.name === "wanted") return "probe";
          if ("choices" in question) offered = question.choices.map(({ value }) => value);
          return undefined;
        },
        noRun,
      ),
    );
    expect(offered).toEqual(["here"]);
  });

  test("is left with 130 at any question, with nothing run", async () => {
    for (const answers of [{}, { wanted: "key" }, { wanted: "file", path: "x" }] as Record<
      string,
      string
    >[]) {
      const io = fakeIo({ terminal: true });
      const left = await rejectionOf(asked(io, answering(answers), noRun));
      expect([exitCodeOf(left), io.talk()]).toEqual([130, ""]);
    }
    expect(await asked(fakeIo(), answering({ wanted: "quit" }), noRun)).toBe(0);
  });

  test("a termination while it asks ends it with 143", async () => {
    const io = fakeIo({ terminal: true });
    const asking = rejectionOf(
      asked(
        io,
        async () => {
          io.interrupt.abort(new InterruptedError(143));
          return undefined;
        },
        noRun,
      ),
    );
    expect(exitCodeOf(await asking)).toBe(143);
  });

  test("writes a file of its owner's own, whole or not at all, and never over another", async () => {
    const path = join(folder, "made.bin");
    const write: RunArgv = async (_, io: Io) => {
      expect(io.outIsTerminal).toBe(false);
      await io.out(Uint8Array.of(1, 2));
      await io.out("three");
      return 0;
    };
    const answers = { wanted: "file", path, bytes: "7", mode: "full" };
    const io = fakeIo({ terminal: true });
    expect(await asked(io, answering(answers), write)).toBe(0);
    expect(readFileSync(path).toString("latin1")).toBe("\x01\x02three");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(io.written().length).toBe(0);
    expect(io.talk()).toContain(`stream --mode full --bytes 7 > ${path}\n`);

    const half: RunArgv = async (_, io: Io) => {
      await io.out("half");
      throw new InputError("no more");
    };
    const incomplete = { ...answers, path: join(folder, "half.bin") };
    expect((await rejectionOf(asked(fakeIo(), answering(incomplete), half))).message).toBe("no more");
    expect(existsSync(incomplete.path)).toBe(false);

    writeFileSync(path, "kept");
    const refused = await rejectionOf(asked(fakeIo(), answering(answers), noRun));
    expect(refused).toBeInstanceOf(InputError);
    expect(readFileSync(path, "utf8")).toBe("kept");
    const nowhere = { ...answers, path: join(folder, "no", "where") };
    expect(await rejectionOf(asked(fakeIo(), answering(nowhere), noRun))).toBeInstanceOf(InputError);
    expect(existsSync(nowhere.path)).toBe(false);
  });
});

describe("on a terminal", () => {
  const DOWN = "\x1b[B";
  const program = [process.execPath, join(ROOT, "src", "main.ts")];
  const started = (command: readonly string[] = program) =>
    new Terminal(command, {
      env: { PATH: "/usr/bin:/bin", HOME: folder, LANG: "C.UTF-8" },
      cwd: folder,
      timeoutMs: 240_000,
    });

  test("the name alone leads by questions to a file, and ends with the command", async () => {
    await using terminal = started();
    await terminal.until("Quit");
    terminal.type(`${DOWN.repeat(7)}\r`); // below the seven everyday things
    await terminal.until("Which file?");
    await terminal.until("random.bin");
    terminal.type("\x15key.bin\r");
    await terminal.until("How many bytes?");
    terminal.type("\x15lots\r");
    await terminal.until("'lots' is not a size");
    terminal.type("\x1548\r");
    await terminal.until("Which kind?");
    terminal.type("\r");
    await terminal.until("next time: esoteric-entropy stream --mode full --bytes 48 > key.bin");
    expect(await terminal.exited).toBe(0);
    expect(readFileSync(join(folder, "key.bin")).length).toBe(48);
  });

  test.each([
    ["C", "\x03"],
    ["D", "\x04"],
  ])("control-%s leaves it with 130, and the terminal as it was", async (_, key) => {
    const line = `${program.join(" ")}; echo left-$?; stty -a`;
    await using terminal = started(["/bin/sh", "-c", line]);
    await terminal.until("Quit");
    terminal.type(key);
    await terminal.until("left-130");
    expect(await terminal.until("-echonl")).toMatch(/[^-]icanon[\s\S]*[^-]echo /);
  });

  test("one that goes away ends it with 129, at a choice and at a text", async () => {
    {
      await using terminal = started();
      await terminal.until("Quit");
      terminal.hangUp();
      expect(await terminal.exited).toBe(129);
    }
    {
      await using terminal = started();
      await terminal.until("Quit");
      terminal.type(`${DOWN.repeat(7)}\r`);
      await terminal.until("Which file?");
      terminal.hangUp();
      expect(await terminal.exited).toBe(129);
    }
  });

  test("without one there is the help, and no question", async () => {
    const { exitCode, stdout, stderr } = await runProcess(program, { env: {} });
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("COMMANDS");
  });
});
