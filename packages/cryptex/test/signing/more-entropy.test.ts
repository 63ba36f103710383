/** The bytes of another program that go into the seeds of a key: its absence, its faults and its delays cost nothing but themselves. */
import { expect, test } from "bun:test";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { moreEntropy } from "../../src/signing/more-entropy.ts";
import { FakePath } from "../support/fake-path.ts";
import { runCryptex, WorkFolder } from "../support/program.ts";

const NEVER = new AbortController().signal;

/** Runs with a program of that name, and with nothing else in PATH. */
async function withProgram<T>(script: string | undefined, work: () => Promise<T>): Promise<T> {
  using _ = new FakePath(script === undefined ? {} : { "esoteric-entropy": script });
  return await work();
}

test("32 bytes are taken, and it is said where they came from", async () => {
  const { bytes, words } = await withProgram('[ "$*" = "stream --bytes 32" ] && printf %032d 7', () =>
    moreEntropy(NEVER),
  );
  expect(bytes).toEqual(Buffer.from("7".padStart(32, "0")));
  expect(words).toMatch(/^32 bytes of .*esoteric-entropy$/);
});

test.each([
  ["too few bytes", "printf %031d 7", "gave no 32 bytes, exit code 0"],
  ["too many bytes", "printf %033d 7", "gave no 32 bytes, exit code 0"],
  ["a failure", 'printf %032d 7; echo "no \x1b[31mnoise" >&2; exit 1', "exit code 1: no \\x1B[31mnoise"],
  ["an endless stream", "exec /bin/cat /dev/zero", "wrote more than 65536 bytes"],
  ["silence", "exec /bin/sleep 100", "did not end within"],
  ["a process that outlives it", "/bin/sleep 20 & exit 0", "did not end within"],
])("%s is said, and no failure", async (_, script, words) => {
  const more = await withProgram(script, () => moreEntropy(NEVER, 300));
  expect(more.bytes).toBeUndefined();
  expect(more.words).toContain(words);
});

test("an interrupt ends the wait", async () => {
  const interrupt = new AbortController();
  const waiting = withProgram("exec /bin/sleep 100", () => rejectionOf(moreEntropy(interrupt.signal)));
  interrupt.abort(new Error("interrupted"));
  expect((await waiting).message).toBe("interrupted");
});

test("where it is not installed, a key is made all the same, and that is said", async () => {
  await withProgram(undefined, async () => {
    using folder = new WorkFolder();
    expect((await moreEntropy(NEVER)).words).toBe("esoteric-entropy is not installed");
    const { exitCode, stderr } = await runCryptex(folder, "keys", "new", "house");
    expect([exitCode, stderr]).toEqual([
      0,
      "[info] seeds: the operating system's generator alone; esoteric-entropy is not installed\n",
    ]);
  });
});

test("the real program, from its source", async () => {
  const main = new URL("../../../../src/main.ts", import.meta.url).pathname;
  const script = `exec ${process.execPath} ${main} "$@"`;
  const { bytes } = await withProgram(script, () => moreEntropy(NEVER, 120_000));
  expect(bytes?.length).toBe(32);
});
