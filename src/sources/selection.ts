/** Selects sources by a user's list: `--sources fast,-sleep_jitter`. */
import { suggestion } from "#kit/term/suggestion.ts";
import { KERNELS } from "../../ffi/kernels.ts";
import { InsufficientEntropyError, UsageError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { FAMILIES, isDefault, type Source } from "../source.ts";

/** A source at or above this rate, without side effects, counts as `fast`. */
const FAST_MIN_RATE_HZ = 100_000;

/**
 * Returns the sources named by a comma-separated list of ids, families, `default`, `fast` and `all`, in the order of
 * `sources`. A leading `-` takes away. A list that only takes away starts from the default.
 * @throws UsageError for a word that names nothing, or a list that leaves nothing
 */
export function selectSources(sources: readonly Source[], list = "default"): Source[] {
  const words = list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  if (words.length === 0) throw new UsageError("the list of sources is empty", [known(sources)]);

  const chosen = new Set<Source>(
    words.every((word) => word.startsWith("-")) ? sources.filter(byDefault) : [],
  );
  for (const word of words) {
    const takeAway = word.startsWith("-");
    const name = takeAway ? word.slice(1) : word;
    const named = sources.filter(meaning(name, sources));
    for (const source of named) takeAway ? chosen.delete(source) : chosen.add(source);
  }
  if (chosen.size === 0) throw new UsageError(`'${list}' leaves no source`, [known(sources)]);
  return sources.filter((source) => chosen.has(source));
}

/**
 * Selects sources that are going to be sampled. Where the native library cannot be loaded, all that need it fail alike, and whoever
 * asked for one of them is told so at once: what is left would take minutes for a few bytes, if it ever delivered.
 * @throws UsageError as `selectSources`; InsufficientEntropyError for a list with sources that cannot run for want of the library
 */
export function selectForSampling(
  {
    sources,
    host,
    warn,
  }: { readonly sources: readonly Source[]; readonly host: Host; warn(text: string): void },
  list?: string,
): Source[] {
  const selected = selectSources(sources, list);
  for (const source of sources) {
    if (source.info.family !== "external" || selected.includes(source)) continue;
    warn(`${source.info.id} is not used, since it is not in the list of sources`);
  }
  if (host.native.ok || !selected.some(hasKernel)) return selected;
  const others = selected.filter((source) => !hasKernel(source)).map(({ info }) => info.id);
  throw new InsufficientEntropyError(host.native.reason, [
    ...(others.length > 0 ? [`these do without it: --sources ${others.join(",")}`] : []),
    "docs/REQUIREMENTS.md says what the program needs",
  ]);
}

function hasKernel({ info }: Source): boolean {
  return (KERNELS as readonly string[]).includes(info.id);
}

/** Returns the source with that id. @throws UsageError naming the nearest ids */
export function sourceNamed(sources: readonly Source[], id: string): Source {
  const source = sources.find((candidate) => candidate.info.id === id);
  if (source) return source;
  throw unknown(id, idsOf(sources), LISTED);
}

const LISTED = "'esoteric-entropy scan' lists the sources";

/** One hint: what may have been meant, else where to look. */
function unknown(word: string, candidates: readonly string[], otherwise: string): UsageError {
  const [hint = otherwise] = suggestion(word, candidates);
  return new UsageError(`unknown source '${word}'`, [hint]);
}

function idsOf(sources: readonly Source[]): string[] {
  return sources.map(({ info }) => info.id);
}

function meaning(name: string, sources: readonly Source[]): (source: Source) => boolean {
  if (name === "all") return () => true;
  if (name === "default") return byDefault;
  if (name === "fast") return ({ info }) => info.effects.length === 0 && info.rateHz >= FAST_MIN_RATE_HZ;
  if ((FAMILIES as readonly string[]).includes(name)) return ({ info }) => info.family === name;
  if (!idsOf(sources).includes(name)) {
    throw unknown(name, [...idsOf(sources), ...familiesOf(sources), ...SETS], known(sources));
  }
  return ({ info }) => info.id === name;
}

function byDefault({ info }: Source): boolean {
  return isDefault(info);
}

export const SETS: readonly string[] = ["default", "fast", "all"];

function familiesOf(sources: readonly Source[]): string[] {
  return [...new Set(sources.map(({ info }) => info.family))];
}

/** The ids would fill a screen. */
function known(sources: readonly Source[]): string {
  return `${LISTED}; families are ${familiesOf(sources).join(", ")}; also ${SETS.join(", ")}`;
}
