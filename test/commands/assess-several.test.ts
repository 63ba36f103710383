import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assess } from "../../src/commands/assess.ts";
import { UsageError } from "../../src/errors.ts";
import { jsonOf, runCommand, scratch } from "../support/assess-command.ts";
import { keystream } from "../support/keystream.ts";
import { optionsFor } from "../support/options.ts";

const scratched = scratch();
const { fileOf } = scratched;

const nibbles = keystream(20_000, 2).map((byte) => Math.min(byte & 15, byte >> 4));

describe("assess of several files", () => {
  const good = () => fileOf("nibbles.bin", nibbles);
  const zeros = () => fileOf("zeros.bin", new Uint8Array(500));

  async function runAll(...files: string[]) {
    const { exitCode, out } = await runCommand(assess, { file: files[0]! }, { file: files });
    const json = await runCommand(assess, { file: files[0]!, json: true }, { file: files });
    expect(json.exitCode).toBe(exitCode);
    return { exitCode, out, report: JSON.parse(json.out) };
  }

  test("a row each, and the exit code of the worst", async () => {
    const one = await jsonOf(assess, { file: good() });
    const cases: [string[], number, boolean | null][] = [
      [[good(), good()], 0, null],
      [[good(), zeros(), good()], 4, false],
      [[good(), join(scratched.folder, "absent"), zeros()], 1, false],
      [[fileOf("empty.bin", new Uint8Array(0)), good()], 1, null],
    ];
    for (const [files, code, passed] of cases) {
      const { exitCode, out, report } = await runAll(...files);
      expect([exitCode, report.passed]).toEqual([code, passed]);
      expect(report.files.map((file: { input: { name: string } }) => file.input.name)).toEqual(files);
      expect(report.files[files.indexOf(good())]).toEqual(one);
      for (const file of files) expect(out).toContain(file);
    }
    const { out, report } = await runAll(good(), join(scratched.folder, "absent"));
    expect(report.files[1].error.message).toContain("there is no file");
    expect(out).toMatch(/\nERROR +.*absent\n/);
    expect(out).toMatch(/\nOPEN +.*nibbles\.bin +20,000 +4 +2\.932802 +0\.441481 +1\.765925\n/);
    expect(out).toContain(`  NIST     ea_non_iid ${good()} 4\n`);
  });

  test("names are hostile on the terminal", async () => {
    const evil = join(scratched.folder, "a\u001b[2J\u202e'b");
    writeFileSync(evil, nibbles);
    const { out, report } = await runAll(evil, `${evil}-absent`);
    expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cf}\p{Cc}]/u);
    expect(out).toContain("'\\''b' 4");
    expect(report.files[0].input.name).toBe(evil);
  });

  test("options that are for one file", () => {
    const many = (args: Record<string, unknown>) => {
      const options = { ...optionsFor(assess, { file: "x" }), ...args, file: ["x", "y"] };
      assess.check!(options, new Set());
    };
    expect(() => many({})).not.toThrow();
    expect(() => many({ restart: "z" })).toThrow("--restart is for one file");
    expect(() => many({ details: true })).toThrow("--details of several files is for --json");
    expect(() => many({ details: true, json: true })).not.toThrow();
    expect(() => optionsFor(assess, { file: "-", restart: "-" })).toThrow("standard input can be read once");
    expect(() => optionsFor(assess, { file: "x", restart: "y", conditioned: true })).toThrow(UsageError);
  });
});
