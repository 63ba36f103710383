import { describe, expect, test } from "bun:test";
import { constants as os } from "node:os";
import { EntropyError, NativeError } from "../../../src/errors.ts";
import { feedKernel } from "../../../src/faces/device/kernel.ts";
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
  };
  for (let i = 0; i < blocks; i++) await feedKernel(generator, calls, new AbortController().signal);
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
    const generator = { fill: async (out: Uint8Array) => void out.fill(1) } as unknown as Generator;
    const failure = async (errno: number) => {
      const calls = {
        feedKernel() {
          throw new NativeError("no", errno);
        },
      };
      return feedKernel(generator, calls, new AbortController().signal).catch((e: unknown) => e);
    };
    const refused = (await failure(os.errno.EPERM)) as EntropyError;
    expect(refused).toBeInstanceOf(EntropyError);
    expect(refused.message).toContain("CAP_SYS_ADMIN");
    expect(refused.hints.join()).toContain("root");
    expect(((await failure(os.errno.ENOENT)) as NativeError).message).toBe("no");
  });
});
