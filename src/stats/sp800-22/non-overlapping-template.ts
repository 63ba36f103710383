import type { BitString } from "../bits.ts";
import { bitWords } from "../math/bit-words.ts";
import { matchesUpper } from "../math/match-law.ts";
import { countPatterns } from "../math/pattern-counts.ts";
import { igamc } from "../math/special-functions.ts";
import {
  type ConstantsOption,
  constantsOption,
  header,
  integerOption,
  type MinimumOption,
  notApplicable,
  type Outcome,
} from "./outcome.ts";

export interface NonOverlappingTemplateOptions extends MinimumOption, ConstantsOption {
  /** m, bits in a template, 2 … 16; default 9. All aperiodic templates of this length are tried. */
  readonly templateLength?: number;
  /** N, blocks the sequence is cut into, at most 100; default 8. */
  readonly blocks?: number;
  /** A single aperiodic template such as "001", instead of all. */
  readonly template?: string;
}

/** Expected matches of a template in a block from which the χ² law is good to α = 0.01: there it rejects a quarter more than it says. */
export const LEAST_MATCHES = 64;

/**
 * SP 800-22 §2.7, non-overlapping template matching test: does any aperiodic pattern of m bits occur too often or too
 * seldom? For each template the occurrences W in the N blocks of M = ⌊n/N⌋ bits are compared with their mean
 * μ = (M − m + 1)/2^m and variance σ² = M·(2^−m − (2m − 1)·2^−2m): χ² = Σ(W − μ)²/σ², P = igamc(N/2, χ²/2).
 *
 * An aperiodic template cannot overlap itself, so its occurrences are the windows equal to it, and one pass over all
 * windows serves all templates. The standard sets no smallest n; below μ of about 10 its p-values mean little. The exact ones are of
 * the exact law of W, up to some 300 matches.
 */
export function nonOverlappingTemplate(
  bits: BitString,
  options: NonOverlappingTemplateOptions = {},
): Outcome {
  const given = options.template === undefined ? undefined : parseTemplate(options.template);
  const m = options.template?.length ?? integerOption("templateLength", options.templateLength, 9, 2, 16);
  const blocks = integerOption("blocks", options.blocks, 8, 1, 100);
  const templates = given === undefined ? aperiodicTemplates(m) : [given];
  const constants = constantsOption(options.constants);
  const of = header("non-overlapping-template", "2.7", bits, { templateLength: m, blocks, constants });
  const blockLength = Math.floor(bits.length / blocks);
  const mean = (blockLength - m + 1) / 2 ** m;
  const variance = blockLength * (2 ** -m - (2 * m - 1) * 2 ** (-2 * m));
  if (mean <= 0) return notApplicable(of, `blocks of ${blockLength} bits hold no template of ${m}`);

  const words = bitWords(bits);
  const counts = Array.from({ length: blocks }, (_, block) => {
    const start = block * blockLength;
    return countPatterns(words, m, start, start + blockLength - m + 1);
  });
  const chiSquared = templates.map((template) =>
    counts.reduce((sum, count) => sum + (count[template]! - mean) ** 2 / variance, 0),
  );
  const usual = chiSquared.map((value) => igamc(blocks / 2, value / 2));
  const law = { blocks, bits: blockLength, m, mean, variance };
  const exactPValues = templates.map(
    (template, i) =>
      matchesUpper(
        counts.map((count) => count[template]!),
        law,
      ) ?? usual[i]!,
  );
  return {
    ...of,
    kind: "hypothesis",
    statistic: chiSquared.reduce((a, b) => Math.max(a, b)),
    pValues: constants === "exact" ? exactPValues : usual,
    exactPValues,
    labels: templates.map((template) => template.toString(2).padStart(m, "0")),
    details: {
      blockLength,
      mean,
      variance,
      chiSquared,
      counts: templates.map((template) => counts.map((count) => count[template]!)),
    },
  };
}

/** Lists the m-bit patterns that no shift maps onto themselves, ascending: for m = 9 those of NIST's file template9. */
export function aperiodicTemplates(m: number): number[] {
  const templates: number[] = [];
  for (let pattern = 0; pattern < 1 << m; pattern++) if (isAperiodic(pattern, m)) templates.push(pattern);
  return templates;
}

function isAperiodic(pattern: number, m: number): boolean {
  for (let shift = 1; shift < m; shift++) {
    if (pattern >>> shift === (pattern & ((1 << (m - shift)) - 1))) return false;
  }
  return true;
}

function parseTemplate(template: string): number {
  if (typeof template !== "string") throw new TypeError("template must be a string of 0 and 1");
  if (!/^[01]{2,16}$/.test(template))
    throw new RangeError(`template must be 2 to 16 bits, not "${template}"`);
  const pattern = Number.parseInt(template, 2);
  if (!isAperiodic(pattern, template.length)) throw new RangeError(`template ${template} can overlap itself`);
  return pattern;
}
