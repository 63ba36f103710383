/** The files that let systemd and launchd run `device`: well-formed, and with flags that the program knows. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseOptions } from "#kit/term/flags.ts";
import { device, deviceOptions } from "../../src/commands/device.ts";

const PACKAGING = join(import.meta.dir, "..", "..", "packaging");
const PROGRAM = "/usr/local/bin/esoteric-entropy";

/** Parses a command line as `device` does. @throws UsageError */
function optionsOf([program, command, ...args]: readonly string[]) {
  expect([program, command]).toEqual([PROGRAM, "device"]);
  return deviceOptions(parseOptions(device, args));
}

/** Runs a checker; undefined, said aloud, where there is none. */
function said(tool: string, ...args: readonly string[]): { exitCode: number; text: string } | undefined {
  if (!Bun.which(tool)) {
    console.warn(`skipped: there is no ${tool} here`);
    return undefined;
  }
  const { exitCode, stdout, stderr } = Bun.spawnSync([tool, ...args]);
  return { exitCode, text: `${stdout}${stderr}`.trim() };
}

describe("systemd", () => {
  const kinds = { "esoteric-entropy-device.service": "fifo", "esoteric-entropy-kernel.service": "kernel" };
  for (const [name, kind] of Object.entries(kinds)) {
    const unit = readFileSync(join(PACKAGING, "systemd", name), "utf8");

    test(`${name}: the program takes the command line`, () => {
      const [, line] = /^ExecStart=(.*)$/m.exec(unit)!;
      expect(optionsOf(line!.split(" ")).kind).toBe(kind as "fifo");
    });

    test(`${name}: systemd has no complaint`, () => {
      const folder = mkdtempSync(join(tmpdir(), "ee-unit-"));
      const path = join(folder, basename(name));
      // It complains about programs that are not installed.
      writeFileSync(path, unit.replaceAll(PROGRAM, "/bin/sh"));
      const verdict = said("systemd-analyze", "verify", path);
      rmSync(folder, { recursive: true });
      if (verdict) expect(verdict).toEqual({ exitCode: 0, text: "" });
    });
  }
});

describe("launchd", () => {
  const path = join(PACKAGING, "launchd", "esoteric-entropy.device.plist");
  const text = readFileSync(path, "utf8");

  test("the program takes the command line", () => {
    const [, array] = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(text)!;
    const words = [...array!.matchAll(/<string>(.*?)<\/string>/g)].map(([, word]) => word!);
    expect(optionsOf(words).kind).toBe("fifo");
  });

  test("the property list is one", () => {
    const parse = "import plistlib, sys; plistlib.load(open(sys.argv[1], 'rb'))";
    const verdict =
      process.platform === "darwin"
        ? said("plutil", "-lint", "-s", path)
        : said("python3", "-c", parse, path);
    if (verdict) expect(verdict).toEqual({ exitCode: 0, text: "" });
  });
});
