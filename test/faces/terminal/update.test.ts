/** Events, the next model, and effects. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { actionOf, BINDINGS } from "../../../src/faces/terminal/keys.ts";
import { layoutOf } from "../../../src/faces/terminal/layout.ts";
import {
  firstModel,
  MAX_CREDIT_POINTS,
  MAX_TRACE_SAMPLES,
  type Model,
} from "../../../src/faces/terminal/model.ts";
import { type Effect, type Event, update } from "../../../src/faces/terminal/update.ts";
import { exampleInfos, exampleModel, exampleSnapshot } from "../../support/dashboard-model.ts";

/** Presses keys one after the other. */
function press(model: Model, ...names: string[]): [Model, ...Effect[]] {
  let effects: Effect[] = [];
  for (const name of names) {
    const [next, ...following] = update(model, { kind: "key", name });
    model = next;
    effects = [...effects, ...following];
  }
  return [model, ...effects];
}

const infos = exampleInfos(12);
const tick = (second: number): Event => ({ kind: "tick", snapshot: exampleSnapshot(infos, second) });

describe("moving", () => {
  test("up, down, j, k, the wheel; never past the ends", () => {
    const model = exampleModel(80, 24);
    expect(press(model, "k", "up")[0].selected).toBe(0);
    expect(press(model, "j", "down", "k")[0].selected).toBe(1);
    expect(update(model, { kind: "wheel", rows: 3 })[0].selected).toBe(3);
    expect(update(model, { kind: "wheel", rows: 99 })[0].selected).toBe(11);
  });

  test("another source's trace is asked for at once, and the former one's is gone", () => {
    const [model, ...effects] = press(exampleModel(80, 24), "j");
    expect(effects).toEqual([{ kind: "reveal", id: "source_1" }]);
    expect(model.trace).toEqual([]);
    const [late] = update(model, { kind: "revealed", id: "source_0", samples: [1, 2] });
    expect(late.trace).toEqual([]);
  });

  test("a click selects the row below it, elsewhere nothing", () => {
    const model = press(exampleModel(80, 24), ..."jjjjjjjjj")[0];
    const { table } = layoutOf(model)!;
    expect(model.top).toBeGreaterThan(0);
    const at = (x: number, y: number) => update(model, { kind: "press", x, y })[0].selected;
    expect(at(table.x + 3, table.y + 1)).toBe(model.top);
    expect(at(table.x + 3, table.y + 3)).toBe(model.top + 2);
    for (const [x, y] of [
      [3, table.y],
      [3, 0],
      [3, table.y + table.height],
      [200, table.y + 1],
    ] as const) {
      expect(at(x, y)).toBe(9);
    }
  });
});

describe("ticks", () => {
  test("each asks for a trace of the selected source, and for output to show", () => {
    const [, ...effects] = update(exampleModel(80, 24), tick(61));
    expect(effects).toEqual([{ kind: "reveal", id: "source_0" }, { kind: "draw-output" }]);
  });

  test("a source that stands still is known for how long", () => {
    const { quietMs } = exampleModel(80, 24);
    expect(quietMs.get("source_3")).toBe(10_000);
    expect(quietMs.get("source_0")).toBe(0);
    expect(quietMs.get("source_7")).toBe(0); // unavailable: nothing is expected of it
  });

  test("what is kept is bounded", () => {
    let model = exampleModel(80, 24);
    for (let second = 61; second < 61 + MAX_CREDIT_POINTS; second++) [model] = update(model, tick(second));
    for (let i = 0; i < 4; i++) {
      [model] = update(model, { kind: "revealed", id: "source_0", samples: new Array(3_000).fill(i) });
    }
    expect(model.credit.length).toBe(MAX_CREDIT_POINTS);
    expect(model.trace.length).toBe(MAX_TRACE_SAMPLES);
    expect(model.trace.at(-1)).toBe(3);
  });
});

describe("freeze", () => {
  test("nothing moves, nothing is asked for; keys still work", () => {
    const [frozen] = press(exampleModel(80, 24), "p");
    expect(frozen.frozen).toBe(true);
    expect(update(frozen, tick(61))).toEqual([frozen]);
    expect(update(frozen, { kind: "revealed", id: "source_0", samples: [1] })).toEqual([frozen]);
    expect(update(frozen, { kind: "output", bytes: new Uint8Array(32) })).toEqual([frozen]);
    const [moved, ...effects] = press(frozen, "j");
    expect(moved.selected).toBe(1);
    expect(effects).toEqual([{ kind: "reveal", id: "source_1" }]);
    // A screen frozen before the source was selected has no trace of it, so the first one comes through.
    expect(update(moved, { kind: "revealed", id: "source_1", samples: [4, 5] })[0].trace).toEqual([4, 5]);
    expect(press(frozen, "p")[0].frozen).toBe(false);
  });

  test("the snapshot that is saved is the one that is seen", () => {
    const [frozen] = press(exampleModel(80, 24), "p");
    const [later] = update(frozen, tick(61));
    const [, ...effects] = press(later, "s");
    expect(effects).toEqual([{ kind: "save", snapshot: frozen.snapshot }]);
  });
});

describe("keys", () => {
  test("space pauses, and resumes", () => {
    const [paused, ...effects] = press(exampleModel(80, 24), "space");
    expect(effects).toEqual([{ kind: "pause", id: "source_0" }]);
    expect(paused.paused.has("source_0")).toBe(true);
    const [resumed, ...following] = press(paused, "space");
    expect(following).toEqual([{ kind: "resume", id: "source_0" }]);
    expect(resumed.paused.size).toBe(0);
  });

  test("a source that cannot run is not paused; the reason is said", () => {
    const [model, ...effects] = press(exampleModel(80, 24), ..."jjjjjjj", "space");
    expect(effects.filter(({ kind }) => kind === "pause")).toEqual([]);
    expect(model.notice?.text).toBe("source_7 cannot run here: no such device");
    expect(press(model, "i")[0].notice).toBeUndefined();
  });

  test("g goes round the charts", () => {
    const charts = [["g"], ["g", "g"], ["g", "g", "g"]].map(
      (keys) => press(exampleModel(80, 24), ...keys)[0].traceChart,
    );
    expect(charts).toEqual(["histogram", "lag plot", "line"]);
  });

  test("+ and - go through the refresh times and stay within them", () => {
    const faster = press(exampleModel(80, 24), "+");
    expect(faster[0].refreshMs).toBe(500);
    expect(faster.slice(1)).toEqual([{ kind: "refresh", everyMs: 500 }]);
    expect(press(exampleModel(80, 24), "-")[0].refreshMs).toBe(2_000);
    expect(press(exampleModel(80, 24), ..."++++++++")[0].refreshMs).toBe(100);
    expect(press(exampleModel(80, 24), ..."---------")[0].refreshMs).toBe(60_000);
    const odd = { ...exampleModel(80, 24), refreshMs: 700 };
    expect(press(odd, "+")[0].refreshMs).toBe(500);
    expect(press(odd, "-")[0].refreshMs).toBe(1_000);
  });

  test("i, ?, escape", () => {
    const model = exampleModel(80, 24);
    expect(model.info).toBe(false);
    expect(press(model, "i")[0].info).toBe(true);
    expect(press(model, "?")[0].help).toBe(true);
    expect(press(model, "?", "escape")[0].help).toBe(false);
    expect(press(model, "?", "?")[0].help).toBe(false);
  });

  test("q, ctrl-c, ctrl-z leave the model alone", () => {
    for (const [name, kind] of [
      ["q", "quit"],
      ["ctrl+c", "interrupt"],
      ["ctrl+z", "suspend"],
    ] as const) {
      expect(press(exampleModel(80, 24), name).slice(1)).toEqual([{ kind }]);
    }
  });

  test("docs/MONITOR.md names every key", () => {
    const table = readFileSync(join(import.meta.dirname, "../../../docs/MONITOR.md"), "utf8").split(
      "## The screen",
    )[0]!;
    const named = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap((row) => row[1]!.split(/, | · /));
    const keys = BINDINGS.flatMap((binding) => binding.keys.split(", "));
    expect(keys.filter((key) => !named.includes(key))).toEqual([]);
  });

  test("no name stands for two things, and others for none", () => {
    const names = BINDINGS.flatMap(({ names }) => names);
    expect(new Set(names).size).toBe(names.length);
    expect(actionOf("x")).toBeUndefined();
  });
});

test("where a snapshot was saved, or why not, is said", () => {
  const model = exampleModel(80, 24);
  expect(update(model, { kind: "saved", path: "./a.json" })[0].notice).toEqual({
    text: "saved to ./a.json",
    alarm: false,
  });
  expect(update(model, { kind: "not-saved", reason: "no" })[0].notice).toEqual({ text: "no", alarm: true });
});

describe("anything in any order", () => {
  const names = [...BINDINGS.flatMap(({ names }) => names), "x", "f5", ""];
  const small = fc.integer({ min: -5, max: 200 });
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.integer({ min: 0, max: 500 }).map(tick),
    fc.constantFrom(...names).map((name): Event => ({ kind: "key", name })),
    fc.record({ kind: fc.constant("press" as const), x: small, y: small }),
    fc.record({ kind: fc.constant("wheel" as const), rows: fc.integer({ min: -30, max: 30 }) }),
    fc.record({ kind: fc.constant("resize" as const), width: small, height: small }),
    fc.record({
      kind: fc.constant("revealed" as const),
      id: fc.constantFrom("source_0", "source_1", "nothing"),
      samples: fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { maxLength: 50 }),
    }),
  );

  test("the selected row exists and is seen", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 0, max: 30 }), (events, count) => {
        const some = exampleInfos(count);
        let model = firstModel(some, exampleSnapshot(some, 0), { width: 100, height: 30 }, 1_000);
        for (const each of events) {
          const snapshot = exampleSnapshot(some, 3);
          [model] = update(model, each.kind === "tick" ? { kind: "tick", snapshot } : each);
          expect(model.selected).toBeGreaterThanOrEqual(0);
          expect(model.selected).toBeLessThan(Math.max(1, count));
          const rows = (layoutOf(model)?.table.height ?? 0) - 1;
          if (rows > 0 && count > 0) {
            expect(model.top).toBeLessThanOrEqual(model.selected);
            expect(model.selected).toBeLessThan(model.top + rows);
          }
        }
      }),
    );
  });
});
