/** Says in words in what two recordings or profiles differ besides their noise: what may explain a difference, or hide one. */
import type { Profile } from "../../calibration/profile.ts";
import { type MachineDescription, machineDifferences } from "../../platform/machine.ts";
import type { Manifest } from "../../recording/manifest.ts";

/** Relative. A period that the system does not state is measured, a little differently each time. */
const PERIOD_TOLERANCE = 0.01;

/** Loads that differ by so much, and by this factor, may explain something. Idle machines are at 0 to 1. */
const LOAD_STEP = 1;
const LOAD_FACTOR = 2;

interface Made {
  readonly tool: string;
  readonly machine: Profile["machine"] & Partial<MachineDescription>;
  readonly clock: { readonly name: string; readonly periodNs: number } | null;
  readonly library?: string | undefined;
  readonly settings?: string;
  readonly loads?: readonly number[];
}

/** Lists how b differs from a, each as `kernel 6.1, now 6.2`; empty where they do not. */
export function differencesOf(a: Profile | Manifest, b: Profile | Manifest): string[] {
  return madeDifferences(madeOf(a), madeOf(b));
}

function madeDifferences(a: Made, b: Made): string[] {
  const found = machineDifferences(a.machine, b.machine);
  const compare = (what: string, before: string | undefined, now: string | undefined) => {
    if (before !== undefined && now !== undefined && before !== now)
      found.push(`${what} ${before}, now ${now}`);
  };
  compare("system", a.machine.system, b.machine.system);
  compare("virtual machine", a.machine.virtualMachine?.answer, b.machine.virtualMachine?.answer);
  compare("counter", a.clock?.name ?? "none", b.clock?.name ?? "none");
  if (a.clock && b.clock && Math.abs(b.clock.periodNs / a.clock.periodNs - 1) > PERIOD_TOLERANCE) {
    found.push(`counter's step ${digits(a.clock.periodNs)} ns, now ${digits(b.clock.periodNs)} ns`);
  }
  compare("program", a.tool, b.tool);
  compare("library", a.library?.slice(0, 12), b.library?.slice(0, 12));
  compare("settings", a.settings, b.settings);
  if (a.loads && b.loads) {
    const [low, high] = [Math.min(mean(a.loads), mean(b.loads)), Math.max(mean(a.loads), mean(b.loads))];
    if (high - low >= LOAD_STEP && high >= LOAD_FACTOR * low) {
      found.push(`load average ${mean(a.loads).toFixed(1)}, now ${mean(b.loads).toFixed(1)}`);
    }
  }
  return found;
}

function madeOf(from: Profile | Manifest): Made {
  if (!("runs" in from)) return from;
  const { tool, machine, clock, library, settings, runs } = from;
  return {
    tool: tool.version,
    machine,
    clock,
    library: library?.sha256,
    settings: JSON.stringify(settings),
    loads: runs.flatMap(({ loadAverage }) => loadAverage),
  };
}

/** b's step of the counter divided by a's; 1 where they are alike, or not known. */
export function stepRatio(a: Manifest, b: Manifest): number {
  if (a.source.unit !== "ticks" || !a.clock || !b.clock) return 1;
  const ratio = b.clock.periodNs / a.clock.periodNs;
  return Number.isFinite(ratio) && ratio > 0 && Math.abs(ratio - 1) > PERIOD_TOLERANCE ? ratio : 1;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
