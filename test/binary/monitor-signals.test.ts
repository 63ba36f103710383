/** `monitor` of the built program, and signals: a terminal that takes nothing, and one whose answers are on their way. */
import { describe, expect, test } from "bun:test";
import { requireBuiltProgram } from "../support/built-program.ts";
import { noPseudoTerminal, PseudoTerminal } from "../support/pseudo-terminal.ts";

const COMMAND = ["monitor", "--uncalibrated", "--sources", "sleep_jitter"];
/** The alternate screen is left, and the mouse is nobody's. */
const LEAVES = "\x1b[?1049l";
const FREES_MOUSE = "\x1b[?1000l";

const SIGNALS = [
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
  ["SIGQUIT", 131],
] as const;

function start(terminal: PseudoTerminal) {
  return terminal.start([requireBuiltProgram(), ...COMMAND]);
}

/** Waits until the program has taken the terminal's settings. */
async function untilRaw(terminal: PseudoTerminal): Promise<void> {
  while (!terminal.stty("-a").includes("-icanon")) await Bun.sleep(5);
}

function expectSettings(terminal: PseudoTerminal): void {
  const settings = terminal.stty("-a");
  expect(settings).toMatch(/(?<!-)\bicanon\b/);
  expect(settings).toMatch(/(?<!-)\becho\b/);
}

describe.skipIf(noPseudoTerminal()).each(SIGNALS)("%s", (signal, code) => {
  test("ends it while the terminal takes nothing, which finds itself restored when it reads again", async () => {
    using terminal = new PseudoTerminal();
    terminal.fill();
    const child = start(terminal);
    await untilRaw(terminal);
    child.kill(signal);
    expect(await child.exited).toBe(code);
    expectSettings(terminal);
    const shown = terminal.read();
    expect(shown).toContain(LEAVES);
    expect(shown).toContain(FREES_MOUSE);
  });

  test("ends it when the terminal stops in the middle of a picture", async () => {
    using terminal = new PseudoTerminal();
    const child = start(terminal);
    let shown = "";
    while (!shown.includes("esoteric-entropy")) {
      shown += terminal.read();
      await Bun.sleep(1);
    }
    terminal.fill();
    child.kill(signal);
    expect(await child.exited).toBe(code);
    expectSettings(terminal);
    expect(terminal.read()).toContain(LEAVES);
  });

  test("in its first moments leaves no answer of the terminal to be read as typed", async () => {
    // A terminal has a quarter of a second to answer in. Where this process does not get to it, another try shows as much.
    for (let trial = 1; trial <= 10; trial++) {
      using terminal = new PseudoTerminal();
      const child = start(terminal);
      let asked = "";
      const ended = () => child.exitCode !== null || child.signalCode !== null;
      const listen = async (enough: () => boolean) => {
        while (!enough() && !ended()) {
          asked += terminal.read();
          await Bun.sleep(1);
        }
      };
      await listen(() => asked.includes("\x1b[6n")); // it asks where the cursor is
      const signalMs = performance.now();
      child.kill(signal);
      await listen(() => asked.includes("\x1b[5n"));
      terminal.write("\x1b[?62;4c\x1b[1;1R\x1bP>|terminal 1\x1b\\");
      if (asked.includes("\x1b[5n")) terminal.write("\x1b[0n");
      const isInTime = performance.now() - signalMs < 200;
      expect(await child.exited).toBe(code);
      expect(asked + terminal.read()).toContain(LEAVES);
      if (!isInTime) continue;
      expect(terminal.unread()).toBe("");
      return;
    }
    console.log(`skipped: this machine is too busy to answer ${signal} in time`);
  });
});
