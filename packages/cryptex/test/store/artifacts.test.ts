/** Artifacts in the store: by content, bounded, the oldest go first. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { ARTIFACT_BOUNDS, StoredArtifacts } from "../../src/cryptex-store/artifacts.ts";
import { openMemoryStore } from "../../src/cryptex-store/store.ts";
import { artifactsIn } from "../../src/gateway/artifacts.ts";
import { ServiceError } from "../../src/gateway/service-error.ts";

const MADE = { name: "a.yar", type: "text/x-yara", licence: "MIT", provenance: { of: "x" } };
const bytes = (text: string) => Buffer.from(text);
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

function opened(bounds = ARTIFACT_BOUNDS) {
  let nowMs = Date.UTC(2026, 0, 1);
  return new StoredArtifacts(openMemoryStore(), bounds, () => (nowMs += 1_000));
}

describe("artifacts", () => {
  test("are found by the digest of their content, with all that is known of them", () => {
    const artifacts = opened();
    const kept = artifacts.keep(MADE, bytes("one"))!;
    expect(kept).toEqual({ ...MADE, digest: digest("one"), at: "2026-01-01T00:00:01.000Z", bytes: 3 });
    expect(artifacts.get(digest("one"))).toEqual(kept);
    expect(Buffer.from(artifacts.content(digest("one"))!).toString()).toBe("one");
    expect([artifacts.get("x"), artifacts.content("x")]).toEqual([undefined, undefined]);
  });

  test("of the same content are one, with the facts given last", () => {
    const artifacts = opened();
    artifacts.keep(MADE, bytes("one"));
    artifacts.keep(MADE, bytes("two"));
    artifacts.keep({ ...MADE, name: "b.yar" }, bytes("one"));
    expect(artifacts.list(10).map(({ name }) => name)).toEqual(["b.yar", "a.yar"]);
  });

  test("are listed in pages, the newest first", () => {
    const artifacts = opened();
    for (let number = 0; number < 5; number++)
      artifacts.keep({ ...MADE, name: `${number}` }, bytes(`${number}`));
    const names: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = artifacts.list(2, after);
      names.push(...page.map(({ name }) => name));
      if (page.length < 2) break;
      after = page.at(-1)!.digest;
    }
    expect(names).toEqual(["4", "3", "2", "1", "0"]);
  });

  test("go when there are too many of them or of their bytes, the oldest first", () => {
    const few = opened({ artifacts: 2, bytes: 1_000 });
    for (const text of ["one", "two", "three"]) few.keep(MADE, bytes(text));
    expect(few.list(10).map((kept) => kept.digest)).toEqual([digest("three"), digest("two")]);
    const small = opened({ artifacts: 10, bytes: 10 });
    for (const text of ["12345", "6789", "abcd"]) small.keep(MADE, bytes(text));
    expect(small.list(10).map((kept) => kept.bytes)).toEqual([4, 4]);
    expect(small.keep(MADE, bytes("x".repeat(10)))).toMatchObject({ bytes: 10 });
    expect(small.list(10)).toHaveLength(1);
    expect(small.keep(MADE, bytes("x".repeat(11)))).toBeUndefined();
    expect(small.list(10)).toHaveLength(1);
  });

  test("as a service say which program and engine have made them, and what is not there", () => {
    const store = openMemoryStore();
    const service = artifactsIn(store, new StoredArtifacts(store, { artifacts: 2, bytes: 10 }));
    const made = { name: "x", type: "text/plain", licence: "unknown", made_of: { ruleset: "sha256:00" } };
    const { provenance } = service.keep({ ...made, content: bytes("x") });
    expect(provenance).toEqual({
      program: expect.stringMatching(/^cryptex \d/),
      engine: expect.stringMatching(/^libyara [\d.]+, sha256:[0-9a-f]{64}$/),
      ruleset: "sha256:00",
    });
    expect(() => service.get(digest("y"))).toThrow("there is no such artifact");
    expect(() => service.keep({ ...made, content: bytes("x".repeat(11)) })).toThrow(ServiceError);
  });
});
