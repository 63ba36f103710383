/** The gap report as a service: of one folder, made on request, kept in the store. The gateway and agents use it. */
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import type { Dictionary } from "../dictionary/dictionary.ts";
import { ServiceError } from "../gateway/service-error.ts";
import type { Happening } from "../results/journal.ts";
import { type Facts, type GapComponent, type GapReport, reportDigest, withFacts } from "./gap-report.ts";
import type { GapPoint, GapStore } from "./gap-store.ts";
import { keepReport, updateLinked } from "./keep-report.ts";
import { makeReport, openRoot, realFolder } from "./open-gap.ts";

export interface GapService {
  /** The report that was made last, with what was set since. @throws ServiceError "not-found" */
  report(): GapReport;
  /** Makes it anew. Whoever asks while one is being made gets that. @throws ServiceError; the reason of the end */
  scan(): Promise<GapReport>;
  /** Sets what is given for a component; null takes it back. @throws ServiceError "not-found", "invalid" */
  set(component: string, facts: Facts): GapComponent;
  /** Counts since when they have been these, the oldest first. @throws ServiceError "not-found" */
  history(): GapPoint[];
}

export interface GapServiceParts {
  /** Folder of the code base. */
  readonly root?: string | undefined;
  readonly store: GapStore;
  readonly dictionary: Dictionary;
  /** Told when the report has changed. */
  readonly note: (happening: Extract<Happening, { type: "gap" }>) => void;
  /** Ends a report that is being made. */
  readonly signal: AbortSignal;
}

/** @throws InputError where there is no such folder */
export function openGapService({ root, ...parts }: GapServiceParts): GapService {
  return root === undefined ? NO_ROOT : new RootService(realFolder(root), parts);
}

function noRoot(): never {
  throw new ServiceError("not-found", "no gap root is set");
}

const NO_ROOT: GapService = { report: noRoot, scan: async () => noRoot(), set: noRoot, history: noRoot };

class RootService implements GapService {
  #running: Promise<GapReport> | undefined;

  constructor(
    /** Real path. */
    private readonly root: string,
    private readonly parts: Omit<GapServiceParts, "root">,
  ) {}

  report(): GapReport {
    const { store } = this.parts;
    const kept = store.last(this.root);
    if (!kept) throw new ServiceError("not-found", "no gap report has been made yet: a scan makes one");
    return withFacts(kept.report, store.facts(this.root));
  }

  scan(): Promise<GapReport> {
    this.#running ??= this.#scan().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #scan(): Promise<GapReport> {
    const made = await makeReport(this.#opened(), this.parts.signal);
    const { report, isChanged } = keepReport(this.root, made, this.parts);
    if (isChanged) this.#note(report);
    return report;
  }

  #opened() {
    try {
      return openRoot(this.root);
    } catch (error) {
      // The folder may have gone; its path is nobody's business.
      if (error instanceof InputError) {
        const words = error.message.startsWith("gap.toml")
          ? error.message
          : "the folder is not there any more";
        throw new ServiceError("invalid", words);
      }
      throw error;
    }
  }

  set(component: string, facts: Facts): GapComponent {
    const { store, dictionary } = this.parts;
    const there = this.report().components.some((each) => each.component === component);
    if (!there) throw new ServiceError("not-found", `there is no component ${visible(component)}`);
    refuseFaults(facts);
    const codename = facts.linked_cryptex;
    if (codename != null && dictionary.get(codename) === undefined) {
      throw new ServiceError("invalid", `linked_cryptex: there is no entry ${visible(codename)}`);
    }
    store.setFacts(this.root, component, facts);
    const report = this.report();
    updateLinked(this.root, report, this.parts);
    this.#note(report);
    return report.components.find((each) => each.component === component)!;
  }

  history(): GapPoint[] {
    return this.parts.store.history(this.root);
  }

  #note(report: GapReport): void {
    this.parts.note({ type: "gap", digest: reportDigest(report), counts: report.counts });
  }
}

/** Room for a list of teams; the length of a codename. */
const MAX_LENGTH = { responsible: 1_000, linked_cryptex: 200 } as const;

/** @throws ServiceError "invalid" */
function refuseFaults(facts: Facts): void {
  for (const field of ["responsible", "linked_cryptex"] as const) {
    const value = facts[field];
    if (value == null) continue;
    const most = MAX_LENGTH[field];
    const words =
      value.trim() === ""
        ? "is empty"
        : value.length > most
          ? `has more than ${most} characters`
          : /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(value)
            ? "has a control character or a line break in it"
            : undefined;
    if (words !== undefined) throw new ServiceError("invalid", `${field} ${words}`);
  }
}
