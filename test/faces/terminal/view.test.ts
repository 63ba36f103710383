/** Screens as they are drawn. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { layoutOf } from "../../../src/faces/terminal/layout.ts";
import type { Model } from "../../../src/faces/terminal/model.ts";
import { followLimits, roundUp } from "../../../src/faces/terminal/scale.ts";
import { update } from "../../../src/faces/terminal/update.ts";
import { view } from "../../../src/faces/terminal/view.ts";
import { exampleModel } from "../../support/dashboard-model.ts";
import { expectGolden } from "../../support/golden.ts";

const text = (model: Model) => `${view(model).lines().join("\n")}\n`;
const press = (model: Model, ...names: string[]) =>
  names.reduce((before, name) => update(before, { kind: "key", name })[0], model);

describe("golden frames", () => {
  test("80 x 24", () => expectGolden("monitor-80x24.txt", text(exampleModel(80, 24))));
  test("120 x 40", () => expectGolden("monitor-120x40.txt", text(exampleModel(120, 40))));
  test("200 x 40: the whole list beside everything else", () =>
    expectGolden("monitor-200x40.txt", text(exampleModel(200, 40, 60, 30))));
  test("200 x 60: the whole list, and the trace below it", () =>
    expectGolden("monitor-200x60.txt", text(exampleModel(200, 60, 60, 30))));
  test("sorted, filtered, typing", () =>
    expectGolden("monitor-filter.txt", text(press(exampleModel(80, 24), ">", ">", "r", "f", ..."source_1"))));
  test("ASCII", () =>
    expectGolden("monitor-ascii.txt", text(press({ ...exampleModel(80, 24), unicode: false }, "g"))));
  test("histogram", () => expectGolden("monitor-histogram.txt", text(press(exampleModel(80, 24), "g"))));
  test("lag plot", () => expectGolden("monitor-lag-plot.txt", text(press(exampleModel(80, 24), "g", "g"))));
  test("physics of a failed source, frozen", () =>
    expectGolden("monitor-physics.txt", text(press(exampleModel(80, 24), ..."jjjjj", "i", "p"))));
  test("help", () => expectGolden("monitor-help.txt", text(press(exampleModel(80, 24), "?"))));
});

describe("states", () => {
  const row = (model: Model, id: string) =>
    view(model)
      .lines()
      .find((line) => line.includes(` ${id} `)) ?? "";

  test("each source's own", () => {
    const model = exampleModel(80, 40);
    expect(row(model, "source_0")).toContain("healthy");
    expect(row(model, "source_2")).toContain("starting");
    expect(row(model, "source_3")).toContain("quiet 10 s");
    expect(row(model, "source_5")).toContain("failed");
    expect(row(model, "source_7")).toContain("unavailable");
  });

  test("a pause is seen before the next snapshot", () => {
    expect(row(press(exampleModel(80, 40), "space"), "source_0")).toContain("paused");
  });

  test("on a wide screen the reason follows", () => {
    const model = press(exampleModel(180, 40), "i");
    expect(model.info).toBe(false);
    expect(row(model, "source_5")).toContain("failed the continuous RCT test: symbol 7");
  });

  test("on a narrow one the reason stands in the place of the rates, of which there are none", () => {
    const model = exampleModel(80, 40);
    expect(row(model, "source_5")).toMatch(/failed +failed the continuous R\.\.\. +4/);
    expect(row(model, "source_7")).toMatch(/unavailable no such device +0/);
  });

  test("physics that does not fit is said to go on", () => {
    const physics = (height: number) => text(exampleModel(120, height)).split("─ credited bits/s")[0];
    expect(physics(24)).toMatch(/ \.\.\.\n$/);
    expect(physics(40)).toMatch(/assessed 1\.250\n$/);
  });

  test("a reason that commands the terminal is written out", () => {
    const model = exampleModel(200, 40);
    const [first, ...others] = model.snapshot.sources;
    const reason = "gone \x1b[2J\u202e";
    const sources = [{ ...first!, state: "failed" as const, reason }, ...others];
    expect(row({ ...model, snapshot: { ...model.snapshot, sources } }, "source_0")).toContain(
      "gone \\x1B[2J\\u{202E}",
    );
  });

  test("a long one takes as many lines as it needs where the trace would stand", () => {
    const [model] = update(exampleModel(80, 24, 60, 6), { kind: "key", name: "end" });
    const shown = text(model);
    expect(shown).toContain("   failed the continuous RCT test:\n");
    expect(shown).toMatch(/ symbol 7 seen 41 times \(cutoff 41\)$/m);
  });

  test("the title of the column that sorts has the direction", () => {
    const titles = (...keys: string[]) => view(press(exampleModel(80, 24), ...keys)).lines()[3]!;
    expect(titles()).not.toMatch(/[\^v]/);
    expect(titles(">")).toMatch(/^ SOURCE \^ /);
    expect(titles(">", "r")).toMatch(/^ SOURCE v /);
    expect(titles(..."<<<<")).toMatch(/ vSAMP\/S /);
    expect(titles(..."<", "r")).toMatch(/ \^FAIL$/);
  });

  test("a filter that matches nothing says so", () => {
    const shown = text(press(exampleModel(80, 24), "f", ..."zzz", "enter"));
    expect(shown).toContain("no source matches the filter; esc clears it");
    expect(shown).toMatch(/filter zzz {2}0 of 12 {2}esc clear/);
    expect(shown).toContain("no source: line");
  });

  test("the filter is shown beside a notice", () => {
    const model = press(exampleModel(80, 24), "f", ..."5", "enter");
    const [saved] = update(model, { kind: "saved", path: "./a.json" });
    expect(text(saved)).toMatch(/filter 5 {2}1 of 12 {2}saved to \.\/a\.json/);
  });

  test("noise that is shown is said not to count, in every chart, at every width, for any id and values", () => {
    for (const [width, height] of [
      [80, 24],
      [120, 40],
      [200, 40],
    ] as const) {
      for (const charts of ["", "g", "gg"]) {
        const model = press(exampleModel(width, height, 60, 30), ...charts);
        const [large] = update(model, { kind: "revealed", id: "source_0", samples: [999_999, 999_999] });
        for (const each of [model, { ...large, traceLimits: { low: 123_456, high: 999_999 } }]) {
          expect(text(each)).toContain("not counted");
        }
      }
    }
  });

  test("colours: a failed source's state is bad, a healthy one's good", () => {
    const frame = view(exampleModel(80, 40));
    const toneOf = (word: string) =>
      frame
        .lines()
        .flatMap((_, y) => frame.spans(y))
        .find((span) => span.text.startsWith(word))?.style.tone;
    expect(toneOf("failed")).toBe("bad");
    expect(toneOf("healthy")).toBe("good");
    expect(toneOf("starting")).toBe("warn");
  });
});

describe("under 80 x 24", () => {
  test("says so", () => {
    for (const [width, height] of [
      [79, 24],
      [80, 23],
    ] as const) {
      const lines = view(exampleModel(width, height)).lines();
      expect(lines.join("\n")).toContain("monitor needs 80 x 24");
      expect(lines.join("\n")).toContain(`this terminal is ${width} x ${height}`);
    }
    expect(text(exampleModel(80, 24))).not.toContain("needs");
  });
});

test("20 x 5 says all of it", () => {
  expect(view(exampleModel(20, 5)).lines().join(" ").replace(/ +/g, " ").trim()).toBe(
    "monitor needs 80 x 24 this terminal is 20 x 5 q quits",
  );
});

test("at 40 rows a list of 31 sources is seen whole, at 60 one of 44 in 80 columns", () => {
  const rows = (model: Model) => layoutOf(model)!.table.height - 1;
  expect(rows(exampleModel(200, 40, 1, 31))).toBe(31);
  expect(rows(exampleModel(120, 40, 1, 31))).toBe(31);
  expect(rows(exampleModel(80, 60, 1, 43))).toBe(43);
});

describe("any model at any size", () => {
  const number = fc.oneof(
    fc.double(),
    fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE, 2 ** 64),
  );
  const word = fc.string({ unit: "binary", maxLength: 300 });
  const source = fc.record(
    {
      id: word,
      title: word,
      family: word,
      state: fc.constantFrom("starting", "healthy", "failed", "unavailable", "paused"),
      reason: word,
      lastFault: word,
      samples: number,
      rateHz: number,
      samplesPerSecond: number,
      creditedBitsPerSecond: number,
      creditedBits: number,
      claimedH: number,
      assessedH: fc.option(number, { nil: null }),
      waitingSamples: number,
      healthFailures: number,
      healthWarnings: number,
      faults: number,
    },
    {
      noNullPrototype: true,
      requiredKeys: [
        "id",
        "title",
        "family",
        "state",
        "samples",
        "rateHz",
        "samplesPerSecond",
        "creditedBitsPerSecond",
        "creditedBits",
        "claimedH",
        "assessedH",
        "waitingSamples",
        "healthFailures",
        "healthWarnings",
        "faults",
      ],
    },
  );
  const size = fc.integer({ min: 0, max: 130 });

  test("fits, and has no character of doubtful width", () => {
    fc.assert(
      fc.property(
        fc.record({ width: fc.oneof(size, fc.integer({ min: 80, max: 400 })), height: size }),
        fc.array(source, { maxLength: 30 }),
        fc.array(number, { maxLength: 300 }),
        fc.array(fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(Number)), {
          maxLength: 300,
        }),
        fc.record({ readyBytes: number, capacityBytes: number, uptimeMs: number, credited: number }),
        fc.constantFrom("line" as const, "histogram" as const, "lag plot" as const),
        fc.record({ info: fc.boolean(), help: fc.boolean(), frozen: fc.boolean(), notice: fc.option(word) }),
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes })),
          word.map((reason) => ({ reason })),
        ),
        (screen, sources, credit, trace, pool, traceChart, flags, output) => {
          const base = exampleModel(100, 30, 1);
          const infos = [...base.infos.values()];
          const model: Model = {
            ...base,
            ...screen,
            ...flags,
            notice: flags.notice === null ? undefined : { text: flags.notice, alarm: true },
            infos: new Map(
              sources.map(({ id, title }, i) => [id, { ...infos[i % infos.length]!, id, title }]),
            ),
            snapshot: {
              ...base.snapshot,
              ...pool,
              creditedBitsPerSecond: pool.credited,
              fullEntropyBytesPerSecond: pool.credited,
              sources,
            },
            credit: credit.map((bitsPerSecond, i) => ({ bitsPerSecond, uptimeMs: i })),
            trace,
            traceLimits: followLimits(undefined, trace),
            traceChart,
            output,
            selected: sources[0]?.id,
            top: 0,
          };
          const frame = view(model);
          const lines = frame.lines();
          expect(lines.length).toBe(screen.height);
          expect(Math.max(0, ...lines.map(({ length }) => length))).toBeLessThanOrEqual(screen.width);
          expect(lines.join("")).toMatch(/^[ -~\u2500-\u259f\u2800-\u28ff]*$/);
          expect(
            view({ ...model, unicode: false })
              .lines()
              .join(""),
          ).toMatch(/^[ -~]*$/);
        },
      ),
    );
  });

  test("parts of the layout lie on the screen and do not overlap", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 80, max: 400 }),
        fc.integer({ min: 24, max: 150 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 40 }),
        (width, height, info, count) => {
          const { snapshot } = exampleModel(80, 24, 1);
          const sources = Array.from({ length: count }, () => snapshot.sources[0]!);
          const layout = layoutOf({ width, height, info, snapshot: { ...snapshot, sources } });
          const parts = Object.values(layout ?? {}).filter((part) => part !== undefined);
          const taken = new Uint8Array(width * height);
          for (const { x, y, width: columns, height: rows } of parts) {
            expect(x + columns).toBeLessThanOrEqual(width);
            expect(y + rows).toBeLessThanOrEqual(height);
            for (let row = y; row < y + rows; row++) {
              for (let column = x; column < x + columns; column++) taken[row * width + column]! += 1;
            }
          }
          expect(Math.max(...taken)).toBe(1);
          expect(layout!.table.height).toBeGreaterThan(1);
          if (layout?.trace) expect(layout.trace.height).toBeGreaterThanOrEqual(6);
          if (layout?.credit) expect(layout.credit.height).toBeGreaterThanOrEqual(6);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("scales", () => {
  test("round up to 1, 2, 5, 10", () => {
    expect([0, 0.3, 1, 1.1, 49, 51, 100, 12_345, Number.NaN].map(roundUp)).toEqual([
      1, 0.5, 1, 2, 50, 100, 100, 20_000, 1,
    ]);
  });

  const spread = (low: number, high: number) => [low, low, high, high];

  test("limits are round and hold the samples", () => {
    expect(followLimits(undefined, [])).toBeUndefined();
    expect(followLimits(undefined, spread(181, 254))).toEqual({ low: 180, high: 260 });
    expect(followLimits(undefined, spread(7, 7))).toEqual({ low: 7, high: 7 });
    expect(followLimits(undefined, spread(0, 1))).toEqual({ low: 0, high: 1 });
  });

  test("they stay while the samples fill half of them, and grow at once", () => {
    const limits = { low: 180, high: 260 };
    expect(followLimits(limits, spread(190, 230))).toBe(limits);
    expect(followLimits(limits, spread(190, 229))).toEqual({ low: 190, high: 230 });
    expect(followLimits(limits, spread(180, 261))).toEqual({ low: 180, high: 270 });
    expect(followLimits(limits, spread(200, 200))).toEqual({ low: 200, high: 200 });
  });

  test("new limits hold for the samples that they were made for", () => {
    const value = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), (samples) => {
        const limits = followLimits(undefined, samples)!;
        expect(limits.low).toBeLessThanOrEqual(Math.min(...samples));
        expect(limits.high).toBeGreaterThanOrEqual(Math.max(...samples));
        expect(followLimits(limits, samples)).toBe(limits);
      }),
    );
  });
});
