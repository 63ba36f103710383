/** The tool that shows which components of a code base are ported. */
import { z } from "zod";
import { plural } from "#kit/format/numbers.ts";
import { type GapReport, PORT_STATUSES } from "../../../gap/gap-report.ts";
import { ServiceError } from "../../service-error.ts";
import { lines, pageOf, restWords } from "../answers/answer.ts";
import { cursorAt, numberAt } from "../answers/cursor.ts";
import { cutWords, shortenedItems } from "../answers/size.ts";
import { READS, tool, type Work } from "../tool.ts";
import { GAP_REPORT } from "./schemas/gap-report.ts";
import { CURSOR, CUT, LIMIT, NAME, NEXT } from "./schemas/pieces.ts";

export const gapAudit = tool({
  name: "gap-audit",
  title: "Show what is ported and what is not",
  description:
    "Shows the gap report of a code base that is being ported: components that are pending, in progress, done or stale, by what declared and checked evidence, who is responsible, and the linked entries of the dictionary. Suggestions are by names alone and prove nothing. list chooses between components, what was excluded, and problems; counts are of everything.",
  scopes: ["read"],
  effects: READS,
  timeoutMs: 30_000,
  input: z.strictObject({
    list: z.enum(["components", "excluded", "problems"]).default("components"),
    statuses: z.array(z.enum(PORT_STATUSES)).default([]).describe("Of components: one of these"),
    text: NAME.optional().describe(
      "Text in the name of a component, its port, its entry or who is responsible",
    ),
    limit: LIMIT,
    cursor: CURSOR,
  }),
  output: z.strictObject({ report: GAP_REPORT, total: z.int(), next: NEXT, cut: CUT }),
  async run({ list, statuses, text, limit, cursor }, { services: { gap } }) {
    const report = reportOf(gap);
    const question = ["gap-audit", list, statuses, text];
    const from = numberAt(cursor, question);
    const chosen: readonly object[] = {
      components: report.components.filter(
        (component) =>
          has(component, text) && (statuses.length === 0 || statuses.includes(component.port_status)),
      ),
      excluded: report.excluded.filter((each) => has(each, text)),
      problems: report.problems.filter((each) => has(each, text)),
    }[list];
    const { value, cuts } = shortenedItems(chosen.slice(from, from + limit));
    const { items, goesOnAt } = pageOf(value, { from, total: chosen.length });
    const next = goesOnAt === undefined ? null : cursorAt(goesOnAt, question);
    const shown: GapReport = { ...report, components: [], excluded: [], problems: [], [list]: items };
    return {
      data: { report: shown, total: chosen.length, next, cut: cuts },
      says: [
        countWords(report),
        `Here: ${items.length} of ${plural(chosen.length, "item")} of the list ${list}.`,
        ...cutWords(cuts, "The report that `cryptex gap scan --report` writes has all of it."),
        ...restWords(next),
      ],
      shows: lines(items),
    };
  },
});

/** @throws ServiceError that says how there comes to be a report */
function reportOf(gap: Work["services"]["gap"]): GapReport {
  try {
    return gap.report();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
  }
  throw new ServiceError(
    "not-found",
    "there is no gap report: whoever starts cryptex names a code base with --gap-root DIR, and cryptex gap scan --root DIR reports on it",
  );
}

/** Texts of a component by which it is looked for. */
function has(item: object, text: string | undefined): boolean {
  if (text === undefined) return true;
  const {
    component,
    responsible,
    linked_cryptex,
    place,
    evidence = [],
  } = item as Record<string, unknown> & {
    evidence?: GapReport["components"][number]["evidence"];
  };
  const texts = [component, responsible, linked_cryptex, place, ...evidence.map(({ to }) => to)];
  const wanted = text.toLowerCase();
  return texts.some((each) => typeof each === "string" && each.toLowerCase().includes(wanted));
}

function countWords({ counts }: GapReport): string {
  const { pending, in_progress, done, stale, excluded, problems } = counts;
  return `Pending: ${pending}, in progress: ${in_progress}, done: ${done}, stale: ${stale}. Excluded: ${excluded}. Problems: ${problems}.`;
}
