/** `monitor` of the compiled program in a real terminal: every key, the mouse, sizes, signals. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { runProcess } from "../support/run-process.ts";
import { noTmux, Tmux } from "../support/tmux.ts";

const SOURCES = "page_fault_timing,mprotect_timing,sleep_jitter";

/** Begins it; its process id goes to a file. What is stopped may leave the cursor anywhere: the status has a line of its own. */
function begin(tmux: Tmux): void {
  const script = `echo $$ > pid; exec "$0" monitor --sources ${SOURCES} --refresh 0.2`;
  tmux.command(`sh -c '${script}' ${requireBuiltProgram()}; printf '\\ncode=%d\\n' $?`);
}

const running = /j\/k move/;

function pidOf(tmux: Tmux): number {
  return Number(readFileSync(join(tmux.folder, "pid"), "utf8"));
}

/** The shell has the terminal back as it was: no alternate screen, no mouse, lines and echo on. */
async function expectRestored(tmux: Tmux): Promise<void> {
  expect(tmux.modes()).toBe("0 0");
  tmux.command("stty -a; echo looked=$?");
  const [settings] = await tmux.until(/speed[\s\S]*looked=0/);
  expect(settings).toMatch(/(?<!-)\bicanon\b/);
  expect(settings).toMatch(/(?<!-)\becho\b/);
}

describe.skipIf(noTmux())("in a terminal", () => {
  test("every key, the mouse, every size", async () => {
    using tmux = new Tmux(80, 24);
    begin(tmux);
    await tmux.until(running);
    expect(tmux.modes()).toBe("1 1");
    await tmux.until(/page_fault_timing +page-table +healthy/);
    await tmux.until(/hex +[0-9a-f]{8}/);
    await tmux.until(/now +└oldest/);

    const selected = async () => (await tmux.until(/ ([a-z_]+): (?:line|histogram|lag plot)/))[1]!;
    const order = [...tmux.screen().matchAll(/^ ([a-z]+_[a-z_]+) +(?:page-table|scheduler)/gm)].map(
      (row) => row[1]!,
    );
    expect(order.toSorted()).toEqual(SOURCES.split(",").sort());
    const chosen = (index: number) => tmux.until(new RegExp(` ${order[index]}: line`));
    expect(await selected()).toBe(order[0]!);
    tmux.keys("j");
    await chosen(1);
    tmux.keys("Down");
    await chosen(2);
    tmux.keys("k");
    await chosen(1);
    tmux.keys("Up");
    await chosen(0);
    tmux.type("\x1b[<0;5;6M\x1b[<0;5;6m"); // a click on the second row of the table
    await chosen(1);
    tmux.type("\x1b[<65;5;6M"); // the wheel, down
    await chosen(2);
    tmux.type("\x1b[<64;5;6M");
    await chosen(1);

    tmux.keys("End");
    await chosen(2);
    tmux.keys("Home");
    await chosen(0);
    tmux.keys("NPage");
    await chosen(2);
    tmux.keys("PPage");
    await chosen(0);

    tmux.keys(">");
    await tmux.until(/^ SOURCE \^ .*\n mprotect_timing .*\n page_fault_timing .*\n sleep_jitter /m);
    tmux.keys("r");
    await tmux.until(/^ SOURCE v .*\n sleep_jitter .*\n page_fault_timing .*\n mprotect_timing /m);
    tmux.keys("Right");
    await tmux.until(/FAMILY \^/);
    tmux.keys("Left", "Left");
    await tmux.until(/^ SOURCE {5}/m);
    tmux.keys("f");
    tmux.type("schedulerq");
    await tmux.until(/filter schedulerq {3}0 of 3/);
    await tmux.until(/no source matches the filter/);
    tmux.keys("BSpace", "Enter");
    await tmux.until(/filter scheduler {2}1 of 3 {2}esc clear/);
    await tmux.until(/ sleep_jitter: line/);
    tmux.keys("Escape");
    await tmux.until(/^ j\/k move/m); // what follows an escape at once would be read as alt
    tmux.keys("/");
    tmux.type("\x1b[200~page_\x07\x1b[201~"); // pasted
    await tmux.until(/filter page_ {3}1 of 3/);
    tmux.keys("Escape");
    await tmux.until(/^ j\/k move/m); // what follows an escape at once would be read as alt
    tmux.keys("Home", "Down");
    await chosen(1);

    tmux.keys("g");
    await tmux.until(/: histogram/);
    tmux.keys("g");
    await tmux.until(/: lag plot/);
    tmux.keys("g");
    await tmux.until(/: line/);
    tmux.keys("i");
    await tmux.until(/─ physics ─[\s\S]*bits each: claimed/);
    tmux.keys("i");
    await tmux.until(/: line/);
    tmux.keys("Space");
    await tmux.until(new RegExp(`${order[1]} +\\S+ +paused`));
    tmux.keys("Space");
    await tmux.until(new RegExp(`${order[1]} +\\S+ +healthy`));
    tmux.keys("p");
    await tmux.until(/FROZEN/);
    tmux.keys("p");
    await tmux.until(/up \d+:\d\d +every 0\.2 s/);
    tmux.keys("+");
    await tmux.until(/refresh every 0\.1 s/);
    tmux.keys("-", "-");
    await tmux.until(/refresh every 0\.5 s/);
    tmux.keys("?");
    await tmux.until(/╭─ keys/);
    tmux.keys("Escape");
    await tmux.until(/: line/);
    tmux.keys("s");
    const [, name] = await tmux.until(/saved to \.\/(\S+\.json)/);
    expect(readdirSync(tmux.folder)).toContain(name!);
    const saved = JSON.parse(readFileSync(join(tmux.folder, name!), "utf8"));
    expect(saved).toMatchObject({ schema: 1, program: "esoteric-entropy" });
    expect(saved.sources.map(({ id }: { id: string }) => id)).toEqual(order);

    tmux.resize(120, 40);
    await tmux.until(/^.{110,}$/m);
    tmux.keys("i");
    await tmux.until(/SAMP\/S.*─ physics ─/);
    tmux.resize(60, 20);
    await tmux.until(/monitor needs 80 x 24[\s\S]*60 x 20/);
    tmux.resize(20, 5);
    await tmux.until(/monitor needs 80 x\s+24[\s\S]*20\s+x 5[\s\S]*q quits/);
    tmux.resize(200, 60);
    await tmux.until(/^.{190,}$/m);
    tmux.resize(80, 24);
    await tmux.until(/─ physics ─/);

    tmux.keys("q");
    expect(await tmux.exitCode()).toBe(0);
    await expectRestored(tmux);
  });

  test("ctrl-z gives the terminal back, fg takes it again", async () => {
    using tmux = new Tmux(80, 24);
    begin(tmux);
    await tmux.until(running);
    tmux.keys("C-z");
    expect(await tmux.exitCode()).toBe(128 + constants.signals.SIGTSTP);
    await expectRestored(tmux);
    tmux.resize(100, 30);
    tmux.command("fg; echo back=$?");
    await tmux.until(running);
    expect(tmux.modes()).toBe("1 1");
    await tmux.until(/^.{96,}$/m); // in its new size
    tmux.keys("q");
    expect(await tmux.exitCode("back")).toBe(0);
    await expectRestored(tmux);
  });

  for (const [name, code, end] of [
    ["SIGTERM", 143, (tmux: Tmux) => process.kill(pidOf(tmux), "SIGTERM")],
    ["SIGHUP", 129, (tmux: Tmux) => process.kill(pidOf(tmux), "SIGHUP")],
    ["ctrl-c", 130, (tmux: Tmux) => tmux.keys("C-c")],
  ] as const) {
    test(`${name} gives the terminal back`, async () => {
      using tmux = new Tmux(80, 24);
      begin(tmux);
      await tmux.until(running);
      // A key that is answered shows that the terminal's replies before it have been read; the shell would get them otherwise.
      tmux.keys("?");
      await tmux.until(/╭─ keys/);
      end(tmux);
      expect(await tmux.exitCode()).toBe(code);
      await expectRestored(tmux);
    });
  }

  test("stopped by a signal that nobody can handle, it draws itself anew", async () => {
    using tmux = new Tmux(80, 24);
    begin(tmux);
    await tmux.until(running);
    process.kill(pidOf(tmux), "SIGSTOP");
    expect(await tmux.exitCode()).toBe(128 + constants.signals.SIGSTOP);
    tmux.command("printf '\\033[2J\\033[H'; echo cleared=$?");
    await tmux.until(/^cleared=0/m);
    tmux.command("fg; echo back=$?");
    await tmux.until(running);
    tmux.keys("q");
    expect(await tmux.exitCode("back")).toBe(0);
    await expectRestored(tmux);
  });

  test("ASCII alone where the locale is not UTF-8", async () => {
    using tmux = new Tmux(80, 24, { LC_ALL: "C" });
    begin(tmux);
    await tmux.until(/healthy[\s\S]*\+oldest -+ not counted -+ newest/);
    expect(tmux.screen()).toMatch(/^[ -~\n]*$/);
    tmux.keys("q");
    expect(await tmux.exitCode()).toBe(0);
  });

  test("NO_COLOR: bold, dim and inverse alone", async () => {
    for (const [env, colors] of [
      [{ NO_COLOR: "1" }, false],
      [{}, true],
    ] as const) {
      using tmux = new Tmux(80, 24, env);
      begin(tmux);
      await tmux.until(/healthy/);
      if (colors) await tmux.until(/38;5;2m/, true);
      else expect(tmux.screen(true)).not.toContain("38;5;2m");
      tmux.keys("q");
      expect(await tmux.exitCode()).toBe(0);
    }
  });
});

test("without a terminal: an error that names pool --json", async () => {
  const { exitCode, stdout, stderr } = await runProcess([requireBuiltProgram(), "monitor"], { env: {} });
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toStartWith("esoteric-entropy: error: monitor needs a terminal\nhint:");
  expect(stderr).toContain("pool --json");
});
