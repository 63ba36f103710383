/**
 * Runs the examples of the README, one after the other in one folder, as a reader would: `sh` blocks as they stand, `console` blocks
 * command by command. What each command prints, to stdout or stderr, has to be what the README shows below it.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { type Example, examplesIn } from "../../../../test/support/documented.ts";
import { runProcess } from "../../../../test/support/run-process.ts";
import engine from "../../engine/libyara.json" with { type: "json" };
import { WorkFolder } from "../support/program.ts";

const DOCUMENT = "packages/cryptex/README.md";
const MAIN = join(ROOT, "packages/cryptex/src/main.ts");

interface Step {
  readonly command: string;
  readonly shown: string;
}

/** Splits a `console` block into commands, which begin with "$ ", and the output below each. */
function stepsIn({ text }: Example): Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const end = step.indexOf("\n");
      return { command: step.slice(0, end), shown: step.slice(end + 1) };
    });
}

/** Digests change with rules and engine, and are shown short; which other programs are installed differs. */
function normal(output: string): string {
  return output
    .replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{4}…/g, "(digest)")
    .replaceAll(/, (clamscan|yara|yr) [0-9.]+/g, "");
}

test("the engine's digest is that of the engine", () => {
  const shown = [...readFileSync(join(ROOT, DOCUMENT), "utf8").matchAll(/"digest":"([0-9a-f]{4})…"\}\]\}/g)];
  expect(shown.map(([, digest]) => digest)).toEqual([engine.digest.slice(0, 4)]);
});

const EXAMPLES = [...examplesIn(DOCUMENT, "sh"), ...examplesIn(DOCUMENT, "console")].sort(
  (a, b) => lineOf(a) - lineOf(b),
);

function lineOf({ place }: Example): number {
  return Number(place.split(":")[1]);
}

/** Blocks before the examples install a release, or a checkout. */
const [INSTALLING, USING] = [EXAMPLES.slice(0, 2), EXAMPLES.slice(2)];

const hasCurl = Bun.which("curl") !== null;
if (!hasCurl) console.log("skipped: examples with curl");

let folder: WorkFolder;
let env: Record<string, string>;

beforeAll(() => {
  folder = new WorkFolder();
  const bin = join(folder.path, "bin");
  const home = join(folder.path, "home");
  mkdirSync(bin);
  mkdirSync(home);
  const program = join(bin, "cryptex");
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(program, 0o755);
  mkdirSync(join(folder.path, "work"));
  env = { PATH: `${bin}:${process.env["PATH"]}`, HOME: home, LC_ALL: "C.UTF-8", NO_COLOR: "1" };
});

afterAll(() => folder[Symbol.dispose]());

async function shell(script: string): Promise<string> {
  const cwd = join(folder.path, "work");
  const { stdout } = await runProcess(["bash", "-c", `exec 2>&1\n${script}`], { cwd, env });
  return stdout;
}

describe(DOCUMENT, () => {
  test("installs first, and has things to do, ten or more", () => {
    expect(INSTALLING.map(({ text }) => text).join("")).toContain("git clone");
    const headings = [...readFileSync(join(ROOT, DOCUMENT), "utf8").matchAll(/^(\d+)\. /gm)];
    expect(headings.length).toBeGreaterThanOrEqual(10);
    expect(headings.map(([, number]) => Number(number))).toEqual(headings.map((_, index) => index + 1));
  });

  for (const example of USING) {
    test.skipIf(!hasCurl && example.text.includes("curl "))(example.place, async () => {
      const steps = stepsIn(example);
      if (steps.length === 0) {
        expect(await shell(`set -eu\n${example.text}`)).toBe("");
        return;
      }
      // One shell for the block, so that `echo $?` says what the command before it ended with.
      const end = "\x1e";
      const script = steps.map(({ command }) => `${command}\nlast=$?; printf '${end}'; (exit $last)`);
      const outputs = (await shell(script.join("\n"))).split(end);
      for (const [index, { command, shown }] of steps.entries()) {
        expect({ command, output: normal(outputs[index]!) }).toEqual({ command, output: normal(shown) });
      }
    });
  }
});
