/** How a result is written while a scan goes on. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutputFile } from "#kit/files/output-file.ts";
import { ClosedPipeError } from "#kit/term/exit.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { ScanOutput } from "../../src/commands/scan-output.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-output-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function outputTo(io: ReturnType<typeof fakeIo>, file?: OutputFile): ScanOutput {
  return new ScanOutput(io, new ProgressLine(io, () => ""), file);
}

test("lines come in order, few pieces for many lines, and each before long", async () => {
  const io = fakeIo();
  let pieces = 0;
  using output = outputTo({
    ...io,
    out: (data) => {
      pieces++;
      return io.out(data);
    },
  });
  await output.write({ out: "first\n" });
  while (io.written().length === 0) await Bun.sleep(5); // nothing else is written meanwhile
  expect(io.written().toString()).toBe("first\n");
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`);
  for (const line of lines) await output.write({ out: line });
  await output.finish();
  expect(io.written().toString()).toBe(["first\n", ...lines].join(""));
  expect(pieces).toBeLessThan(100);
});

test("messages go to stderr at once", async () => {
  const io = fakeIo();
  using output = outputTo(io);
  await output.write({ out: "result\n", err: "message\n" });
  expect([io.talk(), io.written().length]).toEqual(["message\n", 0]);
});

test("a reader that went away ends the scan at the next line, whoever waited for the write", async () => {
  const io = fakeIo({ closesAfter: 0 });
  using output = outputTo(io);
  await output.write({ out: "first\n" });
  const failure = (async () => {
    for (;;) {
      await Bun.sleep(5);
      await output.write({ out: "" });
    }
  })();
  expect(await rejectionOf(failure)).toBeInstanceOf(ClosedPipeError);
});

test("a file is there when it is whole", async () => {
  const path = join(folder, "result");
  const lines = "x".repeat(100_000);
  {
    await using file = await OutputFile.create(path);
    using output = outputTo(fakeIo(), file);
    await output.write({ out: lines });
    expect(existsSync(path)).toBe(false);
  }
  expect(existsSync(path)).toBe(false);
  await using file = await OutputFile.create(path);
  using output = outputTo(fakeIo(), file);
  for (let i = 0; i < 3; i++) await output.write({ out: lines });
  await output.finish();
  expect(readFileSync(path, "utf8")).toBe(lines.repeat(3));
});
