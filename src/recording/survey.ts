/** Samples several sources one after the other and assesses what they delivered: the common part of bench and calibrate. */
import type { Host } from "../platform/host.ts";
import type { Source, SourceInfo } from "../source.ts";
import type { Assessment } from "../stats/sp800-90b/index.ts";
import { type SamplingLimits, type TakenSymbols, takeSymbols } from "./sample-until.ts";

export interface Surveyed extends TakenSymbols {
  readonly info: SourceInfo;
  /** SP 800-90B non-IID; absent where there are fewer symbols than `leastSymbols`. */
  readonly assessment?: Assessment;
}

export interface SurveyOptions {
  readonly limits: SamplingLimits;
  /** Symbols below which nothing is assessed. */
  readonly leastSymbols: number;
  readonly assess: (symbols: Uint8Array, bitsPerSymbol: number) => Promise<Assessment>;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: SurveyProgress) => void;
}

export type SurveyProgress =
  /** The source number `index`, from 0, of `of`, and its symbols so far. */
  | {
      readonly phase: "sampling";
      readonly id: string;
      readonly index: number;
      readonly of: number;
      readonly symbols: number;
    }
  | { readonly phase: "assessing" };

/**
 * One entry per source, in their order. Sampling is over before anything is assessed: each source has the machine to itself.
 * @throws the signal's reason; errors of sources as `takeSymbols`
 */
export async function survey(
  sources: readonly Source[],
  host: Host,
  options: SurveyOptions,
): Promise<Surveyed[]> {
  const { limits, leastSymbols, assess, signal, onProgress = () => {} } = options;
  const taken: (TakenSymbols & { readonly info: SourceInfo })[] = [];
  for (const [index, source] of sources.entries()) {
    const { info } = source;
    const now = { phase: "sampling", id: info.id, index, of: sources.length } as const;
    onProgress({ ...now, symbols: 0 });
    const onSymbols = (symbols: number) => onProgress({ ...now, symbols });
    taken.push({ info, ...(await takeSymbols(source, host, limits, signal, onSymbols)) });
  }
  onProgress({ phase: "assessing" });
  return await Promise.all(
    taken.map(async (each) =>
      each.symbols.length < leastSymbols
        ? each
        : { ...each, assessment: await assess(each.symbols, each.info.symbolBits) },
    ),
  );
}
