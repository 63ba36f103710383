import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { instrument } from "../../bench/path/entered.ts";

/** Runs TypeScript without imports and exports; returns its `result` and what it noted. */
function ran(text: string): { result: unknown; entered: string[]; loadingAfter: number } {
  const entered: string[] = [];
  let loading = 0;
  const notes = {
    noteEntered: (_: string, name: string) => entered.push(`${loading > 0 ? "loading " : ""}${name}`),
    noteLoading: (step: number) => {
      loading += step;
    },
  };
  const script = new Bun.Transpiler({ loader: "ts", deadCodeElimination: false }).transformSync(
    instrument(text, "sample.ts"),
  );
  const result: unknown = new Function("globalThis", `${script}\nreturn run();`)(notes);
  return { result, entered, loadingAfter: loading };
}

describe("instrument", () => {
  test("notes each kind of function when its body runs, and changes no result", () => {
    const { result, entered } = ran(`
      class Base { constructor(readonly x: number) {} }
      class Derived extends Base {
        readonly field = () => ({ a: this.x });
        constructor() { super(1); }
        get twice(): number { return this.x * 2; }
        method(): number { return this.x + 2; }
        never(): void {}
      }
      function* numbers() { yield 7; }
      const add = (a: number) => (b: number) => a + b;
      const comma = (a: number) => (a, 5);
      function unused() { return 1; }
      function run() {
        const it = new Derived();
        return [it.field().a, it.twice, it.method(), [...numbers()], add(2)(3), comma(1), [1].map((n) => n as number)];
      }`);
    expect(result).toEqual([1, 2, 3, [7], 5, 5, [1]]);
    expect(entered).toEqual([
      "run:14",
      "constructor:5",
      "constructor:2",
      "field:4",
      "twice:6",
      "method:7",
      "numbers:10",
      "add:11",
      ":11",
      "comma:12",
      ":16",
    ]);
  });

  test("tells what the top level of a module calls from what is called later", () => {
    const { entered, loadingAfter } = ran(`
      function table() { return [1]; }
      const TABLE = table();
      function run() { return TABLE.length; } // a comment at the end`);
    expect(entered).toEqual(["loading table:2", "run:4"]);
    expect(loadingAfter).toBe(0);
  });

  test("does not count as loading what a module awaits at its top level", () => {
    const text = "#!/usr/bin/env bun\nconst later = await import('./x.ts');\nasync function f() {}";
    expect(instrument(text, "main.ts")).not.toContain("noteLoading");
    const inside = "#!/usr/bin/env bun\nasync function f() { await 1; }";
    expect(instrument(inside, "x.ts").split("\n")[0]).toBe("#!/usr/bin/env bun");
    expect(instrument(inside, "x.ts")).toContain("\nglobalThis.noteLoading?.(-1);");
  });
});

test("bench path prints files of the main thread that ran, and none of the sampling thread", async () => {
  const root = join(import.meta.dir, "..", "..");
  const child = Bun.spawn([process.execPath, join(root, "bench", "path.ts")], { stderr: "inherit" });
  const [stdout, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  expect(exitCode).toBe(0);
  const files = [...stdout.matchAll(/^ *\d+ {2}(\S+)/gm)].map(([, file]) => file!);
  expect(new Set(files).size).toBe(files.length);
  expect(stdout).toEndWith(
    `${files.length} files of which a function ran on the main thread: ${/(\d+ in the run, \d+ only while modules were loaded)\n$/.exec(stdout)?.[1]}\n`,
  );
  // The entry point has only a top level; the health tests run here, the drawing of samples on the other thread.
  expect(files.some((file) => file.endsWith("main.ts"))).toBe(false);
  expect(files.some((file) => file.endsWith("health/monitor.ts"))).toBe(true);
  expect(files.filter((file) => /(^|\/)(worker|executor)\.ts$/.test(file))).toEqual([]);
});
