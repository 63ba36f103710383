/** The library on Node when the program misbehaves: checks with a fake program. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Checks, Library } from "./contract.ts";

const program = () => process.env["FAKE_PROGRAM_PATH"] ?? assert.fail("FAKE_PROGRAM_PATH is not set");

function open(library: Library, behaviour: string, timeoutMs = 10_000) {
  process.env["FAKE_PROGRAM"] = behaviour;
  return library.EntropyPool.auto({ program: program(), timeoutMs });
}

const isToolError = (text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Error);
  assert.equal((error as { code?: unknown }).code, "tool");
  assert.match(error.message, text);
  return true;
};

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const FAULTS: Checks = {
  async "a program that works: synchronous answers come from what was fetched, then from the program"(
    library,
  ) {
    const pool = await open(library, "works");
    const first = pool.getRandomValues(new Uint8Array(65_536));
    const second = pool.getRandomValues(new Uint8Array(10));
    assert.ok(first.every((byte) => byte === 1) && second.every((byte) => byte === 2));
    assert.deepEqual(pool.status(), { asked: "status" });
    assert.deepEqual(pool.healthReport(), { asked: "healthReport" });
    await pool.close();
  },

  async "no program there"({ EntropyPool }) {
    await assert.rejects(
      EntropyPool.auto({ program: "/does/not/exist" }),
      isToolError(/^\/does\/not\/exist is not/),
    );
    await assert.rejects(
      EntropyPool.auto({ program: "/etc/passwd" }),
      isToolError(/is not an executable program/),
    );
  },

  async "a program that this processor cannot run"(library) {
    await assert.rejects(
      open(library, "lacks an instruction"),
      isToolError(/the program ended: SIGILL; on x86-64 it takes a processor of the level v2/),
    );
  },

  async "a program that ends at once"(library) {
    await assert.rejects(open(library, "ends at once"), isToolError(/the program ended: exit code 3/));
  },

  async "something else that talks"(library) {
    await assert.rejects(open(library, "talks nonsense"), isToolError(/malformed frame/));
  },

  async "a program of another version"(library) {
    await assert.rejects(
      open(library, "is of another version"),
      isToolError(/speaks version 2 of the protocol, not 1/),
    );
  },

  async "a program that dies: who waits, who blocks and who comes later is told"(library) {
    const pool = await open(library, "dies");
    const died = isToolError(/the program ended: SIGKILL/);
    await assert.rejects(pool.randomBytes(10), died);
    await assert.rejects(pool.randomBytes(10), died);
    // Bytes fetched before are good; then there are no more.
    assert.equal(pool.getRandomValues(new Uint8Array(65_536)).length, 65_536);
    assert.throws(() => pool.getRandomValues(new Uint8Array(1)), died);
    assert.throws(() => pool.status(), died);
    await pool.close();

    const blocked = await open(library, "dies");
    assert.throws(() => blocked.status(), died);
    await blocked.close();
  },

  async "a program that refuses is quoted, and asked again"(library) {
    const pool = await open(library, "refuses");
    for (let i = 0; i < 2; i++) {
      await assert.rejects(pool.randomBytes(10), (error: unknown) => {
        assert.ok(error instanceof library.InsufficientEntropyError);
        assert.deepEqual(
          [error.code, error.message, error.hints],
          ["insufficient-entropy", "nothing came", ["wait"]],
        );
        return true;
      });
      assert.throws(() => pool.status(), library.InsufficientEntropyError);
    }
    await pool.close();
  },

  async "what the program tells of reaches the listeners"(library) {
    const pool = await open(library, "tells of a failure");
    const heard: string[] = [];
    const second = new Promise<void>((resolve) => {
      pool.on("source-failed", ({ id, reason }) => {
        heard.push(`${id}: ${reason}`);
        if (heard.length === 2) resolve();
      });
    });
    await pool.randomBytes(1);
    pool.status(); // blocks meanwhile
    await second;
    assert.deepEqual(heard, ["source_2: stuck", "source_3: stuck"]);
    await pool.close();
  },

  async "a program that does not answer is not waited for: greeting, promise, blocking call"(library) {
    const silent = isToolError(/^the program does not answer$/);
    const ungreeted = assert.rejects(open(library, "says nothing", 1), silent);
    await setImmediate(); // until its thread has its copy of the environment
    const pool = await open(library, "falls silent", 1);
    const waiting = assert.rejects(pool.randomBytes(1), silent);
    await Promise.all([ungreeted, waiting]);
    assert.throws(() => pool.status(), silent);
    await pool.close();
  },

  async "closing does not wait for a program that falls silent or does not end"(library) {
    for (const behaviour of ["falls silent", "does not end"]) {
      const pidFile = join(tmpdir(), `ee-fake-${randomUUID()}`);
      process.env["FAKE_PROGRAM_PID"] = pidFile;
      const pool = await open(library, behaviour);
      delete process.env["FAKE_PROGRAM_PID"];
      const pid = Number(readFileSync(pidFile, "utf8"));
      rmSync(pidFile);
      const waiting =
        behaviour === "falls silent"
          ? assert.rejects(pool.randomBytes(1), library.PoolClosedError)
          : undefined;
      assert.ok(isRunning(pid));
      await pool.close();
      await waiting;
      assert.ok(!isRunning(pid));
    }
  },
};
