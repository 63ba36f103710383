/** Runs over files, with small families: where they judge and end, how they are saved, and that they go on as if nothing had been. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../src/errors.ts";
import type { DeepOptions } from "../../src/report/deep/write-deep.ts";
import { FAKE_BATTERY } from "../support/deep-battery.ts";
import { runDeep } from "../support/deep-run.ts";
import { fakeIo } from "../support/fake-io.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

const UNIT = 2 ** 16;
const MIB = 2 ** 20;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-deep-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

/** Data without a byte FF. */
const clean = (length: number, seed = 1) => keystream(length, seed).map((byte) => (byte === 0xff ? 0 : byte));

function fileOf(name: string, bytes: Uint8Array): string {
  writeFileSync(at(name), bytes);
  return at(name);
}

const sizesOf = (run: Awaited<ReturnType<typeof runDeep>>) =>
  run.report.evaluations.map(({ bytes }) => bytes);

describe("where a run judges and ends", () => {
  test("at each doubling, and where the data end", async () => {
    const run = await runDeep(fileOf("data", clean(5 * MIB + 3 * UNIT + 100)));
    expect(sizesOf(run)).toEqual([MIB, 2 * MIB, 4 * MIB, 5 * MIB + 3 * UNIT]);
    expect(run.report.summary.verdict).toBe("pass");
    expect(run.report.notes).toEqual([
      "the last 100 bytes of 5,439,588 were not tested: tests take 65,536 at a time",
    ]);
  });

  test("an end at a doubling is judged once", async () => {
    expect(sizesOf(await runDeep(fileOf("data", clean(2 * MIB))))).toEqual([MIB, 2 * MIB]);
  });

  test("fewer bytes than tests take: no verdict", async () => {
    const { report } = await runDeep(fileOf("data", clean(UNIT - 1)));
    expect([report.bytes, report.evaluations, report.summary.verdict]).toEqual([0, [], null]);
  });

  test("no byte at all is an error", async () => {
    expect(await rejectionOf(runDeep(fileOf("data", clean(0))))).toBeInstanceOf(InputError);
  });

  const flawed = clean(5 * MIB);
  flawed[MIB + 5] = 0xff;

  test("with the first evaluation that fails", async () => {
    const run = await runDeep(fileOf("data", flawed));
    expect(sizesOf(run)).toEqual([MIB, 2 * MIB]);
    expect(run.report.evaluations.map(({ verdict }) => verdict)).toEqual(["pass", "fail"]);
    expect(run.report.notes[0]).toContain("ended with the first finding, after 2,097,152 bytes");
    expect(run.out).toContain("flaws/flaw, all bytes: corrected p 6.0e-30: a byte FF");
  });

  test("or not, where it is to keep going", async () => {
    const run = await runDeep(fileOf("data", flawed), { keepsGoing: true });
    expect(sizesOf(run)).toEqual([MIB, 2 * MIB, 4 * MIB, 5 * MIB]);
    expect(run.report.summary).toMatchObject({ verdict: "fail", passed: 1, failed: 3 });
  });
});

describe("the same data", () => {
  test("give the same report on any number of threads, in each format", async () => {
    const path = fileOf("data", clean(3 * MIB + 5));
    for (const format of ["text", "json", "md", "html"] as const) {
      const alone = await runDeep(path, { format });
      for (const threads of [1, 3]) expect((await runDeep(path, { format, threads })).out).toBe(alone.out);
    }
  });

  test("give the same text in a file as on stdout", async () => {
    const path = fileOf("data", clean(3 * MIB + 5));
    await runDeep(path, { output: at("report.txt") });
    expect(readFileSync(at("report.txt"), "utf8")).toBe((await runDeep(path)).out);
  });
});

/** Interrupts a run after so many reads, and resolves when it has saved what it had. */
async function interrupted(path: string, options: Partial<DeepOptions>, evaluations: number): Promise<void> {
  const io = fakeIo();
  let left = evaluations;
  const out = async (data: Uint8Array | string) => {
    if (/2\^\d/.test(data.toString()) && left-- === 0) io.interrupt.abort(new Error("stopped here"));
  };
  const error = await rejectionOf(runDeep(path, options, Object.assign(io, { out })));
  expect(error.message).toBe("stopped here");
}

describe("a run that is saved", () => {
  test("goes on from each evaluation as if it had not been interrupted", async () => {
    const path = fileOf("data", clean(9 * MIB + 7 * UNIT + 9));
    const statePath = at("state");
    const whole = await runDeep(path);
    for (let stop = 0; stop < 4; stop++) {
      await interrupted(path, { statePath }, stop);
      const resumed = await runDeep(path, { statePath });
      expect(resumed.out).toBe(whole.out);
      expect(readdirSync(folder).sort()).toEqual(["data", "state"]);
      rmSync(statePath);
    }
  });

  test("again and again, with another number of threads each time", async () => {
    const path = fileOf("data", clean(9 * MIB));
    const statePath = at("state");
    for (const [stop, threads] of [
      [0, 2],
      [1, 0],
      [2, 1],
    ] as const) {
      await interrupted(path, { statePath, threads }, stop);
    }
    expect((await runDeep(path, { statePath })).out).toBe((await runDeep(path)).out);
  });

  test("and was at its end has the same report once more", async () => {
    const path = fileOf("data", clean(3 * MIB + 77));
    const options = { statePath: at("state"), format: "json" } as const;
    const first = await runDeep(path, options);
    const state = readFileSync(at("state"));
    expect((await runDeep(path, options)).out).toBe(first.out);
    expect(readFileSync(at("state")).equals(state)).toBe(true);
    expect(statSync(at("state")).mode & 0o777).toBe(0o600);
  });

  test("goes on where the file has grown: its ends share what one has", async () => {
    const bytes = clean(6 * MIB);
    const options = { statePath: at("state"), format: "json" } as const;
    await runDeep(fileOf("data", bytes.subarray(0, 3 * MIB)), options);
    const grown = await runDeep(fileOf("data", bytes), options);
    expect(sizesOf(grown)).toEqual([MIB, 2 * MIB, 3 * MIB, 4 * MIB, 6 * MIB]);
    const whole = await runDeep(at("data"), { format: "json" });
    const last = grown.report.evaluations.at(-1)!;
    expect({ ...last, level: 2 * last.level }).toEqual(whole.report.evaluations.at(-1)!);
  });

  test("ends with its first finding, and goes on past it if asked to", async () => {
    const flawed = clean(5 * MIB);
    flawed[0] = 0xff;
    const path = fileOf("data", flawed);
    const statePath = at("state");
    const first = await runDeep(path, { statePath });
    expect(sizesOf(first)).toEqual([MIB]);
    expect((await runDeep(path, { statePath })).out).toBe(first.out);
    const going = await runDeep(path, { statePath, keepsGoing: true });
    expect(going.out).toBe((await runDeep(path, { keepsGoing: true })).out);
  });
});

describe("data that are not those of the state", () => {
  const bytes = clean(3 * MIB);
  const refusal = async (options: Partial<DeepOptions> = {}) => {
    const state = readFileSync(at("state"));
    const io = fakeIo();
    const error = await rejectionOf(runDeep(at("data"), { statePath: at("state"), ...options }, io));
    expect(error).toBeInstanceOf(InputError);
    expect(io.written().length).toBe(0);
    expect(readFileSync(at("state")).equals(state)).toBe(true);
    return error.message.replaceAll(folder, "");
  };
  beforeEach(async () => {
    await runDeep(fileOf("data", bytes), { statePath: at("state") });
  });

  test("are refused where any byte is another", async () => {
    for (const place of [0, MIB + 1, 3 * MIB - 1]) {
      const other = bytes.slice();
      other[place]! ^= 1;
      fileOf("data", other);
      expect(await refusal()).toBe(
        "the first 3145728 bytes of /data are not those that the run in /state has seen",
      );
    }
  });

  test("are refused where there are fewer", async () => {
    fileOf("data", bytes.subarray(0, 2 * MIB));
    expect(await refusal()).toBe("/data ends after 2097152 bytes; the run in /state has seen 3145728");
    fileOf("data", bytes);
    expect(await refusal({ bytes: MIB })).toBe(
      "/data ends after 1048576 bytes; the run in /state has seen 3145728",
    );
  });

  test("are refused where they are read in another way", async () => {
    const origin = { kind: "file", path: at("data"), format: "u32le" } as const;
    expect(await refusal({ origin })).toBe("the run in /state has read its data as bytes, not as u32le");
  });

  test("are taken from a copy", async () => {
    copyFileSync(at("data"), at("copy"));
    const { out } = await runDeep(at("copy"), { statePath: at("state") });
    expect(out.replaceAll("copy", "data")).toBe((await runDeep(at("data"))).out);
  });

  test("are taken where the input goes on, and the report says so", async () => {
    fileOf("data", clean(2 * MIB, 2));
    const options = { statePath: at("state"), inputGoesOn: true };
    const { report } = await runDeep(at("data"), options);
    expect(report.evaluations.map((evaluation) => evaluation.bytes)).toEqual([
      MIB,
      2 * MIB,
      3 * MIB,
      4 * MIB,
      5 * MIB,
    ]);
    expect(report.notes).toEqual([
      "the input went on in another run after byte 3,145,728: what came between was not read",
    ]);
    const joined = await runDeep(fileOf("joined", Buffer.concat([bytes, clean(2 * MIB, 2)])), {
      format: "json",
    });
    expect(report.evaluations.at(-1)!.families).toEqual(joined.report.evaluations.at(-1)!.families);
  });
});

describe("a file that is no state of these tests", () => {
  const bytes = clean(MIB);
  beforeEach(() => {
    fileOf("data", bytes);
  });
  const refusal = async (content: Uint8Array | string, options: Partial<DeepOptions> = {}) => {
    writeFileSync(at("state"), content);
    const error = await rejectionOf(runDeep(at("data"), { statePath: at("state"), ...options }));
    expect(error).toBeInstanceOf(InputError);
    expect(readFileSync(at("state")).equals(Buffer.from(content as string))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["data", "state"]);
    return error.message.replace(folder, "");
  };

  test("is left as it is: of another kind, or empty", async () => {
    const foreign = "/state is no state file of this program, and is left as it is";
    expect(await refusal("notes of a day\n")).toBe(foreign);
    expect(await refusal("")).toBe(foreign);
    expect(await refusal(bytes)).toBe(foreign);
  });

  test("another file in the place of an unfinished state is left as it is, too", async () => {
    writeFileSync(at("state.part"), "a film");
    const error = await rejectionOf(runDeep(at("data"), { statePath: at("state") }));
    expect(error.message).toContain("state.part is no state file of this program");
    expect(readFileSync(at("state.part"), "utf8")).toBe("a film");
  });

  test("a folder, a missing folder", async () => {
    const path = at("data");
    expect((await rejectionOf(runDeep(path, { statePath: folder }))).message).toContain(folder);
    expect((await rejectionOf(runDeep(path, { statePath: at("no/state") }))).message).toContain(
      "there is no such folder",
    );
  });

  test("damaged anywhere: cut short, a byte changed, something after its end", async () => {
    await runDeep(at("data"), { statePath: at("state") });
    const good = readFileSync(at("state"));
    const step = Math.ceil(good.length / 40);
    for (let place = 50; place < good.length; place += step) {
      const bad = Buffer.from(good);
      bad[place]! ^= 0x10;
      expect(await refusal(bad)).toMatch(/\/state is (damaged: |of another version)/);
      expect(await refusal(good.subarray(0, place))).toContain("/state is damaged: ");
    }
    expect(await refusal(Buffer.concat([good, Buffer.from("x")]))).toContain("something follows its end");
  });

  test("of other tests", async () => {
    await runDeep(at("data"), { statePath: at("state") });
    const families = FAKE_BATTERY.families.map((family) => ({ ...family, version: 2 }));
    const good = readFileSync(at("state"));
    expect(await refusal(good, { battery: { ...FAKE_BATTERY, families } })).toBe(
      "/state is of another version of this program: its tests are others",
    );
  });

  test("one that another run uses", async () => {
    const path = at("data");
    const io = fakeIo();
    const second = Promise.withResolvers<Error>();
    const out = async () => second.resolve(await rejectionOf(runDeep(path, { statePath: at("state") })));
    await runDeep(path, { statePath: at("state") }, Object.assign(io, { out }));
    expect((await second.promise).message).toBe(`another run saves its state in ${at("state")}`);
    expect(existsSync(at("state.lock"))).toBe(false);
  });
});
