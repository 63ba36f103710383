import { describe, expect, test } from "bun:test";
import type { ArgsDef } from "citty";
import { checkedArgs } from "#kit/term/args.ts";
import { UsageError } from "../../../src/errors.ts";

const DEFS: ArgsDef = {
  bytes: { type: "string", alias: "n", valueHint: "N" },
  format: { type: "enum", options: ["raw", "hex"] },
  json: { type: "boolean" },
  source: { type: "positional", required: true },
};

const NO_WORDS: ArgsDef = {
  bytes: { type: "string" },
  sources: { type: "string" },
  json: { type: "boolean" },
};

function hintsOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return [error.message, ...error.hints].join(" | ");
    throw error;
  }
  throw new Error("did not throw");
}

describe("checkedArgs", () => {
  test("joins values to their flags and keeps words last", () => {
    expect(checkedArgs(["--bytes", "3", "x", "--json"], DEFS)).toEqual(["--bytes=3", "--json", "--", "x"]);
    expect(checkedArgs(["-n", "3", "x"], DEFS)).toEqual(["--bytes=3", "--", "x"]);
    expect(checkedArgs(["--bytes=3", "--", "--x"], DEFS)).toEqual(["--bytes=3", "--", "--x"]);
  });

  test("a value may begin with a dash", () => {
    expect(checkedArgs(["--sources", "-sleep_jitter"], NO_WORDS)).toEqual(["--sources=-sleep_jitter"]);
  });

  test("rejects unknown flags with the nearest one", () => {
    expect(hintsOf(() => checkedArgs(["--byts", "12"], NO_WORDS))).toBe(
      "unknown option '--byts' | did you mean '--bytes'?",
    );
    expect(() => checkedArgs(["-x"], NO_WORDS)).toThrow(UsageError);
    expect(() => checkedArgs(["--no-json"], NO_WORDS)).toThrow(UsageError);
    expect(() => checkedArgs(["--n", "1"], NO_WORDS)).toThrow(UsageError);
  });

  test("rejects missing and unwanted values", () => {
    expect(hintsOf(() => checkedArgs(["--bytes"], NO_WORDS))).toContain("--bytes needs a value");
    expect(hintsOf(() => checkedArgs(["--bytes="], NO_WORDS))).toContain("--bytes needs a value");
    expect(hintsOf(() => checkedArgs(["--json=yes"], NO_WORDS))).toContain("--json takes no value");
  });

  test("rejects values that are not among the options", () => {
    expect(hintsOf(() => checkedArgs(["x", "--format", "hexx"], DEFS))).toContain("did you mean 'hex'");
  });

  test("counts words", () => {
    expect(hintsOf(() => checkedArgs([], DEFS))).toBe("missing argument <source>");
    expect(hintsOf(() => checkedArgs(["a", "b"], DEFS))).toBe("unexpected argument 'b'");
  });
});
