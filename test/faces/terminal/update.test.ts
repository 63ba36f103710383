/** Events, the next model, and effects. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { visible } from "#kit/format/visible.ts";
import { COLUMN_KEYS, placedColumns } from "../../../src/faces/terminal/columns.ts";
import { MAX_FILTER } from "../../../src/faces/terminal/filter.ts";
import { actionOf, BINDINGS } from "../../../src/faces/terminal/keys.ts";
import { layoutOf } from "../../../src/faces/terminal/layout.ts";
import {
  firstModel,
  MAX_CREDIT_POINTS,
  MAX_TRACE_SAMPLES,
  type Model,
} from "../../../src/faces/terminal/model.ts";
import { rowsOf, selectedSource } from "../../../src/faces/terminal/rows.ts";
import { type Effect, type Event, update } from "../../../src/faces/terminal/update.ts";
import { view } from "../../../src/faces/terminal/view.ts";
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
    expect(press(model, "k", "up")[0].selected).toBe("source_0");
    expect(press(model, "j", "down", "k")[0].selected).toBe("source_1");
    expect(update(model, { kind: "wheel", rows: 3 })[0].selected).toBe("source_3");
    expect(update(model, { kind: "wheel", rows: 99 })[0].selected).toBe("source_11");
  });

  test("pages, the first, the last", () => {
    const model = exampleModel(80, 24);
    const rows = layoutOf(model)!.table.height - 1;
    expect(press(model, "pagedown")[0].selected).toBe(`source_${rows}`);
    expect(press(model, "pagedown", "pageup")[0].selected).toBe("source_0");
    expect(press(model, "pagedown", "pagedown", "pagedown")[0].selected).toBe("source_11");
    expect(press(model, "end")[0]).toMatchObject({ selected: "source_11", top: 12 - rows });
    expect(press(model, "end", "home")[0]).toMatchObject({ selected: "source_0", top: 0 });
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
    expect(at(table.x + 3, table.y + 1)).toBe(`source_${model.top}`);
    expect(at(table.x + 3, table.y + 3)).toBe(`source_${model.top + 2}`);
    for (const [x, y] of [
      [3, table.y],
      [3, 0],
      [3, table.y + table.height],
      [200, table.y + 1],
    ] as const) {
      expect(at(x, y)).toBe("source_9");
    }
  });
});

/** Ids of the table's rows. */
const idsOf = (model: Model) => rowsOf(model).map(({ source }) => source.id);

describe("order", () => {
  const sortedBy = (key: string) => {
    let [model] = press(exampleModel(80, 24), ">");
    while (model.order?.key !== key) [model] = press(model, "right");
    return model;
  };

  test("> and < go through the columns and back to the pool's own order", () => {
    const keys = [...COLUMN_KEYS, undefined];
    let model = exampleModel(80, 24);
    for (const key of keys) {
      [model] = press(model, ">");
      expect(model.order).toEqual(key && { key, reversed: false });
    }
    expect(press(model, "<")[0].order?.key).toBe(COLUMN_KEYS.at(-1)!);
    expect(press(model, "right", "left")[0].order).toBeUndefined();
  });

  test("texts from A to Z, numbers from the largest, states from the most urgent; r turns it", () => {
    expect(idsOf(sortedBy("id")).slice(0, 3)).toEqual(["source_0", "source_1", "source_10"]);
    expect(idsOf(press(sortedBy("id"), "r")[0])).toEqual(idsOf(sortedBy("id")).toReversed());
    expect(idsOf(sortedBy("rate"))[0]).toBe("source_0");
    expect(idsOf(sortedBy("credit"))[0]).toBe("source_0");
    expect(idsOf(press(sortedBy("credit"), "r", "r")[0])[0]).toBe("source_0");
    expect(idsOf(sortedBy("failures"))[0]).toBe("source_5");
    const states = idsOf(sortedBy("state"));
    expect(states.slice(0, 4)).toEqual(["source_5", "source_3", "source_2", "source_0"]);
    expect(states.at(-1)).toBe("source_7");
    expect(idsOf(press(sortedBy("state"), "r")[0])[0]).toBe("source_7");
  });

  test("what was not assessed stands last either way", () => {
    const notAssessed = ["source_2", "source_5", "source_7"];
    const model = sortedBy("assessed");
    expect(idsOf(model)[0]).toBe("source_11");
    expect(idsOf(model).slice(-3)).toEqual(notAssessed);
    const [reversed] = press(model, "r");
    expect(idsOf(reversed)[0]).toBe("source_0");
    expect(idsOf(reversed).slice(-3)).toEqual(notAssessed);
  });

  test("r without a column that sorts says what to press", () => {
    const [model] = press(exampleModel(80, 24), "r");
    expect(model.order).toBeUndefined();
    expect(model.notice?.text).toContain("< and >");
  });

  test("the selected source stays selected, in sight and with its trace, wherever it goes", () => {
    const [before] = press(exampleModel(80, 24), "j", "j");
    const [traced] = update(before, { kind: "revealed", id: "source_2", samples: [1, 2, 3] });
    const [model, ...effects] = press(traced, ">", "r");
    expect(model.selected).toBe("source_2");
    expect(model.trace).toEqual([1, 2, 3]);
    expect(effects).toEqual([]);
    expect(idsOf(model).slice(model.top, model.top + 7)).toContain("source_2");
  });

  test("the first rows are shown, unless the selected one is not among them", () => {
    const [model] = press(exampleModel(80, 24), "j", "j", "<", "<");
    const [sorted] = press({ ...model, top: 2 }, "<", "<", "<");
    expect(sorted).toMatchObject({ order: { key: "state" }, selected: "source_2", top: 0 });
  });

  test("a click on a title sorts by it, another one turns it; beside a title nothing", () => {
    const model = exampleModel(80, 24);
    const { table } = layoutOf(model)!;
    const rate = placedColumns(table.width).find(({ key }) => key === "rate")!;
    const click = (on: Model, x: number) => update(on, { kind: "press", x, y: table.y })[0];
    const once = click(model, rate.x);
    expect(once.order).toEqual({ key: "rate", reversed: false });
    expect(click(once, rate.x + rate.width - 1).order).toEqual({ key: "rate", reversed: true });
    expect(click(model, rate.x + rate.width).order).toBeUndefined();
    expect(click(model, 0).order).toBeUndefined();
  });
});

describe("filter", () => {
  test("each word must be in id, family or state, in any case", () => {
    const filtered = (text: string) => idsOf({ ...exampleModel(80, 24), filter: text });
    expect(filtered("_1")).toEqual(["source_1", "source_10", "source_11"]);
    expect(filtered("CLOCK")).toEqual(["source_0", "source_6"]);
    expect(filtered("memory healthy")).toEqual(["source_1"]);
    expect(filtered(" quiet ")).toEqual(["source_3"]);
    expect(filtered("nothing")).toEqual([]);
  });

  test("keys are typed into it, not obeyed; enter keeps it, escape clears it", () => {
    const [typing, ...effects] = press(exampleModel(80, 24), "/", ..."qs", "space", ..."?+", "backspace");
    expect(typing).toMatchObject({ typing: true, filter: "qs ?", help: false });
    expect(effects.filter(({ kind }) => kind !== "reveal")).toEqual([]);
    const [kept] = press(typing, "enter");
    expect(kept).toMatchObject({ typing: false, filter: "qs ?" });
    expect(press(kept, "f", "x")[0].filter).toBe("qs ?x");
    expect(press(kept, "escape")[0].filter).toBe("");
    expect(press(typing, "escape")[0]).toMatchObject({ typing: false, filter: "" });
    expect(press(typing, "ctrl+c").slice(1)).toEqual([{ kind: "interrupt" }]);
  });

  test("while it is typed the selection still moves among those that match", () => {
    const [model] = press(exampleModel(80, 24), "f", ..."clock", "down");
    expect(model).toMatchObject({ typing: true, selected: "source_6" });
    expect(press(model, "down")[0].selected).toBe("source_6");
  });

  test("the selected source stays while it matches; else the first that does is selected, and its trace asked for", () => {
    const [model] = press(exampleModel(80, 24), ..."jjjjjj");
    const [same, ...none] = press(model, "f", ..."clock");
    expect(same.selected).toBe("source_6");
    expect(none).toEqual([]);
    const [other, ...effects] = press(model, "f", ..."memo");
    expect(other).toMatchObject({ selected: "source_1", trace: [] });
    expect(effects).toEqual([{ kind: "reveal", id: "source_1" }]);
  });

  test("where nothing matches nothing is paused or revealed, and the selection comes back", () => {
    const [model] = press(exampleModel(80, 24), "j", "f", ..."zzz", "enter");
    expect(idsOf(model)).toEqual([]);
    expect(press(model, "space", "down", "end").slice(1)).toEqual([]);
    expect(update(model, tick(61)).slice(1)).toEqual([{ kind: "draw-output" }]);
    expect(press(model, "escape")[0].selected).toBe("source_1");
  });

  test("long and odd input: bounded, and nothing in it that is obeyed", () => {
    const [long] = press(exampleModel(80, 24), "f", ..."a".repeat(1_000));
    expect(long.filter).toBe("a".repeat(MAX_FILTER));
    const [typing] = press(exampleModel(80, 24), "f");
    const paste = (text: string) => update(typing, { kind: "paste", text })[0].filter;
    expect(paste("\x1b[31mclock\n\u202e")).toBe("[31mclock");
    expect(paste("é😀")).toBe("é😀");
    expect(paste("b".repeat(1e6)).length).toBe(MAX_FILTER);
    expect(press(typing, "😀", "backspace")[0].filter).toBe("");
    expect(press(typing, "\x1b", "f5", "", "insert")[0].filter).toBe("");
  });

  test("text that is pasted while nothing is typed does nothing", () => {
    const model = exampleModel(80, 24);
    expect(update(model, { kind: "paste", text: "q" })).toEqual([model]);
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
    expect(moved.selected).toBe("source_1");
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

  test("they answer in the help too, and escape closes it before it clears a filter", () => {
    const [model] = press(exampleModel(80, 24), "f", "c", "enter", "?");
    expect(press(model, "escape")[0]).toMatchObject({ help: false, filter: "c" });
    expect(press(model, "escape", "escape")[0]).toMatchObject({ help: false, filter: "" });
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
    const names = BINDINGS.flatMap(({ names }) => Object.values(names).flat());
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
  const names = [
    ...BINDINGS.flatMap(({ names }) => Object.values(names).flat()),
    "x",
    "f5",
    "",
    "enter",
    "return",
    "backspace",
    "\x1b",
    "é",
    "😀",
    "_",
    "0",
    "7",
  ];
  const small = fc.integer({ min: -5, max: 200 });
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.integer({ min: 0, max: 500 }).map(tick),
    fc.constantFrom(...names).map((name): Event => ({ kind: "key", name })),
    fc.record({ kind: fc.constant("press" as const), x: small, y: small }),
    fc.record({ kind: fc.constant("paste" as const), text: fc.string({ unit: "binary", maxLength: 200 }) }),
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
          const shown = rowsOf(model).map(({ source }) => source.id);
          expect(Array.from(model.filter).length).toBeLessThanOrEqual(MAX_FILTER);
          expect(model.filter).toBe(visible(model.filter));
          expect(model.top).toBeGreaterThanOrEqual(0);
          if (shown.length > 0) expect(shown).toContain(model.selected!);
          expect(selectedSource(model)?.id).toBe(shown.length > 0 ? model.selected : undefined);
          const index = shown.indexOf(model.selected!);
          const rows = (layoutOf(model)?.table.height ?? 0) - 1;
          if (rows > 0 && index >= 0) {
            expect(model.top).toBeLessThanOrEqual(index);
            expect(index).toBeLessThan(model.top + rows);
          }
          expect(view(model).lines().length).toBe(Math.max(0, model.height));
        }
      }),
    );
  });
});
