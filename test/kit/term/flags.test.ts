import { describe, expect, test } from "bun:test";
import { UsageError } from "#kit/errors.ts";
import {
  type Flags,
  flag,
  many,
  parseOptions,
  parseRate,
  parseSeconds,
  parseSize,
  positional,
} from "#kit/term/flags.ts";

const FLAGS = {
  bytes: flag.text({ about: "", short: "n", hint: "N" }),
  format: flag.choice(["raw", "hex"], { about: "" }),
  json: flag.switch({ about: "" }),
  source: positional.text({ about: "" }),
};

const NO_WORDS = {
  bytes: flag.text({ about: "" }),
  sources: flag.text({ about: "" }),
  json: flag.switch({ about: "" }),
};

const parse = <F extends Flags>(argv: readonly string[], flags: F) => parseOptions({ flags }, argv);

function hintsOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return [error.message, ...error.hints].join(" | ");
    throw error;
  }
  throw new Error("did not throw");
}

describe("a command line", () => {
  test("gives values to flags, and words to places", () => {
    const nothing = { bytes: undefined, format: undefined, json: false };
    expect(parse(["--bytes", "3", "x", "--json"], FLAGS)).toEqual({
      ...nothing,
      bytes: "3",
      json: true,
      source: "x",
    });
    expect(parse(["-n", "3", "x"], FLAGS)).toEqual({ ...nothing, bytes: "3", source: "x" });
    expect(parse(["--bytes=3", "--", "--x"], FLAGS)).toEqual({ ...nothing, bytes: "3", source: "--x" });
    expect(parse(["-"], FLAGS)).toEqual({ ...nothing, source: "-" });
  });

  test("a value may begin with a dash", () => {
    expect(parse(["--sources", "-sleep_jitter"], NO_WORDS).sources).toBe("-sleep_jitter");
  });

  test("of a flag given twice the last counts", () => {
    expect(parse(["--bytes", "1", "--bytes=2"], NO_WORDS).bytes).toBe("2");
  });

  test("rejects unknown flags with the nearest one", () => {
    expect(hintsOf(() => parse(["--byts", "12"], NO_WORDS))).toBe(
      "unknown option '--byts' | did you mean '--bytes'?",
    );
    const unknown = [
      ["-x"],
      ["--no-json"],
      ["--n", "1"],
      ["--constructor", "1"],
      ["--__proto__=1"],
      ["-json"],
    ];
    for (const argv of unknown) expect(() => parse(argv, NO_WORDS), argv.join()).toThrow(UsageError);
    expect(() => parse(["--n", "1", "x"], FLAGS)).toThrow(UsageError);
  });

  test("rejects missing and unwanted values", () => {
    expect(hintsOf(() => parse(["--bytes"], NO_WORDS))).toContain("--bytes needs a value");
    expect(hintsOf(() => parse(["--bytes="], NO_WORDS))).toContain("--bytes needs a value");
    expect(hintsOf(() => parse(["--bytes", ""], NO_WORDS))).toContain("--bytes needs a value");
    const between = { between: flag.text({ about: "", mayBeEmpty: true }) };
    expect(parse(["--between", ""], between)).toEqual({ between: "" });
    expect(parse(["--between="], between)).toEqual({ between: "" });
    expect(hintsOf(() => parse(["--between"], between))).toContain("--between needs a value");
    expect(hintsOf(() => parse(["--json=yes"], NO_WORDS))).toContain("--json takes no value");
  });

  test("rejects values that are not among the options", () => {
    expect(hintsOf(() => parse(["x", "--format", "hexx"], FLAGS))).toContain("did you mean 'hex'");
  });

  test("counts words", () => {
    expect(hintsOf(() => parse([], FLAGS))).toBe("missing argument <source>");
    expect(hintsOf(() => parse(["a", "b"], FLAGS))).toBe("unexpected argument 'b'");
  });
});

describe("a flag", () => {
  const typed = {
    maxBytes: flag.size({ about: "", default: "4K", least: "1K", most: "1M" }),
    waitMs: flag.seconds({ about: "", name: "wait", leastMs: 100, mostMs: 2_000 }),
    level: flag.count(1, 8, { about: "", default: "2" }),
    rate: flag.rate({ about: "" }),
    out: flag.folder({ about: "", required: true }),
    pair: flag.value((text) => text.split("="), { about: "", default: "" }),
  };

  test("has its default, parsed as if it had been typed, or nothing", () => {
    expect(parse(["--out=x"], typed)).toEqual({
      maxBytes: 4096,
      waitMs: undefined,
      level: 2,
      rate: undefined,
      out: "x",
      pair: [""],
    });
  });

  test("is called by its key in kebab case, or by the name it is given", () => {
    const argv = ["--max-bytes=2K", "--wait=500ms", "--rate", "1K/s", "--pair=a=b", "--out", "x"];
    expect(parse(argv, typed)).toMatchObject({ maxBytes: 2048, waitMs: 500, rate: 1024, pair: ["a", "b"] });
    expect(() => parse(["--wait-ms=1", "--out=x"], typed)).toThrow("unknown option");
  });

  test("that is needed says so", () => {
    expect(hintsOf(() => parse([], typed))).toBe("--out is missing | --out DIR");
  });

  test("refuses values beyond its limits, by its name", () => {
    for (const argv of ["--max-bytes=1023", "--max-bytes=1048577", "--wait=0.05", "--wait=3", "--level=9"]) {
      expect(() => parse([argv, "--out=x"], typed), argv).toThrow(argv.slice(0, argv.indexOf("=")));
    }
  });
});

test("a rule about several flags can tell what was typed from a default", () => {
  const seen: string[][] = [];
  const flags = { level: flag.count(1, 8, { about: "", default: "2" }), json: flag.switch({ about: "" }) };
  const check = (_: unknown, given: ReadonlySet<string>) => seen.push([...given]);
  for (const argv of [[], ["--level=2"], ["--json", "--level", "3"]]) parseOptions({ flags, check }, argv);
  expect(seen).toEqual([[], ["level"], ["level", "json"]]);
});

describe("a list", () => {
  const lists = {
    define: many(flag.value((text) => text.split("="), { about: "" })),
    level: many(flag.count(1, 8, { about: "", default: "2" })),
    root: positional.text({ about: "" }),
    path: many(positional.file({ about: "" })),
  };

  test("holds everything that was typed, in order, each parsed", () => {
    expect(parse(["r", "a", "--define", "x=1", "b", "--define=y=2", "--level", "3"], lists)).toEqual({
      define: [
        ["x", "1"],
        ["y", "2"],
      ],
      level: [3],
      root: "r",
      path: ["a", "b"],
    });
    expect(() => parse(["r", "a", "--level", "3", "--level", "9"], lists)).toThrow("--level: '9'");
  });

  test("is empty, or has its default, where nothing was typed; a required word must be there", () => {
    expect(parse(["r", "--", "-a"], lists)).toEqual({ define: [], level: [2], root: "r", path: ["-a"] });
    expect(hintsOf(() => parse(["r"], lists))).toBe("missing argument <path>");
    const optional = { path: many(positional.file({ about: "", required: false })) };
    expect(parse([], optional)).toEqual({ path: [] });
  });

  test("of 100,000 words is no trouble", () => {
    const words = Array.from({ length: 100_000 }, (_, i) => `w${i}`);
    expect(parse(words, lists).path).toHaveLength(99_999);
  });

  test("has the type of its values", () => {
    const { level, path } = parse(["r", "a"], lists);
    const numbers: readonly number[] = level;
    const texts: readonly string[] = path;
    expect([numbers, texts]).toEqual([[2], ["a"]]);
  });
});

describe("amounts that are refused", () => {
  const messageOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    throw new Error("it was taken");
  };

  test("are told why: below 0, too large, not whole, or no amount at all", () => {
    for (const [text, why] of [
      ["-1", "is below 0"],
      ["-1.5M", "is below 0"],
      ["0.3", "is not a whole number of bytes"],
      ["9999999T", "is too large"],
      ["much", "is not a size"],
      ["-", "is not a size"],
      ["--1", "is not a size"],
    ]) {
      expect(messageOf(() => parseSize(text!, "--bytes"))).toBe(`--bytes: '${text}' ${why}`);
    }
    expect(messageOf(() => parseRate("-1", "--rate"))).toBe("--rate: '-1' is below 0");
    for (const [text, why] of [
      ["-1", "is not above 0"],
      ["0", "is not above 0"],
      ["soon", "is not a time"],
      ["99999999", "is longer than 2000000 seconds"],
    ]) {
      expect(messageOf(() => parseSeconds(text!, "--wait"))).toBe(`--wait: '${text}' ${why}`);
    }
  });
});
