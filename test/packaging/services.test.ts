/** The files that let systemd and launchd run `device`: well-formed, and with flags that the program knows. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseOptions } from "#kit/term/flags.ts";
import { device, deviceOptions } from "../../src/commands/device.ts";
import {
  commandOfPropertyList,
  commandOfUnit,
  verifyPropertyList,
  verifyUnit,
} from "../support/service-files.ts";

const PACKAGING = join(import.meta.dir, "..", "..", "packaging");
const PROGRAM = "/usr/local/bin/esoteric-entropy";

/** Parses a command line as `device` does. @throws UsageError */
function optionsOf([program, command, ...args]: readonly string[]) {
  expect([program, command]).toEqual([PROGRAM, "device"]);
  return deviceOptions(parseOptions(device, args));
}

describe("systemd", () => {
  const kinds = {
    "esoteric-entropy-device.service": "fifo",
    "esoteric-entropy-egd.service": "egd",
    "esoteric-entropy-kernel.service": "kernel",
  };

  test("no unit is left out here", () => {
    expect(readdirSync(join(PACKAGING, "systemd")).sort()).toEqual(Object.keys(kinds));
  });

  for (const [name, kind] of Object.entries(kinds)) {
    const unit = readFileSync(join(PACKAGING, "systemd", name), "utf8");

    test(`${name}: the program takes the command line`, () => {
      expect(optionsOf(commandOfUnit(unit)).kind).toBe(kind as "fifo");
    });

    test(`${name}: it dumps no core, and the watchdog looks after it`, () => {
      for (const line of ["LimitCORE=0", "Type=notify", "WatchdogSec=60"])
        expect(unit.split("\n")).toContain(line);
    });

    test(`${name}: systemd has no complaint`, () => {
      const verdict = verifyUnit(name, unit, PROGRAM);
      if (verdict) expect(verdict).toEqual({ exitCode: 0, text: "" });
    });
  }
});

describe("launchd", () => {
  const path = join(PACKAGING, "launchd", "esoteric-entropy.device.plist");

  test("the program takes the command line", () => {
    expect(optionsOf(commandOfPropertyList(readFileSync(path, "utf8"))).kind).toBe("fifo");
  });

  test("the property list is one", () => {
    const verdict = verifyPropertyList(path);
    if (verdict) expect(verdict).toEqual({ exitCode: 0, text: "" });
  });
});
