/** The clock's step and period. */
import { beforeAll, describe, expect, test } from "bun:test";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";

const libraries: Record<"own" | "systems", NativeLibrary | undefined> = {
  own: undefined,
  systems: undefined,
};

beforeAll(async () => {
  libraries.own = loadLibrary({ path: await hostLibrary() });
  libraries.systems = loadLibrary({ path: await hostLibrary("EE_OS_CLOCK") });
}, COMPILE_TIMEOUT_MS);

/** Each takes some milliseconds; one that is not interrupted is enough. */
const TRIES = 50;

for (const which of ["own", "systems"] as const) {
  describe(`the ${which === "own" ? "finest counter" : "system's clock, where no counter may be read"}`, () => {
    test("has a name, a step and a period", () => {
      const { name, step, periodNs } = libraries[which]!.clock;
      if (which === "systems" && process.platform === "linux") expect(name).toBe("clock_monotonic_raw");
      expect(["tsc", "cntvct", "mach_absolute_time", "clock_monotonic_raw"]).toContain(name);
      expect(Number.isInteger(step) && step >= 1).toBe(true);
      expect(periodNs).toBeGreaterThan(0);
      // Even a 1 MHz counter would be too coarse for all of this.
      expect(periodNs).toBeLessThan(1000);
    });

    test("keeps the time it says", () => {
      const library = libraries[which]!;
      const kernel = library.kernel("mach_timing");
      const samples = new BigUint64Array(4000);
      kernel(samples);
      const ratios = Array.from({ length: TRIES }, () => {
        const startNs = Bun.nanoseconds();
        kernel(samples);
        const elapsedNs = Bun.nanoseconds() - startNs;
        const timedNs = Number(samples.reduce((sum, each) => sum + each, 0n)) * library.clock.periodNs;
        return timedNs / elapsedNs;
      });
      // Nearly all of the kernel's time is inside its timed region. An interruption outside of it only lowers a ratio.
      expect(Math.max(...ratios)).toBeGreaterThan(0.5);
      expect(Math.max(...ratios)).toBeLessThan(1.01);
    });
  });
}
