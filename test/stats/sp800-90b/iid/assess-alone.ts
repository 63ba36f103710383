/** The IID track without threads: permutations are measured here, one chunk after the other. */
import {
  assessIid,
  countPermutations,
  type IidAssessment,
  iidData,
  type Measuring,
  type PermutationOptions,
  Permutations,
  PermutationTally,
} from "../../../../src/stats/sp800-90b/iid/index.ts";

export async function assessAlone(
  symbols: Uint8Array,
  bitsPerSymbol: number,
  options: PermutationOptions & Partial<Pick<Measuring, "complete" | "onProgress">> = {},
): Promise<IidAssessment> {
  const { seed, complete = true, ...rest } = options;
  const data = iidData(symbols, bitsPerSymbol);
  let permutations: Permutations | undefined;
  const tally = await countPermutations(data, {
    ahead: 1,
    complete,
    ...rest,
    async measure(chunk, wanted, earlier) {
      permutations ??= new Permutations(data, seed, options.loops);
      return permutations.measure(chunk, wanted, new PermutationTally(earlier));
    },
  });
  return assessIid(symbols, bitsPerSymbol, tally, options);
}
