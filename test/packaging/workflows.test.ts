/** The workflows of the forge: that they can be read, and run nothing that somebody else may change. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[]; readonly needs?: string }>>;
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
        for (const [path] of run.matchAll(/\b(?:packaging|python)\/[\w./-]+\.\w+/g)) {
          expect(existsSync(join(ROOT, path)), path).toBe(true);
        }
        for (const [, script] of run.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script!);
        for (const [, word] of run.matchAll(/npm run build -- (\w+)/g))
          expect(usage).toContain(`  async ${word}(`);
      }
    });
  });
}
