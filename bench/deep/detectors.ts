/** Programs that look for faults in a stream of bytes on stdin, each run until it finds one. */

export interface Detector {
  readonly name: string;
  /** @param most bytes that it reads at most */
  command(wordBits: number, most: number): readonly string[];
  /** Reads what it has printed so far. */
  finding(printed: string): Finding | undefined;
}

export interface Finding {
  /** Its own name for what it found. */
  readonly test: string;
  /** Bytes after which it found it, where it says so. */
  readonly bytes?: number;
}

/** `report --suite deep` of the built program. */
export function ours(program: string): Detector {
  return {
    name: "esoteric-entropy",
    command: (_, most) => [
      program,
      "report",
      "--stdin",
      "--suite",
      "deep",
      "--bytes",
      String(most),
      "--json",
    ],
    finding(printed) {
      if (!printed.endsWith("}\n")) return undefined;
      const { evaluations } = JSON.parse(printed) as {
        evaluations: {
          bytes: number;
          verdict: string;
          findings: { family: string; test: string; lane: string }[];
        }[];
      };
      const failed = evaluations.find(({ verdict }) => verdict === "fail");
      const first = failed?.findings[0];
      return failed && first && { bytes: failed.bytes, test: `${first.test} ${first.lane}`.trim() };
    },
  };
}

/** RNG_test of PractRand, its core set in the usual folding, from 1 MiB on; where it is on the PATH. */
export function practRand(): Detector | undefined {
  const program = Bun.which("RNG_test");
  if (program === null) return undefined;
  return {
    name: "PractRand",
    command: (bits, most) => [
      program,
      `stdin${bits}`,
      ...["-tlmin", "1MB", "-tlmax", `${Math.round(most / 2 ** 20)}MB`, "-tf", "1"],
    ],
    finding(printed) {
      const lines = printed.split("\n");
      const at = lines.findIndex((line) => line.includes("FAIL"));
      if (at < 0) return undefined;
      const length = lines.slice(0, at).findLast((line) => line.startsWith("length="));
      const power = /2\^(\d+) bytes/.exec(length ?? "")?.[1];
      return { test: lines[at]!.trim().split(/\s{2,}/)[0]!, ...(power && { bytes: 2 ** Number(power) }) };
    },
  };
}

/** All tests of dieharder in its own order, one after the other on new bytes; where it is on the PATH. */
export function dieharder(): Detector | undefined {
  const program = Bun.which("dieharder");
  if (program === null) return undefined;
  return {
    name: "dieharder",
    command: () => [program, "-g", "200", "-a"],
    finding(printed) {
      const line = printed.split("\n").find((each) => each.endsWith("FAILED  "));
      return line === undefined ? undefined : { test: line.split("|")[0]!.trim() };
    },
  };
}
