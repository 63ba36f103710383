import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InterruptedError } from "#kit/term/exit.ts";
import { evidencePackage, runPackage } from "../../src/commands/evidence-package.ts";
import type { restartOf } from "../../src/commands/restart-of.ts";
import { InputError, SourceError, UsageError } from "../../src/errors.ts";
import { HealthMonitor } from "../../src/health/monitor.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fakeIo } from "../support/fake-io.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";
import {
  depsOf,
  filesBelow,
  jsonOf,
  madeUpRestarts,
  makeFake,
  noisy,
  packageOptions,
} from "./fake-package.ts";

let folder: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-evidence-"));
  out = join(folder, "package");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (name: string, from = out) => readFileSync(join(from, name), "utf8");
const two = () => [noisy("alpha", 1), noisy("beta", 2, { claim: 0.5, title: "Beta | <b>" })];

const OF_SOURCE = [
  "CHECKLIST.md",
  "REPORT.md",
  "assessment.json",
  "conditioning.json",
  "drill.json",
  "esv-registration.json",
  "health-tests.json",
];

/** Files of a source that has all. */
const filesOf = (id: string) =>
  [...OF_SOURCE, ...["json", "restarts.u8", "samples.u64", "symbols.u8"].map((ending) => `${id}.${ending}`)]
    .map((name) => `sources/${id}/${name}`)
    .sort();

describe("a package", () => {
  test("holds what is promised of each source, and nothing else", async () => {
    const io = fakeIo();
    expect(await makeFake(out, two(), {}, io)).toBe(0);
    expect(filesBelow(out)).toEqual([
      "README.md",
      "SHA256SUMS",
      "evidence.json",
      "plan.json",
      ...filesOf("alpha"),
      ...filesOf("beta"),
    ]);
    expect(io.talk()).toContain("NOT SIGNED");
    expect(io.written().toString()).toContain(
      "short of what SP 800-90B asks for: 4,000 samples of 1,000,000",
    );
    for (const line of text("SHA256SUMS").trimEnd().split("\n")) {
      const [hash, name] = line.split("  ") as [string, string];
      expect(
        createHash("sha256")
          .update(readFileSync(join(out, name)))
          .digest("hex"),
      ).toBe(hash);
    }
  });

  test("is made a second time without a change; --json is evidence.json", async () => {
    await makeFake(out, two());
    const before = filesBelow(out).map((name) => text(name));
    const again = two();
    const io = fakeIo();
    await makeFake(out, again, { json: true }, io);
    expect(filesBelow(out).map((name) => text(name))).toEqual(before);
    expect(io.written().toString()).toBe(text("evidence.json"));
    expect(again.map((source) => source.opened())).toEqual([0, 0]);
  });

  test("a counter that is measured a little differently the second time changes nothing", async () => {
    const library = join(folder, "library");
    writeFileSync(library, "");
    const hostAt = (periodNs: number) => {
      const clock = { name: "tsc", step: 1, periodNs };
      return {
        ...fakeHost(),
        native: { ok: true, library: { abiVersion: 1, path: library, clock } },
      } as never;
    };
    const made = (periodNs: number) =>
      runPackage(packageOptions(out), fakeIo(), depsOf(two(), hostAt(periodNs)), madeUpRestarts);
    await made(0.95238);
    const before = filesBelow(out).map((name) => text(name));
    await made(0.95239);
    expect(filesBelow(out).map((name) => text(name))).toEqual(before);
  });

  test("a stranger reads from the folder what was measured, where, when and by what", async () => {
    const host = fakeHost({
      files: {
        "/proc/cpuinfo": "processor\t: 0\nmodel name\t: Acme <i>8086</i> | 5 MHz\nflags\t: hypervisor\n",
        "/proc/sys/kernel/osrelease": "6.1-\u001b[31mred\n",
      },
    });
    await runPackage(packageOptions(out), fakeIo(), depsOf(two(), host), madeUpRestarts);
    const readme = text("README.md");
    const started: string = jsonOf(out, "sources/alpha/alpha.json")["startedAt"]!;
    for (const words of [
      "Acme \\<i\\>8086\\</i\\> \\| 5 MHz",
      "kernel 6.1-\\\\x1B\\[31mred",
      "esoteric-entropy 0.",
    ]) {
      expect(readme).toContain(words);
    }
    expect(readme).toContain(started.slice(0, 16).replace("T", " "));
    expect(readme).toContain("[beta](sources/beta/REPORT.md)");
    expect(readme).not.toContain("\u001b");
    const report = text("sources/beta/REPORT.md");
    for (const words of ["a test", "ea_non_iid beta.symbols.u8 8", "ea_conditioning -v 40960 256 256 320"]) {
      expect(report).toContain(words);
    }
    expect(report).toContain("TO BE WRITTEN");
    for (const hostile of ["<i>", "\u001b"]) expect(report).not.toContain(hostile);
  });

  test("what is asked twice with other counts, sources or another machine is refused, and stays", async () => {
    await makeFake(out, two());
    const before = text("SHA256SUMS");
    for (const args of [{ samples: "5000" }, { restarts: "0" }, { sources: "alpha" }]) {
      const error = await rejectionOf(makeFake(out, two(), args));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain("holds another package");
    }
    const other = fakeHost({ files: { "/proc/sys/kernel/osrelease": "9.9" } });
    const error = await rejectionOf(
      runPackage(packageOptions(out), fakeIo(), depsOf(two(), other), madeUpRestarts),
    );
    expect(error.message).toContain("now 9.9");
    expect(text("SHA256SUMS")).toBe(before);
  });

  test("a folder that is something else is refused and left alone", async () => {
    mkdirSync(out);
    writeFileSync(join(out, "thesis.tex"), "years of work");
    const error = await rejectionOf(makeFake(out, two()));
    expect(error.message).toContain("thesis.tex");
    expect(filesBelow(out)).toEqual(["thesis.tex"]);

    const nested = join(folder, "nested");
    await makeFake(nested, two());
    writeFileSync(join(nested, "sources/alpha/notes.txt"), "mine");
    expect((await rejectionOf(makeFake(nested, two()))).message).toContain("notes.txt");

    const plan = join(folder, "plan");
    mkdirSync(plan);
    writeFileSync(join(plan, "plan.json"), "[1");
    expect((await rejectionOf(makeFake(plan, two()))).message).toContain("is not the plan of a package");
  });

  test("links are refused before anything is recorded through them", async () => {
    for (const link of ["sources", "sources/alpha", "README.md"]) {
      const [place, elsewhere] = [join(folder, `of ${link.length}`), join(folder, `to ${link.length}`)];
      await makeFake(place, two());
      rmSync(join(place, "SHA256SUMS"));
      rmSync(join(place, link), { recursive: true });
      mkdirSync(elsewhere);
      symlinkSync(elsewhere, join(place, link));
      expect((await rejectionOf(makeFake(place, two()))).message).toContain(`${link} is no part of one`);
      expect(filesBelow(elsewhere)).toEqual([]);
    }
  });

  test("a recording that was changed is refused, not assessed", async () => {
    await makeFake(out, two());
    writeFileSync(join(out, "sources/alpha/alpha.samples.u64"), new Uint8Array(32_000));
    rmSync(join(out, "SHA256SUMS"));
    expect((await rejectionOf(makeFake(out, two()))).message).toContain("is not what was recorded");
  });

  test("a manifest that leads elsewhere is refused", async () => {
    await makeFake(out, two());
    const manifest = jsonOf(out, "sources/alpha/alpha.json") as Record<string, unknown>;
    rmSync(join(out, "SHA256SUMS"));
    const symbols = { name: "../../../elsewhere", sha256: "0" };
    for (const files of [undefined, {}, { ...(manifest["files"] as object), symbols }]) {
      writeFileSync(join(out, "sources/alpha/alpha.json"), JSON.stringify({ ...manifest, files }));
      expect((await rejectionOf(makeFake(out, two()))).message).toContain("alpha.json is not the manifest");
    }
  });

  const spoilt: [string, (manifest: Record<string, unknown>) => void][] = [
    ["no runs", (manifest) => delete manifest["runs"]],
    ["runs of another number", (manifest) => Object.assign(manifest, { runs: [] })],
    ["a time that is a number", (manifest) => Object.assign(manifest, { startedAt: 5 })],
    ["a rate with control characters", (manifest) => Object.assign(manifest, { rateHz: "\u001b[2J" })],
    ["no restarts, which are there", (manifest) => Object.assign(manifest["files"]!, { restarts: null })],
  ];
  test.each(spoilt)("a manifest with %s is refused in words", async (_, spoil) => {
    await makeFake(out, two());
    rmSync(join(out, "SHA256SUMS"));
    const manifest = jsonOf(out, "sources/alpha/alpha.json") as Record<string, unknown>;
    spoil(manifest);
    writeFileSync(join(out, "sources/alpha/alpha.json"), JSON.stringify(manifest));
    const error = await rejectionOf(makeFake(out, two()));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain("alpha.json");
    expect(error.message).not.toContain("\u001b");
  });

  test("what somebody has written into it since is neither lost nor signed", async () => {
    await makeFake(out, two());
    writeFileSync(join(out, "sources/beta/REPORT.md"), "weeks of work");
    const before = text("SHA256SUMS");
    const error = await rejectionOf(makeFake(out, two()));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain("sources/beta/REPORT.md was changed");
    expect([text("sources/beta/REPORT.md"), text("SHA256SUMS")]).toEqual(["weeks of work", before]);
    rmSync(join(out, "sources/beta/REPORT.md"));
    await makeFake(out, two());
    expect(text("SHA256SUMS")).toBe(before);
  });

  test("a file that came since is not signed, though a package may have one of its name", async () => {
    await makeFake(out, two());
    const before = text("SHA256SUMS");
    writeFileSync(join(out, "sources/beta/restart.json"), '{"passed":true}');
    const error = await rejectionOf(makeFake(out, two()));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain("sources/beta/restart.json came into the package since it was made");
    expect([text("sources/beta/restart.json"), text("SHA256SUMS")]).toEqual(['{"passed":true}', before]);
  });

  test("figures are of the recording that is there: of one that was removed nothing stays", async () => {
    await makeFake(out, two());
    const figures = ["assessment", "drill", "esv-registration"].map((name) => `sources/alpha/${name}.json`);
    const before = figures.map((name) => text(name));
    const removeRecording = () => {
      for (const ending of ["json", "restarts.u8", "samples.u64", "symbols.u8"])
        rmSync(join(out, `sources/alpha/alpha.${ending}`));
    };
    removeRecording();
    expect(await makeFake(out, [noisy("alpha", 7), two()[1]!])).toBe(0);
    expect([text(figures[0]!) === before[0], text(figures[1]!) === before[1]]).toEqual([false, false]);
    const symbols = readFileSync(join(out, "sources/alpha/alpha.symbols.u8"));
    const sha256 = createHash("sha256").update(symbols).digest("hex");
    expect(jsonOf(out, figures[1]!) as object).toMatchObject({ input: { name: "alpha.symbols.u8", sha256 } });

    removeRecording();
    const broken = noisy("alpha", 1);
    broken.error = new SourceError("alpha", "smoke");
    expect(await makeFake(out, [broken, two()[1]!])).toBe(3);
    expect(filesBelow(out).filter((name) => /^sources\/alpha\/.*\.(json|md)$/.test(name))).toEqual([
      "sources/alpha/CHECKLIST.md",
      "sources/alpha/REPORT.md",
    ]);
    expect(text("SHA256SUMS")).not.toContain("sources/alpha/drill.json");
  });

  test("restarts of what has none are refused before anything is recorded", async () => {
    const [first, file] = [noisy("alpha", 1), noisy("replayed", 2)];
    const replay = { ...file, info: { ...file.info, notNoise: "replay" as const } };
    expect(await rejectionOf(makeFake(out, [first, replay]))).toBeInstanceOf(UsageError);
    expect([first.opened(), existsSync(out)]).toEqual([0, false]);
  });

  test("a finished recording stays when its device is gone, and is not restarted to look at it", async () => {
    await makeFake(out, two());
    const [alpha, beta] = two();
    beta!.unavailable = "unplugged";
    const asked: string[] = [];
    const withKernel = [alpha!, beta!].map((source) => ({
      ...source,
      kernelRun: () => {
        asked.push(source.info.id);
        return { kernel: "none", warmUpSamples: 0, chunkSamples: 1 };
      },
    }));
    const io = fakeIo();
    expect(await makeFake(out, withKernel, {}, io)).toBe(0);
    expect(asked).toEqual([]);
    expect(io.talk()).not.toContain("restarts are processes of this whole program");
  });
});

describe("interrupted", () => {
  /** Files in which nothing depends on the time. */
  const lasting = (from: string) =>
    filesBelow(from)
      .filter(
        (name) =>
          !/(SHA256SUMS|README\.md|REPORT\.md|evidence\.json|drill\.json|(alpha|beta)\.json)$/.test(name),
      )
      .map((name) => [name, readFileSync(join(from, name)).toString("base64")]);

  test("it goes on, and ends with the files of one that was not interrupted", async () => {
    const whole = join(folder, "whole");
    await makeFake(whole, two());
    const io = fakeIo();
    const inRestartsOfBeta: typeof restartOf = (source, host) => {
      const restart = madeUpRestarts(source, host);
      let rows = 0;
      return async (samples, signal) => {
        if (source.info.id === "beta" && ++rows === 2) io.interrupt.abort(new InterruptedError(130));
        return await restart(samples, signal);
      };
    };
    const error = await rejectionOf(makeFake(out, two(), {}, io, inRestartsOfBeta));
    expect(exitCodeOf(error)).toBe(130);
    expect(io.talk()).toContain("goes on from here");
    expect(existsSync(join(out, "SHA256SUMS"))).toBe(false);
    expect(filesBelow(out)).toContain("sources/alpha/REPORT.md");
    expect(filesBelow(out)).toContain("sources/beta/beta.restarts.u8.part");
    expect(filesBelow(out).filter((name) => name.endsWith(".lock"))).toEqual([]);

    const again = two();
    const rest: typeof restartOf = (source, host) => {
      const restart = madeUpRestarts(source, host);
      // The first row is there already: the machine that makes rows up has to pass it by.
      let skipped = source.info.id !== "beta";
      return async (samples, signal) => {
        if (!skipped) await restart(samples, signal);
        skipped = true;
        return await restart(samples, signal);
      };
    };
    expect(await makeFake(out, again, {}, fakeIo(), rest)).toBe(0);
    expect(again.map((source) => source.opened())).toEqual([0, 0]);
    expect(lasting(out)).toEqual(lasting(whole));
  });

  test("what a killed program left of a file that it wrote is removed", async () => {
    await makeFake(out, two());
    writeFileSync(join(out, ".README.md.0123abcd.part"), "half");
    writeFileSync(join(out, "sources/beta/.drill.json.0123abcd.part"), "half");
    expect(await makeFake(out, two())).toBe(0);
    expect(filesBelow(out).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("figures that somebody has changed meanwhile are made anew, not taken over", async () => {
    await makeFake(out, two());
    const name = "sources/alpha/assessment.json";
    const made = text(name);
    const lie = JSON.stringify({ ...(JSON.parse(made) as object), minEntropy: 7.9 });
    for (const spoilt of [lie, JSON.stringify({ ...(JSON.parse(made) as object), nist: 5 })]) {
      rmSync(join(out, "SHA256SUMS"));
      writeFileSync(join(out, name), spoilt);
      expect(await makeFake(out, two())).toBe(0);
      expect(text(name)).toBe(made);
    }
    // What a killed program leaves of the list is no part of the package.
    writeFileSync(join(out, "SHA256SUMS.part"), "00");
    expect(await makeFake(out, two())).toBe(0);
    expect(filesBelow(out)).not.toContain("SHA256SUMS.part");
  });

  test("two at once: the second is told", async () => {
    const first = new AbortController();
    const waiting: typeof restartOf = () => async (_, signal) => {
      const error = await rejectionOf(makeFake(out, two()));
      expect(error.message).toContain("another program");
      first.abort(new InterruptedError(130));
      signal.throwIfAborted();
      throw new Error("it was not interrupted");
    };
    const io = fakeIo({ signal: first.signal });
    expect(exitCodeOf(await rejectionOf(makeFake(out, two(), {}, io, waiting)))).toBe(130);
  });
});

describe("a source that is not complete", () => {
  test("too slow: it is named with what it has, everywhere; with more time it is completed", async () => {
    const slow = noisy("slow", 3);
    let samples = 0;
    const noise = slow.next;
    slow.next = (i) => {
      if (++samples === 2_000) slow.hangs = "obediently";
      return noise(i);
    };
    const sources = [noisy("alpha", 1), { ...slow, info: { ...slow.info, rateHz: 500 } }];
    const io = fakeIo();
    expect(await makeFake(out, sources, { "seconds-per-source": "100ms" }, io)).toBe(3);
    expect(io.written().toString()).toContain("2000 of 4.00k");
    expect(text("README.md")).toContain("**2,000 of 4,000**");
    expect(text("sources/slow/REPORT.md")).toContain("2,000 of 4,000 samples");
    expect(text("sources/slow/CHECKLIST.md")).toContain("**not met**: 2,000 of 1,000,000 samples");
    const [, found] = jsonOf(out, "evidence.json")["sources"]! as unknown as Record<string, unknown>[];
    expect(found).toMatchObject({ id: "slow", state: "short", samples: { have: 2_000, wanted: 4_000 } });
    expect(filesBelow(out)).toContain("sources/slow/slow.samples.u64.part");
    expect(filesBelow(out)).not.toContain("sources/slow/esv-registration.json");
    expect(text("SHA256SUMS")).toContain("sources/slow/slow.samples.u64.part");

    const again = [noisy("alpha", 1), noisy("slow", 4, { rateHz: 500 })];
    expect(await makeFake(out, again)).toBe(0);
    expect(filesBelow(out)).toContain("sources/slow/esv-registration.json");
    expect(text("README.md")).not.toContain("2,000 of");
  });

  test("failed, or not on this machine: the others go on", async () => {
    const [broken, absent] = [noisy("broken", 1), noisy("absent", 2)];
    broken.error = new SourceError("broken", "smoke");
    absent.unavailable = "no such device";
    expect(await makeFake(out, [broken, absent, noisy("good", 3)])).toBe(3);
    const readme = text("README.md");
    expect(readme).toContain("broken: smoke");
    expect(readme).toContain("not on this machine: no such device");
    expect(existsSync(join(out, "sources/absent"))).toBe(false);
    expect(existsSync(join(out, "sources/good/esv-registration.json"))).toBe(true);
    const [alone, other] = [join(folder, "alone"), noisy("other", 4)];
    expect(await makeFake(alone, [absent, other])).toBe(0);
    expect(await makeFake(join(folder, "named"), [absent, other], { sources: "absent,other" })).toBe(3);
  });

  test("a defect is thrown, not noted", async () => {
    const defect = noisy("defect", 1);
    defect.error = new TypeError("undefined is not a function");
    expect(await rejectionOf(makeFake(out, [defect]))).toBeInstanceOf(TypeError);
  });
});

/** A window of 512 symbols in which the first occurs so often, never 31 times in a row. */
function windowWith(count: number): Uint8Array {
  const window = Uint8Array.from({ length: 512 }, (_, i) => i & 3);
  for (let i = 0, left = count; left > 0; i++) {
    if (i % 31 === 30) continue;
    window[i] = 77;
    left -= 1;
  }
  return window;
}

describe("what is written of a source", () => {
  test("one that claims nothing is left out unless it is named, and then has no conditioning", async () => {
    const quiet = () => noisy("quiet", 5, { claim: 0 });
    expect(await rejectionOf(makeFake(out, [quiet()]))).toBeInstanceOf(UsageError);
    const io = fakeIo();
    expect(await makeFake(join(folder, "both"), [noisy("alpha", 1), quiet()], {}, io)).toBe(0);
    expect(io.talk()).toContain("left out, as they claim no entropy: quiet");
    expect(await makeFake(out, [quiet()], { sources: "quiet" })).toBe(0);
    expect(filesBelow(out)).not.toContain("sources/quiet/conditioning.json");
    expect(text("sources/quiet/REPORT.md")).toContain("The source claims nothing");
    expect(text("sources/quiet/REPORT.md")).toContain("H is 0.05, as for every source that claims nothing");
    expect(text("sources/quiet/CHECKLIST.md")).toContain("the source claims no entropy");
  });

  test("the checklist does not call met what the program does not do, or cannot know", async () => {
    await makeFake(out, two());
    const line = (section: string) =>
      text("sources/alpha/CHECKLIST.md")
        .split("\n")
        .find((each) => each.startsWith(`| ${section} |`));
    // No code ranks bits by the algorithm of §6.4, and one package cannot know all environments of a submission.
    for (const section of ["3.2.2, 7", "3.2.4, conditions"]) expect(line(section)).toContain("| **not met**");
  });

  test("data below the claim, or without entropy, are findings", async () => {
    const poor = noisy("poor", 6, { claim: 8 });
    expect(await makeFake(out, [poor])).toBe(4);
    expect(text("README.md")).toContain("H\\_submitter 8 exceeds the assessed");
    const dead = noisy("dead", 7);
    dead.next = () => 7;
    expect(await makeFake(join(folder, "dead"), [dead])).toBe(4);
  });

  test("restarts that all begin alike fail, and are a finding", async () => {
    const alike: typeof restartOf = () => async (samples) =>
      new Uint8Array(BigUint64Array.from({ length: samples }, (_, i) => BigInt(i & 255)).buffer);
    const args = { restarts: "1000x1000" };
    expect(await makeFake(out, [noisy("alike", 9)], args, fakeIo(), alike)).toBe(4);
    const restart = jsonOf(out, "sources/alike/restart.json") as object;
    expect(restart).toMatchObject({ passed: false, nist: ["ea_restart alike.restarts.u8 8 1"] });
    expect(text("README.md")).toContain("- **alike**: restarts:");
    expect(text("sources/alike/CHECKLIST.md")).toContain("**not met**: the sanity check failed");
    expect(text("sources/alike/REPORT.md")).toContain("Validation Test Failed");
  });

  test("cutoffs are those at which the monitor fires", async () => {
    await makeFake(out, [noisy("alpha", 1, { claim: 0.5 })]);
    const { tests } = jsonOf(out, "sources/alpha/health-tests.json") as unknown as {
      tests: { phase: string; test: string; cutoff: number }[];
    };
    const found: unknown[] = [];
    for (const { phase, test, cutoff } of tests) {
      const monitorAfter = (count: number) => {
        const monitor = new HealthMonitor(0.5, 8);
        if (phase === "continuous") monitor.observe(Uint8Array.from({ length: 1024 }, (_, i) => i));
        return monitor.observe(
          test === "repetition-count" ? new Uint8Array(count).fill(77) : windowWith(count),
        );
      };
      expect(monitorAfter(cutoff - 1).lastFailure).toBeUndefined();
      found.push(monitorAfter(cutoff).lastFailure);
    }
    expect(found).toMatchObject(tests.map(({ phase, test, cutoff }) => ({ phase, test, cutoff })));
    expect(found).toHaveLength(4);
  });

  test("the conditioning sheet is of the blocks that the pool makes", async () => {
    await makeFake(out, [noisy("alpha", 1, { claim: 0.3 })]);
    // ⌈320 / 0.3⌉ = 1067 samples of 64 bits.
    expect(jsonOf(out, "sources/alpha/conditioning.json") as object).toMatchObject({
      samples: 1067,
      nIn: 68_288,
      nOut: 256,
      nw: 256,
      hIn: 320,
      hInOfSeed: 640,
      nist: ["ea_conditioning -v 68288 256 256 320"],
    });
  });
});

describe("options", () => {
  test("those that make no sense are usage errors", () => {
    for (const args of [
      { samples: "999" },
      { restarts: "1x1" },
      { "seconds-per-source": "0" },
      { "passphrase-file": "word" },
    ]) {
      const parse = () => {
        const options = optionsFor(evidencePackage, { out, ...args });
        evidencePackage.check?.(options, {} as never);
      };
      expect(parse).toThrow(UsageError);
    }
  });
});
