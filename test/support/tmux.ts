/** A terminal that can be read: a shell inside tmux, with a server of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const TMUX = Bun.which("tmux");

/** Prints once that it is missing. */
export function noTmux(): boolean {
  if (!TMUX) console.log("skipped: no tmux on this machine, and so no terminal to read");
  return !TMUX;
}

/** Nothing takes this long unless the machine is very busy. */
const PATIENCE_MS = 240_000;
const LOOK_AGAIN_MS = 50;

export class Tmux implements Disposable {
  /** Folder of the shell. */
  readonly folder = mkdtempSync(join(tmpdir(), "ee-tmux-"));
  readonly #socket = join(this.folder, "socket");

  constructor(columns: number, rows: number, env: Record<string, string> = {}) {
    const variables = Object.entries({
      PATH: process.env["PATH"] ?? "",
      PS1: "$ ",
      LC_ALL: "C.UTF-8",
      ...env,
    });
    this.#run(
      ...["-f", "/dev/null", "-u", "new-session", "-d", "-x", String(columns), "-y", String(rows)],
      ...["-c", this.folder, "env", "-i", "TERM=tmux-256color"],
      ...variables.map(([name, value]) => `${name}=${value}`),
      "sh",
      "-i",
    );
  }

  /** Types keys by tmux's names. */
  keys(...names: string[]): void {
    this.#run("send-keys", ...names);
  }

  /** Types characters literally. */
  type(text: string): void {
    this.#run("send-keys", "-l", text);
  }

  /** Types a line for the shell, even if a stopped program has left the terminal raw. */
  command(line: string): void {
    this.type(line);
    this.keys("C-j");
  }

  resize(columns: number, rows: number): void {
    this.#run("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** @param escapes includes the codes of colours and attributes */
  screen(escapes = false): string {
    return this.#run("capture-pane", "-p", ...(escapes ? ["-e"] : []));
  }

  /** Returns the modes that programs have set in the terminal: "0 0" when all are reset. */
  modes(): string {
    return this.#run("display-message", "-p", "#{alternate_on} #{mouse_any_flag}").trim();
  }

  /** Waits until the screen, with escapes or without, matches. @throws with the screen if it never does */
  async until(what: RegExp, escapes = false): Promise<RegExpExecArray> {
    const startMs = performance.now();
    for (;;) {
      const screen = this.screen(escapes);
      const found = what.exec(screen);
      if (found) return found;
      if (performance.now() - startMs > PATIENCE_MS)
        throw new Error(`${what} is not on the screen:\n${screen}`);
      await Bun.sleep(LOOK_AGAIN_MS);
    }
  }

  /** Waits until the shell prints `<name>=$?`, and returns that status. */
  async exitCode(name = "code"): Promise<number> {
    return Number((await this.until(new RegExp(`\\b${name}=(\\d+)`)))[1]);
  }

  #run(...args: string[]): string {
    const { exitCode, stdout, stderr } = Bun.spawnSync([TMUX ?? "tmux", "-S", this.#socket, ...args], {
      stdout: "pipe",
      stderr: "pipe",
    });
    if (exitCode !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout.toString();
  }

  [Symbol.dispose](): void {
    this.#run("kill-server");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
