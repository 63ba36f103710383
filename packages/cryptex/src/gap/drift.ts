/** Tells whether a report is as a pipeline may expect it: nothing stale, each declaration holds, `[expect]` is met, the baseline is the same. */
import { visible } from "#kit/format/visible.ts";
import type { GapComponent, GapReport } from "./gap-report.ts";
import type { ExpectedStatus, GapSettings } from "./gap-toml.ts";

/** Lists reasons to fail, one a line. @param baseline an earlier report */
export function driftIn(
  report: GapReport,
  { expect }: Pick<GapSettings, "expect">,
  baseline?: GapReport,
): string[] {
  return [
    ...nothing(report),
    ...broken(report),
    ...unmet(report, expect),
    ...(baseline ? changed(baseline, report) : []),
  ];
}

/** Nothing checked is not all right: the root may be the wrong one. */
function nothing({ components, excluded }: GapReport): string[] {
  return components.length + excluded.length === 0
    ? ["nothing was checked: no file here is a component"]
    : [];
}

function broken({ problems }: GapReport): string[] {
  return problems
    .filter(({ kind }) => kind === "stale" || kind === "declaration")
    .map(({ kind, component, place, reason }) =>
      component === null || reason.includes(component)
        ? `${kind}: ${reason} (${place})`
        : `${kind}: ${visible(component)}: ${reason} (${place})`,
    );
}

function unmet(report: GapReport, expect: GapSettings["expect"]): string[] {
  const statuses = new Map<string, GapComponent>(report.components.map((each) => [each.component, each]));
  const excluded = new Set(report.excluded.map(({ component }) => component));
  const reasons: string[] = [];
  for (const [status, names] of Object.entries(expect) as [ExpectedStatus, readonly string[]][]) {
    for (const name of names) {
      const component = statuses.get(name);
      const is = component?.port_status ?? (excluded.has(name) ? "excluded" : "no component");
      if (is === status) continue;
      const why = component?.reason === undefined ? "" : `: ${component.reason}`;
      reasons.push(`expected: ${visible(name)} is ${is}, and gap.toml expects ${status}${why}`);
    }
  }
  return reasons;
}

/** People set these by hand, each in their own store. */
type Compared = Omit<GapComponent, "responsible" | "linked_cryptex">;

function changed(before: GapReport, after: GapReport): string[] {
  const compared = ({ responsible, linked_cryptex, ...rest }: GapComponent): Compared => rest;
  return [
    ...differences(before.components.map(compared), after.components.map(compared), componentWords),
    ...differences(before.excluded, after.excluded, (_, { component }) => [`${component}: its exclusion`]),
    ...problemDifferences(before, after),
  ].map((words) => `baseline: ${visible(words)}`);
}

interface Item {
  readonly component: string;
}

function differences<T extends Item>(
  before: readonly T[],
  after: readonly T[],
  words: (before: T, after: T) => readonly string[],
): string[] {
  const old = new Map(before.map((item) => [item.component, item]));
  const now = new Set(after.map(({ component }) => component));
  return [
    ...after.flatMap((item) => {
      const was = old.get(item.component);
      if (was === undefined) return [`${item.component} is new`];
      return isSame(was, item) ? [] : words(was, item);
    }),
    ...before.filter(({ component }) => !now.has(component)).map(({ component }) => `${component} is gone`),
  ];
}

function componentWords(before: Compared, after: Compared): string[] {
  if (before.port_status !== after.port_status) {
    const why = after.reason === undefined ? "" : `: ${after.reason}`;
    return [`${after.component} was ${before.port_status}, and is ${after.port_status}${why}`];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Compared)[];
  const fields = keys.filter((key) => !isSame(before[key], after[key]));
  return [`${after.component} differs in ${fields.join(", ")}`];
}

function problemDifferences(before: GapReport, after: GapReport): string[] {
  const line = ({ place, reason }: GapReport["problems"][number]) => `${place}: ${reason}`;
  const old = new Set(before.problems.map(line));
  const now = new Set(after.problems.map(line));
  return [
    ...[...now].filter((each) => !old.has(each)).map((each) => `a new problem: ${each}`),
    ...[...old].filter((each) => !now.has(each)).map((each) => `no longer a problem: ${each}`),
  ];
}

/** Order of members means nothing. */
function isSame(a: unknown, b: unknown): boolean {
  return Bun.deepEquals(a, b);
}
