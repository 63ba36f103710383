/** A system whose process is copied when a test says so. */
import { randomFillSync } from "node:crypto";
import { Secrets } from "../../src/platform/secrets.ts";
import type { DrbgCipher } from "../../src/rbg/ctr-drbg.ts";
import type { System } from "../../src/rbg/generator.ts";

export class FakeSystem implements System {
  /** Changes that the next `check` finds. */
  #pending: string[] = [];
  readonly #listeners: ((reason: string) => void)[] = [];
  checks = 0;
  secrets = new Secrets({ ok: false, reason: "a test" });
  readonly clones = {
    check: () => {
      this.checks += 1;
      for (const reason of this.#pending.splice(0)) for (const listener of this.#listeners) listener(reason);
    },
    onChange: (listener: (reason: string) => void) => void this.#listeners.push(listener),
  };

  constructor(readonly osRandom: (out: Uint8Array) => void = (out) => void randomFillSync(out)) {}

  /** Noticed only when somebody asks. */
  copy(reason = "copied by a test"): void {
    this.#pending.push(reason);
  }

  drbgCipher(): DrbgCipher | undefined {
    return undefined;
  }
}
