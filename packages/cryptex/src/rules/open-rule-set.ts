/** The door to rules: from paths to a set that is ready to scan, from the cache where nothing has changed. */
import { writeRefusal } from "#kit/errors.ts";
import { inThread } from "#kit/thread.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import { statOrUndefined } from "./list-rule-files.ts";
import type { PackedRuleSet, RuleSet, RuleSetRequest } from "./rule-set.ts";
import { RuleSetCache } from "./rule-set-cache.ts";
import { openRuleTable } from "./rule-table.ts";

export interface OpenRuleSetOptions extends RuleSetRequest {
  readonly alias?: string;
  /** Folder of the cache of compiled sets; none is kept without it. */
  readonly cacheFolder?: string;
  /** Told why a set could not be kept. */
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** @throws the signal's reason */
export async function openRuleSet(options: OpenRuleSetOptions): Promise<RuleSet> {
  const { paths, includeFolders, externals, alias, cacheFolder, warn, signal } = options;
  const { withTexts = false, showPrivate = false } = options;
  const request: RuleSetRequest = { paths, includeFolders, externals, withTexts, showPrivate };
  // What comes through a pipe can be read once.
  const cache =
    cacheFolder === undefined || paths.some(isPipe) ? undefined : new RuleSetCache(cacheFolder, ENGINE);
  let packed = cache?.find(request);
  if (!packed) {
    packed = await build(request, signal);
    try {
      cache?.keep(request, packed);
    } catch (error) {
      warn(`the compiled rules could not be kept in ${cacheFolder}: ${writeRefusal(error)}`);
    }
  }
  return {
    digest: packed.digest,
    ...(alias !== undefined && { alias }),
    engine: ENGINE,
    compiled: packed.compiled,
    rules: openRuleTable(packed.table),
    quarantined: packed.quarantined,
    modules: packed.modules,
    files: packed.files.map(([path]) => path),
    absent: packed.absent,
    externals,
    ...(packed.texts && { packed: { table: packed.table, texts: packed.texts } }),
  };
}

function isPipe(path: string): boolean {
  const stats = statOrUndefined(path);
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

function build(request: RuleSetRequest, signal: AbortSignal): Promise<PackedRuleSet> {
  return inThread(WORK_THREAD, request, {
    signal,
    work: "rules",
    failure: "the rules could not be compiled",
  });
}
