import { describe, expect, test } from "bun:test";
import { constants as os } from "node:os";
import { EntropyError, NativeError } from "../../../src/errors.ts";
import { KernelFeed } from "../../../src/faces/device/kernel.ts";
import { Pool } from "../../../src/pool/pool.ts";
import { FullGenerator, type Generator } from "../../../src/rbg/generator.ts";
import { FakeSystem } from "../../support/fake-system.ts";
import { FakeThread, fakeNoise, fakeSource } from "../../support/fake-thread.ts";

interface Fed {
  /** The array itself, and a copy of its content when the kernel got it. */
  readonly array: Uint8Array;
  readonly copy: Buffer;
  readonly bits: number;
}

const never = new AbortController().signal;

function unexpected(text: string): never {
  throw new Error(`unexpected warning: ${text}`);
}

/** Makes blocks of ones. */
const ones = { fill: async (out: Uint8Array) => void out.fill(1) } as unknown as Generator;

/** Feeds this many blocks to a kernel that only records them. */
async function fed(blocks: number): Promise<{ fed: readonly Fed[]; pool: Pool }> {
  const source = fakeSource({ id: "noise" }, fakeNoise(3));
  const startThread = () => new FakeThread([source]);
  const pool = new Pool({ sources: [source.info], startThread });
  using generator = new FullGenerator(pool, new FakeSystem());
  const taken: Fed[] = [];
  const calls = {
    feedKernel(array: Uint8Array, bits: number) {
      taken.push({ array, copy: Buffer.from(array), bits });
    },
    reseedKernel() {},
  };
  const feed = new KernelFeed(generator, calls, unexpected);
  for (let i = 0; i < blocks; i++) await feed.feed(never);
  return { fed: taken, pool };
}

describe("feeding the kernel", () => {
  test("a block at a time, none like another", async () => {
    const { fed: blocks, pool } = await fed(5);
    expect(blocks.map(({ copy }) => copy.length)).toEqual([32, 32, 32, 32, 32]);
    expect(new Set(blocks.map(({ copy }) => copy.toString("hex"))).size).toBe(5); // but for 2⁻²⁵⁰
    pool.close();
  });

  test("credits full entropy at most, and less than the ledger has spent on it", async () => {
    const { fed: blocks, pool } = await fed(5);
    for (const { copy, bits } of blocks) expect(bits).toBeLessThanOrEqual(8 * copy.length);
    const creditedBits = blocks.reduce((sum, { bits }) => sum + bits, 0);
    const { ledger, extractedBytes } = pool.status();
    expect(creditedBits).toBeLessThanOrEqual(8 * extractedBytes);
    expect(creditedBits).toBeLessThan(ledger.spentBits);
    pool.close();
  });

  test("keeps none of it", async () => {
    const { fed: blocks, pool } = await fed(2);
    for (const { array } of blocks) expect(array.every((byte) => byte === 0)).toBe(true);
    pool.close();
  });

  test("a refusal names the capability; other failures are as they are", async () => {
    const failure = async (errno: number) => {
      const calls = {
        feedKernel() {
          throw new NativeError("no", errno);
        },
        reseedKernel: () => unexpected("nothing was fed"),
      };
      return new KernelFeed(ones, calls, unexpected).feed(never).catch((e: unknown) => e);
    };
    const refused = (await failure(os.errno.EPERM)) as EntropyError;
    expect(refused).toBeInstanceOf(EntropyError);
    expect(refused.message).toContain("CAP_SYS_ADMIN");
    expect(refused.hints.join()).toContain("root");
    expect(((await failure(os.errno.ENOENT)) as NativeError).message).toBe("no");
  });
});

describe("reseeding the kernel", () => {
  test("comes after each block, which is fed by then", async () => {
    const steps: string[] = [];
    const calls = {
      feedKernel: () => void steps.push("feed"),
      reseedKernel: () => void steps.push("reseed"),
    };
    const feed = new KernelFeed(ones, calls, unexpected);
    for (let i = 0; i < 2; i++) await feed.feed(never);
    expect([steps, feed.blocks]).toEqual([["feed", "reseed", "feed", "reseed"], 2]);
  });

  const { EINVAL, ENOTTY, ENODATA, EPERM, EIO } = os.errno;
  const words: readonly (readonly [errno: number, words: string])[] = [
    [EINVAL, "too old"],
    [ENOTTY, "too old"],
    [ENODATA, "not ready"],
    [EPERM, "not say when"],
    [EIO, "refused 5"],
  ];
  test.each(words)(
    "a refusal (errno %i) is said, and what is fed counts all the same",
    async (errno, said) => {
      const warnings: string[] = [];
      const calls = {
        feedKernel() {},
        reseedKernel() {
          throw new NativeError(`refused ${errno}`, errno);
        },
      };
      const feed = new KernelFeed(ones, calls, (text) => warnings.push(text));
      for (let i = 0; i < 3; i++) await feed.feed(never);
      expect(feed.blocks).toBe(3);
      expect(warnings).toEqual([expect.stringContaining(said)]);
    },
  );

  test("a refusal is said again after the kernel has obeyed, and when the reason changes", async () => {
    const answers = [ENODATA, ENODATA, 0, ENODATA, EINVAL];
    const warnings: string[] = [];
    const calls = {
      feedKernel() {},
      reseedKernel() {
        const errno = answers.shift()!;
        if (errno !== 0) throw new NativeError("no", errno);
      },
    };
    const feed = new KernelFeed(ones, calls, (text) => warnings.push(text.replace(/.*: /, "")));
    while (answers.length > 0) await feed.feed(never);
    expect(warnings).toEqual([
      expect.stringContaining("not ready"),
      expect.stringContaining("not ready"),
      expect.stringContaining("too old"),
    ]);
  });
});
