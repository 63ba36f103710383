/** Definitions of a code base, found in a thread. */
import { describe, expect, test } from "bun:test";
import { lstatSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { type DiscoverRequest, discover } from "../../src/harvest/discover.ts";
import { openDiscover } from "../../src/harvest/open-discover.ts";
import { WorkFolder } from "../support/program.ts";

const NEVER = new AbortController().signal;

function discovered(
  folder: WorkFolder,
  request: Partial<DiscoverRequest> = {},
  signal = NEVER,
  progress = () => {},
) {
  const defaults = {
    folder: folder.path,
    exclude: [],
    maxBytes: 2 ** 22,
    timeoutMs: 60_000,
    mostDefinitions: 1_000,
  };
  return openDiscover({ ...defaults, ...request }, signal, progress);
}

const FILES = {
  "b.py": "def two(): pass\ndef both(): pass\n",
  "a.c": "int one(void) { return 1; }\nint both(void) { return 2; }\n",
  "broken.c": "int )( ;\nint fine(void) { return 1; }\n",
  "image.png": "\x89PNG",
  "nul.c": "\0",
};

describe("discovery", () => {
  test("lists definitions in the order of paths and lines, and says what was not read or not understood", async () => {
    using folder = new WorkFolder(FILES);
    const { definitions, ...rest } = await discovered(folder);
    expect(definitions.map(({ path, line, symbol, isOne }) => `${path}:${line} ${symbol} ${isOne}`)).toEqual([
      "a.c:1 one true",
      "a.c:2 both false",
      "b.py:1 two true",
      "b.py:2 both false",
      "broken.c:2 fine true",
    ]);
    expect(rest).toMatchObject({
      languages: { C: 2, Python: 1 },
      others: 1,
      leftOut: [{ path: "nul.c", isLoss: true }],
      doubtful: [{ path: "broken.c" }],
    });
  });

  test("of one file", async () => {
    using folder = new WorkFolder(FILES);
    expect((await discovered(folder, { file: "b.py" })).definitions.map(({ symbol }) => symbol)).toEqual([
      "two",
      "both",
    ]);
    expect(await discovered(folder, { file: "image.png" })).toMatchObject({ definitions: [], others: 1 });
  });

  test("names files whose definitions were too many", async () => {
    using folder = new WorkFolder(FILES);
    const { definitions, leftOut } = await discovered(folder, { mostDefinitions: 3 });
    expect(definitions.map(({ symbol }) => symbol)).toEqual(["one", "both", "fine"]);
    expect(leftOut.map(({ path }) => path)).toEqual(["nul.c", "b.py"]);
  });

  test("is ended with its thread", async () => {
    using folder = new WorkFolder({ "deep.c": "int f(void) { return 1; }\n".repeat(50_000) });
    const controller = new AbortController();
    const reason = new Error("stop");
    const work = rejectionOf(discovered(folder, {}, controller.signal, () => controller.abort(reason)));
    expect(await work).toBe(reason);
  });

  test.each([true, false])(
    "fenced: %p: what takes the place of a folder is read, or not",
    async (isFenced) => {
      using folder = new WorkFolder({
        "in/a/a.c": "int first(void) {}\n",
        "in/b/b.c": "int inside(void) {}\n",
        "out/b.c": "int secret(void) {}\n",
      });
      const real = realpathSync(folder.path);
      // The listing is done when the first file is read.
      const exchange = () => {
        if (lstatSync(`${real}/in/b`).isSymbolicLink()) return;
        rmSync(`${real}/in/b`, { recursive: true });
        symlinkSync(`${real}/out`, `${real}/in/b`);
      };
      const request = {
        folder: `${real}/in`,
        exclude: [],
        maxBytes: 1_000,
        timeoutMs: 60_000,
        mostDefinitions: 9,
      };
      const { definitions, leftOut } = await discover({ ...request, isFenced }, NEVER, exchange);
      expect(definitions.map(({ symbol }) => symbol)).toEqual(isFenced ? ["first"] : ["first", "secret"]);
      const reason = "a folder above it is another one by now";
      expect(leftOut).toEqual(isFenced ? [{ path: "b/b.c", reason, isLoss: true }] : []);
    },
  );

  test("a folder that cannot be read is named without where it is", async () => {
    using folder = new WorkFolder();
    const { leftOut } = await discovered(folder, { folder: folder.at("gone") });
    expect(leftOut).toEqual([
      { path: ".", reason: "cannot be read: it does not exist any more", isLoss: true },
    ]);
  });
});
