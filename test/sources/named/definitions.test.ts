import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../../src/errors.ts";
import {
  namedCommandText,
  namedFileText,
  parseNamedCommand,
  parseNamedFile,
} from "../../../src/sources/named/definitions.ts";
import { sourcesWith } from "../../../src/sources/named/index.ts";
import { selectForSampling, selectSources } from "../../../src/sources/selection.ts";
import { fakeHost } from "../../support/fake-host.ts";

const file = (text: string) => parseNamedFile(text, "--source-file");
const command = (text: string) => parseNamedCommand(text, "--source-exec");

describe("a device, FIFO or file", () => {
  test.each([
    ["a=/dev/ttyACM9", "/dev/ttyACM9", undefined],
    ["a=/dev/ttyACM9:115200", "/dev/ttyACM9", 115_200],
    ["a=/dev/by-path/pci-0000:00:14.0-usb-0:1:1.0", "/dev/by-path/pci-0000:00:14.0-usb-0:1:1.0", undefined],
    ["a=/dev/x:12345", "/dev/x:12345", undefined],
    ["a=b=c", join(process.cwd(), "b=c"), undefined],
  ])("%s", (text, path, baud) => {
    expect(file(text)).toMatchObject({ name: "a", path, baud, nature: "stream" });
  });

  test("whose own name ends like a speed is that file", () => {
    const folder = mkdtempSync(join(tmpdir(), "ee-named-"));
    try {
      const path = join(folder, "x:9600");
      writeFileSync(path, "noise");
      expect(file(`a=${path}`)).toMatchObject({ path, baud: undefined, nature: "replay" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("that is there, with a number that is no speed, is told apart from one that is not there", () => {
    expect(() => file("a=/dev/null:12345")).toThrow("--source-file: 12345 is no speed of a serial line");
    expect(file("a=/dev/null:9600")).toMatchObject({ path: "/dev/null", baud: 9600 });
  });

  test("the kernel's generators are known, whatever they are called", () => {
    expect(["/dev/urandom", "/dev/random", "/dev/zero"].map((path) => file(`a=${path}`).nature)).toEqual([
      "generator",
      "generator",
      "stream",
    ]);
  });
});

describe("a command", () => {
  test("is words; a path is one from here", () => {
    expect(command("a=infnoise --raw")).toMatchObject({
      words: ["infnoise", "--raw"],
      folder: process.cwd(),
    });
    expect(command("a=./x 'b c'").words).toEqual([join(process.cwd(), "x"), "b c"]);
  });

  test.each(["a=cat x | head", "a=$HOME/x", "a=x > y", "a='x", "a=  "])("%s is refused", (text) => {
    expect(() => command(text)).toThrow(UsageError);
  });
});

test.each([
  "a",
  "=x",
  "a=",
  "A=x",
  "a-b=x",
  "1a=x",
  "ä=x",
  `${"a".repeat(22)}=x`,
  "a=x\0y",
  `a=${"x".repeat(5000)}`,
])("%j names nothing", (text) => {
  expect(() => file(text)).toThrow(UsageError);
  expect(() => command(text)).toThrow(UsageError);
});

test("a message holds no sign that a terminal obeys", () => {
  expect(() => file("\x1b[2Ja=x")).toThrow("\\x1B[2Ja");
});

test("are written as they can be read again", () => {
  for (const text of ["a=/dev/ttyACM9:9600", "a=/x y'z"]) {
    const { taken: _, ...one } = file(text);
    expect(file(namedFileText(file(text)))).toMatchObject(one);
  }
  const one = command(`a=/bin/sh -c 'printf "%s" "a b" | cat'`);
  expect(command(namedCommandText(one))).toEqual(one);
});

describe("all sources of a run", () => {
  const settings = {
    sourceFiles: [file("stick=/dev/ttyACM9")],
    sourceCommands: [command("rtl=rtl_entropy")],
  };
  const sources = sourcesWith(settings);
  const idsOf = (list?: string) => selectSources(sources, list).map(({ info }) => info.id);

  test("have those that are named at their end, and in the default choice", () => {
    expect(idsOf().slice(-2)).toEqual(["stick", "rtl"]);
    expect(idsOf("external")).toEqual(["stick", "rtl"]);
    expect(idsOf("-rtl").at(-1)).toBe("stick");
    expect(idsOf("stick,clock_jitter")).toEqual(["clock_jitter", "stick"]);
    expect(idsOf("fast")).not.toContain("stick");
  });

  test("claim nothing of what is named", () => {
    for (const { info } of sources.slice(-2)) expect(info).toMatchObject({ claim: 0, family: "external" });
  });

  test("a list without them says so", () => {
    const said: string[] = [];
    const host = fakeHost({ kernels: {} });
    selectForSampling({ sources, host, warn: (text) => said.push(text) }, "stick,clock_jitter");
    expect(said).toEqual(["rtl is not used, since it is not in the list of sources"]);
  });

  test.each(["hwrng", "default", "fast", "all", "memory", "external", "stick"])("%s is taken", (name) => {
    const more = { ...settings, sourceCommands: [command(`${name}=x`)] };
    expect(() => sourcesWith(more)).toThrow("taken");
  });

  test("are not without number", () => {
    const sourceFiles = Array.from({ length: 17 }, (_, i) => file(`a${i}=/dev/ttyACM9`));
    expect(() => sourcesWith({ sourceFiles })).toThrow("more than 16");
  });
});
