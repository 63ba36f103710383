/** Passphrases that are typed on a terminal. */
import { expect, test } from "bun:test";
import { Terminal } from "../../../../test/support/terminal.ts";
import { WorkFolder } from "../support/program.ts";
import { must } from "./signed-folder.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

function typing(folder: WorkFolder, ...args: readonly string[]): Terminal {
  const command = [process.execPath, MAIN, ...args, "--keys", "keys"];
  const env = { HOME: folder.path, LANG: "C.UTF-8", PATH: "/nowhere" };
  return new Terminal(command, { env, cwd: folder.path, timeoutMs: 60_000 });
}

test("a passphrase is asked for twice, never shown, and then unlocks the key", async () => {
  using folder = new WorkFolder({ report: "x" });
  {
    await using terminal = typing(folder, "keys", "new", "house", "--protect");
    await terminal.until("Passphrase for the key house");
    terminal.type("secret words\r");
    await terminal.until("again");
    terminal.type("secret words\r");
    expect(await terminal.exited).toBe(0);
    expect(terminal.shown).not.toContain("secret");
  }
  {
    await using terminal = typing(folder, "sign", "report");
    await terminal.until("Passphrase of the key house");
    terminal.type("secret words\r");
    expect(await terminal.exited).toBe(0);
    expect(terminal.shown).not.toContain("secret");
  }
  await must(folder, "verify", "report");
});

test("two that differ are refused; Ctrl-C, Ctrl-D and a terminal that goes away leave; no key is made", async () => {
  using folder = new WorkFolder();
  {
    await using terminal = typing(folder, "keys", "new", "house", "--protect");
    await terminal.until("Passphrase for the key house");
    terminal.type("one\r");
    await terminal.until("again");
    terminal.type("two\r");
    await terminal.until("the two passphrases differ");
    expect(await terminal.exited).toBe(2);
  }
  {
    await using terminal = typing(folder, "keys", "new", "house", "--protect");
    await terminal.until("Passphrase for the key house");
    terminal.type("\x03");
    expect(await terminal.exited).toBe(130);
  }
  {
    await using terminal = typing(folder, "keys", "new", "house", "--protect");
    await terminal.until("Passphrase for the key house");
    terminal.type("one\r");
    await terminal.until("again");
    terminal.type("\x04");
    expect(await terminal.exited).toBe(130);
  }
  {
    await using terminal = typing(folder, "keys", "new", "house", "--protect");
    await terminal.until("Passphrase for the key house");
    terminal.hangUp();
    expect(await terminal.exited).toBe(129);
  }
  expect(await must(folder, "keys", "list", "--json")).toBe("[]");
});
