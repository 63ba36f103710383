/**
 * The services of the gateway, without any way to ask for them: its HTTP face and MCP use the same services. Everything that goes in and comes out
 * serialises to JSON, but for bytes.
 */

import { checkpointsAside } from "../cryptex-store/checkpoints.ts";
import { storedDictionary } from "../cryptex-store/dictionary.ts";
import { storedGap } from "../cryptex-store/gap.ts";
import { storedJournal } from "../cryptex-store/journal.ts";
import { openStore } from "../cryptex-store/store.ts";
import type { Dictionary } from "../dictionary/dictionary.ts";
import { type GapService, openGapService } from "../gap/gap-service.ts";
import type { Journal } from "../results/journal.ts";
import type { Externals } from "../rules/rule-set.ts";
import type { RuleCollection } from "../rules/which-rules.ts";
import { Figures } from "../telemetry-agent/figures.ts";
import { type Artifacts, artifactsIn } from "./artifacts.ts";
import { type NamedFolder, openRoots, type Roots } from "./roots.ts";
import type { RuleSets } from "./rule-sets.ts";
import { openRuleSets } from "./rules/open-rule-sets.ts";
import { openScans, type ScansOptions } from "./scans/open-scans.ts";
import type { Scans } from "./scans/scans.ts";
import { ServiceError } from "./service-error.ts";
import { openTriggers } from "./triggers/open-triggers.ts";
import { openTargets, type TargetSettings } from "./triggers/targets.ts";
import type { Triggers } from "./triggers/triggers.ts";

export interface Services {
  readonly journal: Journal;
  readonly dictionary: Dictionary;
  readonly roots: Roots;
  readonly ruleSets: RuleSets;
  readonly scans: Scans;
  readonly artifacts: Artifacts;
  readonly gap: GapService;
  readonly triggers: Triggers;
  readonly figures: Figures;
}

export interface ServiceSettings {
  /** Path of the store; by default that of this user. */
  readonly store?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly roots: readonly NamedFolder[];
  readonly rules: RuleCollection;
  readonly includeFolders: readonly string[];
  readonly externals: Externals;
  /** Folder of compiled sets; none is kept without it. */
  readonly cacheFolder?: string;
  /** Folder of the code base that the gap report is of. */
  readonly gapRoot?: string | undefined;
  /** Scanning threads of each scan; by default one a core. */
  readonly threads?: number | undefined;
  /** Scans that run at a time. */
  readonly mostScans?: number | undefined;
  /** Starts threads that find what their starter wants, in place of those that scan. */
  readonly startThread?: NonNullable<ScansOptions["startThread"]>;
  /** Addresses that triggers may have; by default none. */
  readonly targets?: TargetSettings;
  readonly warn: (message: string) => void;
}

/**
 * Opens all services. Disposing ends their work, and waits until nothing writes any more; scans that run go on when the next one calls
 * `resumeAll`.
 * @throws InputError; StoreError; UsageError for addresses of triggers that are none
 */
export function openServices(settings: ServiceSettings): Services & AsyncDisposable {
  const { env, warn, threads, mostScans, startThread } = settings;
  const roots = openRoots(settings.roots);
  const targets = openTargets(settings.targets ?? { to: [], isPrivate: false });
  const store = openStore(settings.store, { env });
  const checkpoints = checkpointsAside(store);
  const closing = new AbortController();
  const journal = storedJournal(store);
  const ruleSets = openRuleSets({
    ...settings,
    store,
    roots,
    changed: (ruleset, { digest, quarantined }) => {
      const lost = quarantined.filter(({ harmless }) => !harmless).length;
      journal.note({ type: "rules", ruleset, digest, quarantined: lost });
      warn(`the rules ${ruleset} have changed and were read again: ${digest}`);
    },
    signal: closing.signal,
  });
  const scans = openScans({
    unwritten: (result) => figures.add(result),
    journal,
    ruleSets,
    store,
    roots,
    warn,
    ...(threads !== undefined && { threads }),
    ...(mostScans !== undefined && { mostRunning: mostScans }),
    ...(startThread && { startThread }),
  });
  const figures = new Figures({ journal, ruleTimes: () => scans.ruleTimes() });
  const dictionary = storedDictionary(store);
  const gap = openGapService({
    root: settings.gapRoot,
    store: storedGap(store),
    dictionary,
    note: (happening) => journal.note(happening),
    signal: closing.signal,
  });
  const triggers = openTriggers({ journal, store, targets, warn });
  return {
    journal,
    dictionary,
    roots,
    ruleSets,
    scans,
    artifacts: artifactsIn(store),
    gap,
    triggers,
    figures,
    async [Symbol.asyncDispose]() {
      closing.abort(new ServiceError("busy", "the program is stopping"));
      await Promise.all([scans.stop(), triggers.stop()]);
      await checkpoints[Symbol.asyncDispose]();
      figures[Symbol.dispose]();
      store.close();
    },
  };
}
