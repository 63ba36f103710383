/** The workflows of the forge: that they can be read, and run nothing that somebody else may change. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import optionalPrograms from "../../tools/optional-programs.json" with { type: "json" };

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly Step[]; readonly needs?: string | readonly string[] }>
  >;
}

const FOLDER = join(ROOT, ".github", "workflows");

for (const name of readdirSync(FOLDER)) {
  describe(name, () => {
    const text = readFileSync(join(FOLDER, name), "utf8");
    const workflow = Bun.YAML.parse(text) as Workflow;
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

    test("may read the sources and, but where a job says so, nothing else", () => {
      expect(workflow.permissions).toEqual({ contents: "read" });
    });

    test("names every action by its commit, and the version in a comment", () => {
      const used = [...text.matchAll(/uses: (.*)$/gm)].map((match) => match[1]!);
      expect(used).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
      for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    test("leaves no token in the sources' folder", () => {
      for (const step of steps.filter((each) => each.uses?.startsWith("actions/checkout@"))) {
        expect(step.with).toMatchObject({ "persist-credentials": false });
      }
    });

    test("runs files that exist, and scripts and words that the project has", () => {
      const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
      const usage = readFileSync(join(ROOT, "build.ts"), "utf8");
      for (const { run = "" } of steps) {
        for (const [path] of run.matchAll(/\b(?:packages|packaging|python|tools)\/[\w./-]+\.\w+/g)) {
          expect(existsSync(join(ROOT, path)), path).toBe(true);
        }
        for (const [, script] of run.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script!);
        for (const [, word] of run.matchAll(/npm run build -- (\w+)/g))
          expect(usage).toContain(`  async ${word}(`);
      }
    });
  });
}

describe("programs that some tests run", () => {
  const scripts = [".ci/run", ".github/workflows/test.yml"];

  test("come from one list wherever tests run", () => {
    for (const path of scripts) {
      const text = readFileSync(join(ROOT, path), "utf8");
      expect(text, path).toContain("node tools/optional-programs.mjs install");
      expect(text, path).not.toContain("apt-get install");
    }
  });

  test("each has a test for its presence, packages and a reader's reason", () => {
    expect(optionalPrograms.length).toBeGreaterThan(5);
    for (const { name, present, packages, neededBy } of optionalPrograms) {
      // Whatever it finds, the shell understands it.
      expect(Bun.spawnSync(["sh", "-n", "-c", present]).exitCode, name).toBe(0);
      for (const each of packages) expect(each).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
      expect([packages.length > 0, neededBy.length > 3], name).toEqual([true, true]);
    }
  });

  test("are named with what is skipped where they are missing", () => {
    const bun = dirname(process.execPath);
    const { stderr, exitCode } = Bun.spawnSync([process.execPath, "tools/optional-programs.mjs"], {
      cwd: ROOT,
      env: { PATH: bun },
    });
    expect(exitCode).toBe(0);
    expect(`${stderr}`).toContain("skipped: monitor in a terminal: tmux is not installed (Debian: tmux)\n");
  });
});
