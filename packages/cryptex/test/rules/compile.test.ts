/** Compiling by an engine that hides refusals, breaks, or gives no reason: nothing sound is lost, nothing is lost in silence. */
import { describe, expect, test } from "bun:test";
import type { Compilation, EngineInstance } from "../../src/engine/engine.ts";
import { RuleFolder } from "../support/rule-folder.ts";

/** An engine that compiles nothing; it refuses rules by name. */
function engineThat(
  refuses: (names: readonly string[], source: string) => Compilation | "trap",
): () => EngineInstance {
  return () => {
    let dead = false;
    return {
      get dead() {
        return dead;
      },
      memoryBytes: 0,
      compile(source) {
        if (dead) throw new Error("this engine has broken");
        const text = Buffer.from(source).toString();
        const answer = refuses(
          [...text.matchAll(/rule (\w+)/g)].map(([, name]) => name!),
          text,
        );
        if (answer !== "trap") return answer;
        dead = true;
        throw new Error("unreachable executed");
      },
      load: () => {
        throw new Error("not here");
      },
      buffer: () => new Uint8Array(),
    };
  };
}

const COMPILED: Compilation = {
  rules: {
    count: 0,
    save: () => new Uint8Array(),
    setEnabled() {},
    scan: () => {
      throw new Error("not here");
    },
    free() {},
  },
  diagnostics: [],
};

const lineOf = (source: string, name: string) =>
  source.slice(0, source.indexOf(`rule ${name}`)).split("\n").length;
const refusal = (line: number, message: string): Compilation => ({
  rules: undefined,
  diagnostics: [{ level: "error", line, message }],
});

function outcome(names: readonly string[], newInstance: () => EngineInstance) {
  using folder = new RuleFolder({
    "a.yar": names
      .map((name) => `rule ${name} {\n condition: ${name.startsWith("uses_") ? name.slice(5) : "true"} }\n`)
      .join(""),
  });
  const { rules, quarantined } = folder.compile(undefined, { newInstance });
  return {
    kept: rules.map(({ syntax }) => syntax.name),
    lost: quarantined.map(({ rule, line, reason }) => `${rule}:${line} ${folder.short(reason)}`),
  };
}

const isBad = (name: string) => name.startsWith("bad");

describe("an engine that", () => {
  test("names one refusal at a time: all are found, however many", () => {
    const names = Array.from({ length: 40 }, (_, i) => (i % 4 === 3 ? `bad${i}` : `ok${i}`));
    const one = engineThat((all, source) => {
      const bad = all.find(isBad);
      return bad ? refusal(lineOf(source, bad) + 1, "refused") : COMPILED;
    });
    const { kept, lost } = outcome(names, one);
    expect(kept).toEqual(names.filter((name) => !isBad(name)));
    expect(lost).toEqual(names.flatMap((name, i) => (isBad(name) ? [`${name}:${i * 2 + 2} refused`] : [])));
  });

  test("breaks on a rule: the rule is lost, its dependants are, the rest is compiled by a new engine", () => {
    const traps = engineThat((all) => (all.some(isBad) ? "trap" : COMPILED));
    const { kept, lost } = outcome(["ok1", "bad", "uses_bad", "ok2"], traps);
    expect(kept).toEqual(["ok1", "ok2"]);
    expect(lost).toEqual([
      "bad:3 the engine breaks on it: unreachable executed",
      'uses_bad:5 depends on "bad" (a.yar:3), which is not evaluated',
    ]);
  });

  test("refuses without a line, or without a word: each rule is tried by itself", () => {
    const mute = engineThat((all) => (all.some(isBad) ? refusal(0, "somewhere") : COMPILED));
    expect(outcome(["ok1", "bad", "ok2"], mute)).toEqual({
      kept: ["ok1", "ok2"],
      lost: ["bad:3 the engine refuses it without a reason"],
    });
    const silent = engineThat((all) => (all.some(isBad) ? { rules: undefined, diagnostics: [] } : COMPILED));
    expect(outcome(["ok1", "bad", "ok2"], silent).kept).toEqual(["ok1", "ok2"]);
  });

  test("refuses rules together but none by itself: that is an error, not an empty set", () => {
    const fussy = engineThat((all) => (all.length > 1 ? { rules: undefined, diagnostics: [] } : COMPILED));
    expect(() => outcome(["a", "b"], fussy)).toThrow(
      "the engine refuses the rules together, but none by itself",
    );
  });
});
