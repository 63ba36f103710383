import { describe, expect, test } from "bun:test";
import { DIRECTIVE } from "#kit/term/candidates.ts";
import { completionOf } from "#kit/term/complete.ts";
import { namedFlags } from "#kit/term/flags.ts";
import { shownCommands } from "#kit/term/product.ts";
import { runApp } from "#kit/term/program.ts";
import { UsageError } from "../../src/errors.ts";
import { product } from "../../src/product.ts";
import { sourcesWith } from "../../src/sources/named/index.ts";
import { fakeIo } from "../support/fake-io.ts";
import { fakeHost } from "../support/fake-thread.ts";
import { rejectionOf } from "../support/rejection.ts";

const deps: typeof product.deps = (settings) => ({
  sources: sourcesWith(settings),
  host: fakeHost,
  warn: () => {},
  startThread: () => {
    throw new Error("nothing is sampled");
  },
});

const trial = { ...product, deps };
const complete = (...words: string[]) => completionOf(words, trial, fakeIo());
const valuesAfter = async (...words: string[]) =>
  (await complete(...words)).candidates.map((candidate) => candidate.value);

describe("what may come next", () => {
  test("commands that are for people, and help", async () => {
    const values = await valuesAfter("");
    const first = [...new Set(shownCommands(product).map((name) => name.split(" ")[0]!))];
    expect(values).toEqual([...first, "help", "--help", "--version", "--licences"]);
    expect(values).not.toContain("serve-stdio");
    expect(await valuesAfter("re")).toEqual(["record", "report"]);
    expect(await valuesAfter("--v")).toEqual(["--version"]);
    expect(await valuesAfter("help", "")).toEqual(first);
    expect(await valuesAfter("help", "stream", "")).toEqual([]);
  });

  test("every flag of every command, once", async () => {
    for (const name of shownCommands(product)) {
      const command = await product.commands[name]!.load();
      const flags = namedFlags(command.flags).map(([flag]) => `--${flag}`);
      expect(await valuesAfter(...name.split(" "), "--")).toEqual([...flags, "--help"]);
    }
    expect(await valuesAfter("stream", "--format", "hex", "--fo")).toEqual(["--force"]);
    expect(await valuesAfter("stream", "--format=hex", "--fo")).toEqual(["--force"]);
  });

  test("values of an enumeration, after a space or an equals sign", async () => {
    expect(await valuesAfter("stream", "--format", "")).toEqual(["raw", "hex", "base64"]);
    expect(await valuesAfter("stream", "--format=h")).toEqual(["hex"]);
    expect(await valuesAfter("completion", "")).toEqual(["bash", "zsh", "fish"]);
  });

  test("sources that were named before, unless one of them is wrong", async () => {
    const named = ["--source-file", "my_stick=/dev/null", "--source-exec=my_noise=cat x"];
    expect(await valuesAfter("stream", ...named, "--sources", "fast,my_")).toEqual([
      "fast,my_stick",
      "fast,my_noise",
    ]);
    expect(await valuesAfter("probe", ...named, "my_s")).toEqual(["my_stick"]);
    expect(await valuesAfter("stream", ...named, "--credit", "my_n")).toEqual(["my_noise="]);
    for (const wrong of ["x", "hwrng=/dev/null"])
      expect(await valuesAfter("probe", `--source-file=${wrong}`, "clock_j")).toEqual(["clock_jitter"]);
  });

  test("sources, families and sets, in comma lists, each once", async () => {
    const all = await valuesAfter("stream", "--sources", "");
    for (const value of ["dram_row_buffer", "page-table", "default", "fast", "all"])
      expect(all).toContain(value);
    expect(await valuesAfter("pool", "--sources", "fast,-clock_j")).toEqual(["fast,-clock_jitter"]);
    expect(await valuesAfter("pool", "--sources=-clock_j")).toEqual(["-clock_jitter"]);
    expect(await valuesAfter("pool", "--sources", "clock_jitter,clock")).toEqual(["clock_jitter,clock"]);
    expect((await complete("pool", "--sources", "fa")).directive).toBe(DIRECTIVE.noFiles | DIRECTIVE.noSpace);
    expect(await valuesAfter("stream", "--credit", "hwrng=4,tp")).toEqual(["hwrng=4,tpm="]);
    expect(await valuesAfter("stream", "--credit", "tpm=4,tp")).toEqual([]);
  });

  test("ids of sources as an argument, wherever options stand", async () => {
    expect(await valuesAfter("probe", "dram")).toEqual(["dram_row_buffer"]);
    expect(await valuesAfter("probe", "--samples", "5", "--json", "dram")).toEqual(["dram_row_buffer"]);
    expect(await valuesAfter("probe", "dram_row_buffer", "dram")).toEqual([]);
    expect(await valuesAfter("report", "--source", "dram")).toEqual(["dram_row_buffer"]);
  });

  test("files and folders, where one is meant", async () => {
    expect(await complete("assess", "x")).toEqual({ candidates: [], directive: DIRECTIVE.files });
    expect(await valuesAfter("assess", "")).toEqual(["restart", "transpose", "conditioning"]);
    expect(await valuesAfter("assess", "--tr")).toEqual(["--truncate"]);
    expect(await valuesAfter("assess", "conditioning", "--n-")).toEqual(["--n-in", "--n-out"]);
    expect(await complete("assess", "--", "-x")).toEqual({ candidates: [], directive: DIRECTIVE.files });
    expect(await complete("report", "--input", "x")).toEqual({ candidates: [], directive: DIRECTIVE.files });
    expect(await complete("record", "tpm", "--out=x")).toEqual({
      candidates: [],
      directive: DIRECTIVE.folders,
    });
    expect(await complete("pool", "--scratch", "")).toEqual({ candidates: [], directive: DIRECTIVE.folders });
    expect((await complete("stream", "--bytes", "")).directive).toBe(DIRECTIVE.noFiles);
  });

  test("nothing after what makes no sense", async () => {
    for (const words of [
      ["nonsense", ""],
      ["serve-stdio", "--"],
      ["constructor", ""],
      ["stream", "--constructor=", ""],
      ["stream", "--bytes=x", "y"],
      ["probe", "--source=d"],
      [],
    ]) {
      if (words.length > 0) expect((await complete(...words)).candidates).toEqual([]);
      else expect((await complete()).candidates.length).toBeGreaterThan(5);
    }
  });

  test("is written for the shells' scripts", async () => {
    const io = fakeIo();
    expect(await runApp(trial, ["complete", "--", "stream", "--format", "he"], io)).toBe(0);
    expect(io.written().toString()).toBe("hex\t\n:4\n");
    // The word by itself is not a command.
    expect(await rejectionOf(runApp(trial, ["complete"], fakeIo()))).toBeInstanceOf(UsageError);
  });
});

test("completion knows three shells, and no other", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const io = fakeIo();
    await runApp(trial, ["completion", shell], io);
    expect(io.written().toString()).toContain("esoteric-entropy complete --");
  }
  const refused = await rejectionOf(runApp(trial, ["completion", "zhs"], fakeIo()));
  expect(refused).toBeInstanceOf(UsageError);
  expect((refused as UsageError).hints).toEqual(["did you mean 'zsh'?"]);
});
