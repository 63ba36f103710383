/** The files that let systemd and launchd run `serve`: well-formed, fenced in, and with flags that the program knows. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseOptions } from "#kit/term/flags.ts";
import {
  commandOfPropertyList,
  commandOfUnit,
  said,
  verifyPropertyList,
  verifyUnit,
} from "../../../../test/support/service-files.ts";
import { serve } from "../../src/commands/serve.ts";

const PACKAGING = join(import.meta.dir, "..", "..", "packaging");

/** Parses a command line as `serve` does. @throws UsageError */
function optionsOf([, command, ...args]: readonly string[]) {
  expect(command).toBe("serve");
  return parseOptions(serve, args);
}

const SYSTEM = readFileSync(join(PACKAGING, "systemd/cryptex.service"), "utf8");
const USER = readFileSync(join(PACKAGING, "systemd/user/cryptex.service"), "utf8");

describe("systemd", () => {
  test("the service of the machine asks for a token, since every user reaches its port", () => {
    const [program] = commandOfUnit(SYSTEM);
    expect(program).toBe("/usr/local/bin/cryptex");
    const { host, tokens, unix } = optionsOf(commandOfUnit(SYSTEM));
    expect({ host, unix, tokens }).toEqual({
      host: "127.0.0.1",
      unix: undefined,
      tokens: [{ scopes: ["read", "scan", "write"], file: "%d/local" }],
    });
    expect(SYSTEM).toMatch(/^LoadCredential=local:/m);
  });

  test("the service of a user has a socket in a folder of that user's alone", () => {
    const [program] = commandOfUnit(USER);
    expect(program).toBe("%h/.local/bin/cryptex");
    const { unix, tokens } = optionsOf(commandOfUnit(USER));
    expect({ unix, tokens }).toEqual({ unix: "%t/cryptex/gateway.sock", tokens: [] });
    expect(USER).toMatch(/^RuntimeDirectory=cryptex\nRuntimeDirectoryMode=0700$/m);
  });

  test("has no complaint", () => {
    const verdicts = [
      verifyUnit("cryptex.service", SYSTEM, "/usr/local/bin/cryptex"),
      verifyUnit("cryptex.service", USER, "%h/.local/bin/cryptex", "user"),
    ];
    for (const verdict of verdicts) if (verdict) expect(verdict).toEqual({ exitCode: 0, text: "" });
  });

  test("counts little that the service of the machine is exposed to", () => {
    const path = join(PACKAGING, "systemd/cryptex.service");
    // "OK" ends at 4.9 of 10 (systemd-analyze(1)); the threshold is in tenths.
    const verdict = said("systemd-analyze", ["security", "--offline=true", "--threshold=20", path]);
    if (/unrecognized option/.test(verdict?.text ?? ""))
      return console.warn("skipped: this systemd is too old");
    if (verdict) expect(verdict.exitCode).toBe(0);
  });
});

describe("launchd", () => {
  const path = join(PACKAGING, "launchd/cryptex.gateway.plist");

  test("the program takes the command line, and asks for a token", () => {
    const command = commandOfPropertyList(readFileSync(path, "utf8"));
    expect(command[0]).toBe("/usr/local/bin/cryptex");
    expect(optionsOf(command).tokens).toMatchObject([{ scopes: ["read", "scan", "write"] }]);
  });

  test("the property list is one", () => {
    const verdict = verifyPropertyList(path);
    if (verdict) expect(verdict).toEqual({ exitCode: 0, text: "" });
  });
});
