/** The real terminal when the program breaks: it is restored, and the reason stays readable. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { noTmux, Tmux } from "../../support/tmux.ts";

const PROGRAM = join(import.meta.dirname, "../../support/crashing-dashboard.ts");

describe.skipIf(noTmux())("a crash gives the terminal back", () => {
  for (const [way, name] of [
    ["exception", "an exception that nobody catches"],
    ["rejection", "a rejection that nobody catches"],
    ["key", "an exception while a key is handled"],
  ] as const) {
    test(name, async () => {
      using tmux = new Tmux(80, 24);
      tmux.command(
        `sh -c 'echo $$ > pid; exec "$0" "$@"' ${process.execPath} ${PROGRAM} ${way}; echo code=$?`,
      );
      await tmux.until(/fake +clock +healthy/);
      expect(tmux.modes()).toBe("1 1");
      if (way === "key") tmux.keys("j");
      else process.kill(Number(readFileSync(join(tmux.folder, "pid"), "utf8")), "SIGUSR2");
      expect(await tmux.exitCode()).toBe(1);
      expect(tmux.modes()).toBe("0 0");
      expect(tmux.screen()).toContain("caught: boom");
    });
  }
});
